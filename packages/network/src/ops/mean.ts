import { axisFrom, checkAxis } from '../axes.js';
import { NetworkError } from '../error.js';
import { createValue, noCost, noParameters, type Operation, one } from '../operation.js';
import type { Value } from '../types.js';

export interface MeanAttributes {
  /** Ascending, without the batch. */
  readonly axes: readonly number[];
  /** Whether the axes stay, with length 1. */
  readonly keepAxes: boolean;
}

export const meanOperation: Operation<'mean'> = {
  op: 'mean',
  arity: one,
  schema: { axes: 'wholes', keepAxes: 'boolean' },
  shape([input], { axes, keepAxes }, where) {
    for (const axis of axes) checkAxis(axis, input!, where);
    const isAscending = axes.every((axis, index) => index === 0 || axis > axes[index - 1]!);
    if (!isAscending || (!keepAxes && axes.length === input!.length))
      throw new NetworkError(
        'OUT_OF_RANGE',
        `${where}: axes must be ascending, each once, and leave an axis, got [${axes}] of [${input}]`,
        { input, axes },
      );
    return keepAxes
      ? input!.map((length, axis) => (axes.includes(axis) ? 1 : length))
      : input!.filter((_, axis) => !axes.includes(axis));
  },
  parameters: noParameters,
  cost: noCost,
};

export interface MeanOptions {
  /** Without the batch; negative ones count from the end. */
  readonly axes: readonly number[];
  /** @param keepAxes whether they stay, with length 1; default false */
  readonly keepAxes?: boolean;
  /** @param name of the node; default `<input>/mean<axes>` */
  readonly name?: string;
}

/** Mean over axes. For a whole map `globalAveragePool` is the same, and is counted as the layer that it is in tables. */
export function mean(x: Value, options: MeanOptions): Value {
  const { keepAxes = false } = options;
  const axes = options.axes.map((axis) => axisFrom(axis, x.shape.length)).sort((a, b) => a - b);
  const name = options.name ?? `${x.name}/mean${axes.join('')}`;
  return createValue(meanOperation, name, [x], { axes, keepAxes });
}
