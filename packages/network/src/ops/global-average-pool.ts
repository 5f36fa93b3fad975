import { createValue, mapShape, noParameters, type Operation, one, sizeOf } from '../operation.js';
import type { Value } from '../types.js';

export interface GlobalAveragePoolAttributes {
  /** Whether the result is a map of one pixel. */
  readonly keepMap?: boolean;
}

export const globalAveragePoolOperation: Operation<'globalAveragePool'> = {
  op: 'globalAveragePool',
  arity: one,
  schema: { keepMap: 'boolean?' },
  shape([input], { keepMap = false }, where) {
    const channels = mapShape(input!, where)[2];
    return keepMap ? [1, 1, channels] : [channels];
  },
  parameters: noParameters,
  cost: ([input]) => ({ pooled: sizeOf(input!) }),
};

export interface GlobalAveragePoolOptions {
  /** @param keepMap `[1,1,C]` instead of `[C]`, for convolutions behind it; default false */
  readonly keepMap?: boolean;
  /** @param name of the node; default `<input>/mean` */
  readonly name?: string;
}

/** Mean over the map: `[H,W,C] -> [C]`. */
export function globalAveragePool(x: Value, options: GlobalAveragePoolOptions = {}): Value {
  const { name = `${x.name}/mean`, keepMap = false } = options;
  return createValue(globalAveragePoolOperation, name, [x], keepMap ? { keepMap } : {});
}
