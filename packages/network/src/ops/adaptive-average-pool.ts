import { createValue, mapShape, noCost, noParameters, type Operation, one } from '../operation.js';
import { sizeFrom } from '../padding.js';
import type { Size, Value } from '../types.js';

export interface AdaptiveAveragePoolAttributes {
  /** Of the result. */
  readonly size: Size;
}

export const adaptiveAveragePoolOperation: Operation<'adaptiveAveragePool'> = {
  op: 'adaptiveAveragePool',
  arity: one,
  schema: { size: 'size' },
  shape: ([input], { size }, where) => [size.height, size.width, mapShape(input!, where)[2]],
  parameters: noParameters,
  cost: noCost,
};

/** The window of one result position along an axis: from `floor(i n / m)` to before `ceil((i + 1) n / m)`. */
export function adaptiveWindow(
  index: number,
  length: number,
  size: number,
): { readonly begin: number; readonly end: number } {
  return {
    begin: Math.floor((index * length) / size),
    end: Math.ceil(((index + 1) * length) / size),
  };
}

export interface AdaptiveAveragePoolOptions {
  /** Of the result; may exceed the map's. */
  readonly size: number | Size;
  /** @param name of the node; default `<input>/mean<height>x<width>` */
  readonly name?: string;
}

/**
 * Means over windows that cover a map evenly, whatever its size; neighbours share pixels where the sizes do not divide.
 * PyTorch's `adaptive_avg_pool2d`; not counted, as the networks that use it call it as a function.
 */
export function adaptiveAveragePool(x: Value, options: AdaptiveAveragePoolOptions): Value {
  const size = sizeFrom(options.size);
  const name = options.name ?? `${x.name}/mean${size.height}x${size.width}`;
  return createValue(adaptiveAveragePoolOperation, name, [x], { size });
}
