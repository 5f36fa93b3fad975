import { NetworkError } from '../error.js';
import { createValue, mapShape, noCost, noParameters, type Operation, one } from '../operation.js';
import type { Size, Value } from '../types.js';

/** Size of the result. */
export interface ResizeAttributes {
  readonly size: Size;
  /** Of bilinear: whether the corner pixels of both maps meet, instead of the corners of the maps. */
  readonly alignCorners?: boolean;
}

const resize = <Op extends 'resizeNearest' | 'resizeBilinear'>(op: Op): Operation<Op> =>
  ({
    op,
    arity: one,
    schema: { size: 'size', alignCorners: 'boolean?' },
    shape([input], { size, alignCorners }, where) {
      if (op === 'resizeNearest' && alignCorners)
        throw new NetworkError('OUT_OF_RANGE', `${where}: only resizeBilinear has alignCorners`);
      return [size.height, size.width, mapShape(input!, where)[2]];
    },
    parameters: noParameters,
    cost: noCost,
  }) as Operation<'resizeNearest' | 'resizeBilinear'> as unknown as Operation<Op>;

export const resizeNearestOperation: Operation<'resizeNearest'> = resize('resizeNearest');
export const resizeBilinearOperation: Operation<'resizeBilinear'> = resize('resizeBilinear');

export interface ResizeOptions {
  /** Result size; or give `scale`. */
  readonly size?: Size;
  /** Whole factor for both directions. */
  readonly scale?: number;
  /** @param name of the node; default `<input>/nearest` or `<input>/bilinear` with the size */
  readonly name?: string;
}

function sizeOf(x: Value, { size, scale = 1 }: ResizeOptions, where: string): Size {
  const [height, width] = mapShape(x.shape, where);
  return size
    ? { width: size.width, height: size.height }
    : { width: width * scale, height: height * scale };
}

/** Nearest neighbour: result pixel `i` is source pixel `floor(i * source / result)`, as PyTorch's default. */
export function resizeNearest(x: Value, options: ResizeOptions): Value {
  const size = sizeOf(x, options, 'resizeNearest');
  const name = options.name ?? `${x.name}/nearest${size.height}x${size.width}`;
  return createValue(resizeNearestOperation, name, [x], { size });
}

export interface BilinearOptions extends ResizeOptions {
  /** @param alignCorners source position `i * (source - 1) / (result - 1)`; default false */
  readonly alignCorners?: boolean;
}

/** Bilinear with half-pixel centres (PyTorch's `align_corners=False`), or with the corner pixels on each other. */
export function resizeBilinear(x: Value, options: BilinearOptions): Value {
  const { alignCorners = false } = options;
  const size = sizeOf(x, options, 'resizeBilinear');
  const suffix = alignCorners ? 'aligned' : 'bilinear';
  const name = options.name ?? `${x.name}/${suffix}${size.height}x${size.width}`;
  return createValue(resizeBilinearOperation, name, [x], {
    size,
    ...(alignCorners && { alignCorners }),
  });
}
