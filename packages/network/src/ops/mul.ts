import { broadcastShape } from '../broadcast.js';
import { createValue, noCost, noParameters, type Operation } from '../operation.js';
import type { Value } from '../types.js';

/** Nothing to choose. */
export type MulAttributes = Readonly<Record<never, never>>;

export const mulOperation: Operation<'mul'> = {
  op: 'mul',
  arity: { from: 2, to: Number.POSITIVE_INFINITY },
  schema: {},
  shape: (inputs, _, where) => broadcastShape(inputs, where),
  parameters: noParameters,
  cost: noCost,
};

/**
 * Product of values, element by element. Shapes are aligned at their ends and lengths must be equal or 1, so `[C]` or
 * `[1,1,C]` scales the channels of `[H,W,C]` (squeeze and excitation) and `[H,W,1]` its pixels.
 */
export function mul(values: readonly Value[], { name }: { readonly name: string }): Value {
  return createValue(mulOperation, name, values, {});
}
