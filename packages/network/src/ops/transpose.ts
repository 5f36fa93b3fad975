import { NetworkError } from '../error.js';
import { createValue, noCost, noParameters, type Operation, one } from '../operation.js';
import type { Value } from '../types.js';

export interface TransposeAttributes {
  /** Axis `i` of the result is axis `axes[i]` of the input; without the batch. */
  readonly axes: readonly number[];
}

export const transposeOperation: Operation<'transpose'> = {
  op: 'transpose',
  arity: one,
  schema: { axes: 'wholes' },
  shape([input], { axes }, where) {
    if (axes.toSorted((a, b) => a - b).join() !== input!.map((_, axis) => axis).join())
      throw new NetworkError(
        'OUT_OF_RANGE',
        `${where}: axes must name each axis of [${input}] once, got [${axes}]`,
        { input, axes },
      );
    return axes.map((axis) => input![axis]!);
  },
  parameters: noParameters,
  cost: noCost,
};

export interface TransposeOptions {
  /** Axis `i` of the result is axis `axes[i]` of the input; without the batch. */
  readonly axes: readonly number[];
  /** @param name of the node; default `<input>/transpose<axes>` */
  readonly name?: string;
}

/** Puts axes into another order. The batch stays in front. */
export function transpose(x: Value, options: TransposeOptions): Value {
  const { axes, name = `${x.name}/transpose${axes.join('')}` } = options;
  return createValue(transposeOperation, name, [x], { axes });
}
