import { type Affine, invertAffine } from './affine.js';
import { requireLength, requireRange } from './error.js';
import { requirePixelSize, type Size } from './size.js';
import { type Warper, warpPlain } from './warp-plain.js';
import { type PixelSource, pixelSource, type WarpRow } from './warp-row.js';

/** An image as rows of interleaved channels: grey (1), RGB (3) or RGBA (4, alpha is not read). */
export interface Image {
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

export interface WarpOptions {
  /** Where to write [height, width, 3], e.g. one image's part of a batch. @default a new array */
  readonly out?: Float32Array;
  /** Subtracted after scaling, per channel (RGB). @default [0, 0, 0] */
  readonly mean?: readonly [number, number, number];
  /** Divides after the mean is subtracted, per channel (RGB). @default [1, 1, 1] */
  readonly deviation?: readonly [number, number, number];
  /** Multiplies the image's values first; 1 keeps grey levels. @default 1 / 255 */
  readonly scale?: number;
  /** What lies outside the image, in the image's own values (RGB). @default [0, 0, 0] */
  readonly border?: readonly [number, number, number];
}

export interface WarpBytesOptions<T extends Uint8Array | Uint8ClampedArray = Uint8Array> {
  /** Where to write [height, width, 3]. @default a new Uint8Array */
  readonly out?: T;
  /** What lies outside the image, in the image's own values (RGB). @default [0, 0, 0] */
  readonly border?: readonly [number, number, number];
}

/**
 * Cuts and resamples an image for a network: bilinear, black (or `border`) outside, `(value * scale - mean) / deviation`.
 *
 * Output pixel (x, y) takes the image at the inverse of `affine`; integer coordinates are pixel centres on both sides.
 * A pixel within one pixel of the border is blended with what lies outside, black *before* normalisation.
 * No smoothing before a reduction (nor has OpenCV's `warpAffine`, from which this differs by OpenCV's 1/32 pixel grid).
 * Grey images are repeated on three channels. Allocates the result only, or a row-sized workspace with `out`.
 *
 * @param affine image pixels -> output pixels, e.g. of `cropTransform`
 * @returns [height, width, 3]
 * @throws SHAPE_MISMATCH when `image.data` or `out` has another length; OUT_OF_RANGE for a singular or not finite affine
 * @example
 * const input = warpImage(photo, cropTransform(crop, inputSize), inputSize, {
 *   mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225],
 * });
 */
export function warpImage(
  image: Image,
  affine: Affine,
  outputSize: Size,
  options: WarpOptions = {},
): Float32Array {
  return warpImageWith(warpPlain, image, affine, outputSize, options);
}

/** `warpImage` with a way of its own to sample. */
export function warpImageWith(
  warp: Warper,
  image: Image,
  affine: Affine,
  outputSize: Size,
  options: WarpOptions,
): Float32Array {
  const { mean = [0, 0, 0], deviation = [1, 1, 1], scale = 1 / 255, border = BLACK } = options;
  const [source, inverse] = prepare(image, affine, outputSize, border);
  for (const value of deviation) {
    requireRange(value !== 0 && Number.isFinite(value), 'deviation', 'finite and not 0', deviation);
  }
  const row: WarpRow = {
    gain: [scale / deviation[0], scale / deviation[1], scale / deviation[2]],
    offset: [-mean[0] / deviation[0], -mean[1] / deviation[1], -mean[2] / deviation[2]],
    border,
  };
  for (const value of [...row.gain, ...row.offset]) {
    requireRange(Number.isFinite(value), 'mean and scale', 'finite', `${mean} and ${scale}`);
  }
  const length = outputSize.height * outputSize.width * 3;
  const out = options.out ?? new Float32Array(length);
  requireLength('out', out.length, length, 'height x width x 3');
  warp(source, inverse, outputSize, row, out);
  return out;
}

/**
 * Cuts and resamples an image, as `warpImage`, to bytes: grey levels of the image, rounded.
 *
 * @param affine image pixels -> output pixels
 * @returns [height, width, 3]; `options.out` when given
 * @throws SHAPE_MISMATCH when `image.data` or `out` has another length; OUT_OF_RANGE for a singular or not finite affine
 */
export function warpImageToBytes<T extends Uint8Array | Uint8ClampedArray = Uint8Array>(
  image: Image,
  affine: Affine,
  outputSize: Size,
  options: WarpBytesOptions<T> = {},
): T {
  return warpBytesWith(warpPlain, image, affine, outputSize, options);
}

/** `warpImageToBytes` with a way of its own to sample. */
export function warpBytesWith<T extends Uint8Array | Uint8ClampedArray>(
  warp: Warper,
  image: Image,
  affine: Affine,
  outputSize: Size,
  options: WarpBytesOptions<T>,
): T {
  const { border = BLACK } = options;
  const [source, inverse] = prepare(image, affine, outputSize, border);
  const length = outputSize.height * outputSize.width * 3;
  const out = options.out ?? (new Uint8Array(length) as T);
  requireLength('out', out.length, length, 'height x width x 3');
  warp(source, inverse, outputSize, { gain: [1, 1, 1], offset: [0, 0, 0], border }, out);
  return out;
}

const BLACK = [0, 0, 0] as const;

function prepare(
  image: Image,
  affine: Affine,
  outputSize: Size,
  border: readonly number[],
): [PixelSource, Affine] {
  requirePixelSize('image', image);
  requirePixelSize('outputSize', outputSize);
  const { data, width, height, channels } = image;
  requireRange(
    channels === 1 || channels === 3 || channels === 4,
    'image.channels',
    '1, 3 or 4',
    channels,
  );
  requireLength('image.data', data.length, width * height * channels, 'height x width x channels');
  requireRange(affine.every(Number.isFinite), 'affine', 'finite', `[${affine.join(', ')}]`);
  const whole = border.length === 3 && border.every(Number.isFinite);
  requireRange(whole, 'border', 'three finite numbers', `[${border.join(', ')}]`);
  return [pixelSource(data, width, height, channels), invertAffine(affine)];
}
