import { NetworkError } from '../error.js';
import { createValue, noCost, noParameters, type Operation } from '../operation.js';
import type { Value } from '../types.js';

/** Nothing to choose. */
export type ConcatAttributes = Readonly<Record<never, never>>;

export const concatOperation: Operation<'concat'> = {
  op: 'concat',
  arity: { from: 2, to: Number.POSITIVE_INFINITY },
  schema: {},
  shape(inputs, _, where) {
    const first = inputs[0]!;
    const leading = first.slice(0, -1);
    for (const other of inputs)
      if (other.length !== first.length || leading.some((length, axis) => length !== other[axis]))
        throw new NetworkError(
          'SHAPE_MISMATCH',
          `${where}: shapes may differ in channels only, got [${inputs.join('], [')}]`,
          { inputs },
        );
    return [...leading, inputs.reduce((sum, shape) => sum + shape.at(-1)!, 0)];
  },
  parameters: noParameters,
  cost: noCost,
};

/** Puts channels one behind the other, in the order given. */
export function concat(values: readonly Value[], { name }: { readonly name: string }): Value {
  return createValue(concatOperation, name, values, {});
}
