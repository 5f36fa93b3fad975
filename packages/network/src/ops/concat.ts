import { axisFrom, checkAxis } from '../axes.js';
import { NetworkError } from '../error.js';
import { createValue, noCost, noParameters, type Operation } from '../operation.js';
import type { Value } from '../types.js';

export interface ConcatAttributes {
  /** Without the batch; left out it is the last. */
  readonly axis?: number;
}

export const concatOperation: Operation<'concat'> = {
  op: 'concat',
  arity: { from: 2, to: Number.POSITIVE_INFINITY },
  schema: { axis: 'whole?' },
  shape(inputs, { axis = inputs[0]!.length - 1 }, where) {
    const first = inputs[0]!;
    checkAxis(axis, first, where);
    for (const other of inputs)
      if (
        other.length !== first.length ||
        first.some((length, index) => index !== axis && length !== other[index])
      )
        throw new NetworkError(
          'SHAPE_MISMATCH',
          `${where}: shapes may differ in axis ${axis} only, got [${inputs.join('], [')}]`,
          { inputs, axis },
        );
    return first.with(
      axis,
      inputs.reduce((sum, shape) => sum + shape[axis]!, 0),
    );
  },
  parameters: noParameters,
  cost: noCost,
};

export interface ConcatOptions {
  readonly name: string;
  /** Without the batch; negative ones count from the end. @param axis default -1, the channels */
  readonly axis?: number;
}

/** Puts values one behind the other, in the order given. */
export function concat(values: readonly Value[], { name, axis = -1 }: ConcatOptions): Value {
  const rank = values[0]?.shape.length ?? 0;
  const own = axisFrom(axis, rank);
  return createValue(concatOperation, name, values, own === rank - 1 ? {} : { axis: own });
}
