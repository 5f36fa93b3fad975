import { type Affine, invertAffine } from './affine.js';
import { requireLength, requireRange } from './error.js';
import { requirePixelSize, type Size } from './size.js';
import { type PixelSource, pixelSource, type WarpRow, warpRow } from './warp-row.js';

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
}

export interface WarpBytesOptions<T extends Uint8Array | Uint8ClampedArray = Uint8Array> {
  /** Where to write [height, width, 3]. @default a new Uint8Array */
  readonly out?: T;
}

/**
 * Cuts and resamples an image for a network: bilinear, black outside, `(value * scale - mean) / deviation`.
 *
 * Output pixel (x, y) takes the image at the inverse of `affine`; integer coordinates are pixel centres on both sides.
 * A pixel within one pixel of the border is blended with black, and what lies outside is black *before* normalisation.
 * No smoothing before a reduction (nor has OpenCV's `warpAffine`, from which this differs by OpenCV's 1/32 pixel grid).
 * Grey images are repeated on three channels. Allocates the result only, or a row-sized workspace with `out`.
 *
 * @param affine image pixels -> output pixels, e.g. of `cropTransform`
 * @returns [height, width, 3]
 * @throws SHAPE_MISMATCH when `image.data` or `out` has another length; OUT_OF_RANGE for a singular affine
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
  const { mean = [0, 0, 0], deviation = [1, 1, 1], scale = 1 / 255 } = options;
  const [source, inverse] = prepare(image, affine, outputSize);
  for (const value of deviation) {
    requireRange(value !== 0 && Number.isFinite(value), 'deviation', 'finite and not 0', deviation);
  }
  const row: WarpRow = {
    gain: [scale / deviation[0], scale / deviation[1], scale / deviation[2]],
    offset: [-mean[0] / deviation[0], -mean[1] / deviation[1], -mean[2] / deviation[2]],
  };
  const stride = outputSize.width * 3;
  const length = outputSize.height * stride;
  const out = options.out ?? new Float32Array(length);
  requireLength('out', out.length, length, 'height x width x 3');
  for (let y = 0; y < outputSize.height; y++) {
    warpRow(source, inverse, y, outputSize.width, row, out, y * stride);
  }
  return out;
}

/**
 * Cuts and resamples an image, as `warpImage`, to bytes: grey levels of the image, rounded.
 *
 * @param affine image pixels -> output pixels
 * @returns [height, width, 3]; `options.out` when given
 * @throws SHAPE_MISMATCH when `image.data` or `out` has another length; OUT_OF_RANGE for a singular affine
 */
export function warpImageToBytes<T extends Uint8Array | Uint8ClampedArray = Uint8Array>(
  image: Image,
  affine: Affine,
  outputSize: Size,
  options: WarpBytesOptions<T> = {},
): T {
  const [source, inverse] = prepare(image, affine, outputSize);
  const stride = outputSize.width * 3;
  const length = outputSize.height * stride;
  const out = options.out ?? (new Uint8Array(length) as T);
  requireLength('out', out.length, length, 'height x width x 3');
  const row: WarpRow = { gain: [1, 1, 1], offset: [0, 0, 0] };
  const line = new Float32Array(stride);
  for (let y = 0, at = 0; y < outputSize.height; y++) {
    warpRow(source, inverse, y, outputSize.width, row, line, 0);
    for (let i = 0; i < stride; i++) {
      out[at++] = Math.max(0, Math.min(255, Math.floor(line[i]! + 0.5)));
    }
  }
  return out;
}

function prepare(image: Image, affine: Affine, outputSize: Size): [PixelSource, Affine] {
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
  return [pixelSource(data, width, height, channels), invertAffine(affine)];
}
