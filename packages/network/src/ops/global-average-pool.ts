import { createValue, mapShape, noParameters, type Operation, one, sizeOf } from '../operation.js';
import type { Value } from '../types.js';

/** Nothing to choose. */
export type GlobalAveragePoolAttributes = Readonly<Record<never, never>>;

export const globalAveragePoolOperation: Operation<'globalAveragePool'> = {
  op: 'globalAveragePool',
  arity: one,
  schema: {},
  shape: ([input], _, where) => [mapShape(input!, where)[2]],
  parameters: noParameters,
  cost: ([input]) => ({ pooled: sizeOf(input!) }),
};

/** Mean over the map: `[H,W,C] -> [C]`. @param name of the node; default `<input>/mean` */
export function globalAveragePool(
  x: Value,
  { name = `${x.name}/mean` }: { readonly name?: string } = {},
): Value {
  return createValue(globalAveragePoolOperation, name, [x], {});
}
