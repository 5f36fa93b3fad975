import { broadcastShape } from '../broadcast.js';
import { createValue, noCost, noParameters, type Operation } from '../operation.js';
import type { Value } from '../types.js';

/** Nothing to choose. */
export type AddAttributes = Readonly<Record<never, never>>;

export const addOperation: Operation<'add'> = {
  op: 'add',
  arity: { from: 2, to: Number.POSITIVE_INFINITY },
  schema: {},
  shape: (inputs, _, where) => broadcastShape(inputs, where),
  parameters: noParameters,
  cost: noCost,
};

/**
 * Sum of values in the order given. Shapes are aligned at their ends and lengths must be equal or 1, so `[C]` is added to
 * every pixel of `[H,W,C]`.
 */
export function add(values: readonly Value[], { name }: { readonly name: string }): Value {
  return createValue(addOperation, name, values, {});
}
