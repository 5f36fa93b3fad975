import { createValue, noCost, noParameters, type Operation, one } from '../operation.js';
import type { Value } from '../types.js';

/** Nothing to choose. */
export type SoftmaxAttributes = Readonly<Record<never, never>>;

export const softmaxOperation: Operation<'softmax'> = {
  op: 'softmax',
  arity: one,
  schema: {},
  shape: ([input]) => input!,
  parameters: noParameters,
  cost: noCost,
};

/** `exp(x) / sum(exp(x))` over the last axis. @param name of the node; default `<input>/softmax` */
export function softmax(
  x: Value,
  { name = `${x.name}/softmax` }: { readonly name?: string } = {},
): Value {
  return createValue(softmaxOperation, name, [x], {});
}
