import { NetworkError } from '../error.js';
import { createValue, noCost, noParameters, type Operation } from '../operation.js';
import type { Value } from '../types.js';

/** Nothing to choose. */
export type AddAttributes = Readonly<Record<never, never>>;

export const addOperation: Operation<'add'> = {
  op: 'add',
  arity: { from: 2, to: Number.POSITIVE_INFINITY },
  schema: {},
  shape(inputs, _, where) {
    const [first, ...others] = inputs;
    for (const other of others)
      if (other.length !== first!.length || other.some((length, axis) => length !== first![axis]))
        throw new NetworkError(
          'SHAPE_MISMATCH',
          `${where}: all shapes must be equal, got [${inputs.join('], [')}]`,
          { inputs },
        );
    return first!;
  },
  parameters: noParameters,
  cost: noCost,
};

/** Sum of values of one shape, in the order given. */
export function add(values: readonly Value[], { name }: { readonly name: string }): Value {
  return createValue(addOperation, name, values, {});
}
