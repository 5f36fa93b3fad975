import { createValue, mapShape, noParameters, type Operation, one, sizeOf } from '../operation.js';
import { type Padding, sidesFrom, sizeFrom, windowedSize } from '../padding.js';
import type { Sides, Size, Value } from '../types.js';

export interface PoolAttributes {
  readonly kernel: Size;
  readonly strides: Size;
  /** Positions outside the map take no part: they are neither a maximum nor counted in an average. */
  readonly padding: Sides;
}

const pool = <Op extends 'maxPool' | 'avgPool'>(op: Op): Operation<Op> =>
  ({
    op,
    arity: one,
    schema: { kernel: 'size', strides: 'size', padding: 'sides' },
    shape([input], attributes, where) {
      const [height, width, channels] = mapShape(input!, where);
      const size = windowedSize({ width, height }, attributes, where);
      return [size.height, size.width, channels];
    },
    parameters: noParameters,
    cost: ([input]) => ({ pooled: sizeOf(input!) }),
  }) as Operation<'maxPool' | 'avgPool'> as unknown as Operation<Op>;

export const maxPoolOperation: Operation<'maxPool'> = pool('maxPool');
export const avgPoolOperation: Operation<'avgPool'> = pool('avgPool');

export interface PoolOptions {
  readonly kernel: number | Size;
  /** @param strides default the kernel */
  readonly strides?: number | Size;
  /** @param padding default 0 */
  readonly padding?: Padding;
  /** @param name of the node; default `<input>/maxPool` or `<input>/avgPool` */
  readonly name?: string;
}

function poolAttributes(x: Value, options: PoolOptions, where: string): PoolAttributes {
  const [height, width] = mapShape(x.shape, where);
  const kernel = sizeFrom(options.kernel);
  const strides = sizeFrom(options.strides ?? options.kernel);
  const padding = sidesFrom(options.padding ?? 0, { width, height }, kernel, strides);
  return { kernel, strides, padding };
}

/** Largest value of each window; a size that does not divide is rounded down. */
export function maxPool(x: Value, options: PoolOptions): Value {
  const { name = `${x.name}/maxPool` } = options;
  return createValue(maxPoolOperation, name, [x], poolAttributes(x, options, `maxPool '${name}'`));
}

/** Mean of each window over the positions inside the map (PyTorch's `count_include_pad=False`). */
export function avgPool(x: Value, options: PoolOptions): Value {
  const { name = `${x.name}/avgPool` } = options;
  return createValue(avgPoolOperation, name, [x], poolAttributes(x, options, `avgPool '${name}'`));
}
