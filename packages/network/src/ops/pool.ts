import { NetworkError } from '../error.js';
import { createValue, mapShape, noParameters, type Operation, one, sizeOf } from '../operation.js';
import { type Padding, sidesFrom, sizeFrom, windowedSize } from '../padding.js';
import type { Sides, Size, Value } from '../types.js';

export interface PoolAttributes {
  readonly kernel: Size;
  readonly strides: Size;
  /** Positions outside the map take no part: they are neither a maximum nor, unless `countPadding`, in an average. */
  readonly padding: Sides;
  /** Whether the size is rounded up, so that the last windows may hang over the edge. */
  readonly ceilMode?: boolean;
  /** Of averages: whether padding counts as zeros. What hangs over the padding never counts. */
  readonly countPadding?: boolean;
}

const pool = <Op extends 'maxPool' | 'avgPool'>(op: Op): Operation<Op> =>
  ({
    op,
    arity: one,
    schema: {
      kernel: 'size',
      strides: 'size',
      padding: 'sides',
      ceilMode: 'boolean?',
      countPadding: 'boolean?',
    },
    shape([input], attributes, where) {
      if (op === 'maxPool' && attributes.countPadding)
        throw new NetworkError('OUT_OF_RANGE', `${where}: only averages have countPadding`);
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
  /** @param ceilMode whether the size is rounded up; default false */
  readonly ceilMode?: boolean;
  /** @param name of the node; default `<input>/maxPool` or `<input>/avgPool` */
  readonly name?: string;
}

function poolAttributes(x: Value, options: PoolOptions, where: string): PoolAttributes {
  const [height, width] = mapShape(x.shape, where);
  const kernel = sizeFrom(options.kernel);
  const strides = sizeFrom(options.strides ?? options.kernel);
  const padding = sidesFrom(options.padding ?? 0, { width, height }, kernel, strides);
  return { kernel, strides, padding, ...(options.ceilMode && { ceilMode: true }) };
}

/** Largest value of each window; a size that does not divide is rounded down unless `ceilMode`. */
export function maxPool(x: Value, options: PoolOptions): Value {
  const { name = `${x.name}/maxPool` } = options;
  return createValue(maxPoolOperation, name, [x], poolAttributes(x, options, `maxPool '${name}'`));
}

export interface AveragePoolOptions extends PoolOptions {
  /** @param countPadding whether padding counts as zeros (PyTorch's default is true, TensorFlow's false); default false */
  readonly countPadding?: boolean;
}

/** Mean of each window over the positions inside the map, or with `countPadding` inside the padding. */
export function avgPool(x: Value, options: AveragePoolOptions): Value {
  const { name = `${x.name}/avgPool`, countPadding = false } = options;
  const attributes = poolAttributes(x, options, `avgPool '${name}'`);
  return createValue(avgPoolOperation, name, [x], {
    ...attributes,
    ...(countPadding && { countPadding }),
  });
}
