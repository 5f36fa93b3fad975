import { type Affine, composeAffine, invertAffine, type Size } from '@pose-distill/heatmap-decode';
import type { MapShape } from '../train/teacher.js';

/** How values between pixels are found. `bicubic` is Catmull-Rom's. */
export type Interpolation = 'bilinear' | 'bicubic';

/**
 * Draws maps [H,W,C] of a plain crop as they would lie in another one. `affine` takes pixels of `out` to pixels of `maps` (see
 * `betweenHeatmaps`); `partners` tells, for a mirrored crop, which channel each one comes from. Around `maps` 0 is taken to be.
 */
export type MapWarp = (
  maps: Float32Array,
  affine: Affine,
  partners: ArrayLike<number> | undefined,
  out: Float32Array,
) => void;

/** Coefficients this near to a whole number are meant to be it: crops on one grid give the very values that were stored. */
const ROUNDING = 1e-8;

/**
 * The map from heatmap pixels of one crop to those of another, by way of the image. Heatmap pixel i lies on input pixel
 * i * input size / heatmap size, as `encodeHeatmaps` draws.
 *
 * @param to image pixels to input pixels of the crop that is wanted
 * @param from image pixels to input pixels of the crop that the maps were made from
 */
export function betweenHeatmaps(
  to: Affine,
  from: Affine,
  inputSize: Size,
  [height, width]: MapShape,
): Affine {
  const [x, y] = [inputSize.width / width, inputSize.height / height];
  const toImage = composeAffine([x, 0, 0, 0, y, 0], invertAffine(to));
  const whole = composeAffine(composeAffine(toImage, from), [1 / x, 0, 0, 0, 1 / y, 0]);
  return whole.map((value) => {
    const near = Math.round(value);
    return Math.abs(value - near) < ROUNDING ? near : value;
  }) as unknown as Affine;
}

/** Pixels of 0 around the maps, so that no kernel reaches beyond them. */
const BORDER = 3;

/** A warp for maps of one shape, with memory of its own. */
export function createMapWarp(shape: MapShape, interpolation: Interpolation): MapWarp {
  const [height, width, channels] = shape;
  const rowLength = (width + 2 * BORDER) * channels;
  const bordered = new Float32Array((height + 2 * BORDER) * rowLength);
  const sample = interpolation === 'bicubic' ? sampleBicubic : sampleBilinear;
  const straight = Uint16Array.from({ length: channels }, (_, channel) => channel);
  return (maps, [a, b, c, d, e, f], partners, out) => {
    for (let y = 0; y < height; y++)
      bordered.set(
        maps.subarray(y * width * channels, (y + 1) * width * channels),
        (y + BORDER) * rowLength + BORDER * channels,
      );
    const from = partners ? Uint16Array.from(partners) : straight;
    for (let row = 0, at = 0; row < height; row++) {
      for (let column = 0; column < width; column++, at += channels) {
        const x = a * column + b * row + c;
        const y = d * column + e * row + f;
        const left = Math.floor(x);
        const top = Math.floor(y);
        if (left < -2 || top < -2 || left > width || top > height) {
          out.fill(0, at, at + channels);
          continue;
        }
        const start = (top + BORDER) * rowLength + (left + BORDER) * channels;
        if (x === left && y === top)
          for (let i = 0; i < channels; i++) out[at + i] = bordered[start + from[i]!]!;
        else sample(bordered, start, rowLength, channels, x - left, y - top, from, out, at);
      }
    }
  };
}

/** Writes the channels of one pixel; `start` is the pixel above and to the left of the place, `x` and `y` how far from it. */
type Sampler = (
  maps: Float32Array,
  start: number,
  rowLength: number,
  channels: number,
  x: number,
  y: number,
  from: Uint16Array,
  out: Float32Array,
  at: number,
) => void;

const sampleBilinear: Sampler = (maps, start, rowLength, channels, x, y, from, out, at) => {
  const topLeft = (1 - x) * (1 - y);
  const topRight = x * (1 - y);
  const bottomLeft = (1 - x) * y;
  const bottomRight = x * y;
  for (let i = 0; i < channels; i++) {
    const p = start + from[i]!;
    const q = p + rowLength;
    out[at + i] =
      topLeft * maps[p]! +
      topRight * maps[p + channels]! +
      bottomLeft * maps[q]! +
      bottomRight * maps[q + channels]!;
  }
};

const sampleBicubic: Sampler = (maps, start, rowLength, channels, x, y, from, out, at) => {
  const x0 = cubicOuter(1 + x);
  const x1 = cubicInner(x);
  const x2 = cubicInner(1 - x);
  const x3 = cubicOuter(2 - x);
  const y0 = cubicOuter(1 + y);
  const y1 = cubicInner(y);
  const y2 = cubicInner(1 - y);
  const y3 = cubicOuter(2 - y);
  const corner = start - rowLength - channels;
  const second = channels;
  const third = 2 * channels;
  const fourth = 3 * channels;
  for (let i = 0; i < channels; i++) {
    const p = corner + from[i]!;
    const q = p + rowLength;
    const r = q + rowLength;
    const s = r + rowLength;
    out[at + i] =
      y0 *
        (x0 * maps[p]! + x1 * maps[p + second]! + x2 * maps[p + third]! + x3 * maps[p + fourth]!) +
      y1 *
        (x0 * maps[q]! + x1 * maps[q + second]! + x2 * maps[q + third]! + x3 * maps[q + fourth]!) +
      y2 *
        (x0 * maps[r]! + x1 * maps[r + second]! + x2 * maps[r + third]! + x3 * maps[r + fourth]!) +
      y3 *
        (x0 * maps[s]! + x1 * maps[s + second]! + x2 * maps[s + third]! + x3 * maps[s + fourth]!);
  }
};

/** Catmull-Rom's kernel (Keys 1981, a = -1/2) at a distance of 0 to 1. */
function cubicInner(distance: number): number {
  return (1.5 * distance - 2.5) * distance * distance + 1;
}

/** The same at a distance of 1 to 2. */
function cubicOuter(distance: number): number {
  return ((-0.5 * distance + 2.5) * distance - 4) * distance + 2;
}
