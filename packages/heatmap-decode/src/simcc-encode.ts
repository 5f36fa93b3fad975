import type { WeightedKeypoints } from './encode.js';
import { requireLength, requireRange } from './error.js';
import { reachOf } from './gaussian-axes.js';
import { checkLabels, type LabelOptions } from './labels.js';
import { bothAxes, type PerAxis, roundHalfEven } from './simcc.js';

export interface EncodeSimccOptions extends LabelOptions {
  /** Bins per input pixel. @default 2 */
  readonly splitRatio?: number;
  /** Width of the Gaussian in bins; RTMPose takes { x: 4.9, y: 5.66 } for 192x256. @default 6 */
  readonly sigma?: PerAxis;
  /** `gaussian`, or `standard`: the bin itself, some of its weight spread over all others. @default 'gaussian' */
  readonly smoothing?: 'gaussian' | 'standard';
  /** What `standard` takes from the bin, 0..1. @default 0 */
  readonly smoothWeight?: number;
  /** Divide the Gaussian by sigma sqrt(2 pi), so that its sum is about 1. @default true */
  readonly normalise?: boolean;
  /** Centre the Gaussian on the keypoint itself instead of the nearest bin. @default false */
  readonly unbiased?: boolean;
}

/** Labels along x [B, K, Wx] and along y [B, K, Wy], and what each keypoint counts [B, K]. */
export interface EncodedSimcc {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly weights: Float32Array;
}

/**
 * Draws one vector along x and one along y per keypoint (SimCC), of round(side * splitRatio) bins; halves round to even.
 *
 * A keypoint of weight < 0.5 is not drawn and keeps its weight. The weight becomes 0 where 3 sigma around the bin miss either
 * vector (`gaussian`) or the bin lies outside (`standard`), and for keypoints that are not finite.
 *
 * @param out where to write. @default new arrays
 * @throws SHAPE_MISMATCH when an array's length differs from what the counts ask; OUT_OF_RANGE
 * @see Li et al., "SimCC: a Simple Coordinate Classification Perspective for Human Pose Estimation", ECCV 2022; mmpose's `SimCCLabel`
 * @example
 * const { x, y } = encodeSimcc(
 *   { keypoints: Float32Array.of(96, 128), weights: Float32Array.of(1) },
 *   { batch: 1, keypointCount: 1, inputSize: { width: 192, height: 256 }, sigma: { x: 4.9, y: 5.66 } },
 * ); // x[192] and y[256] are the largest of 384 and 512
 */
export function encodeSimcc(
  labels: WeightedKeypoints,
  options: EncodeSimccOptions,
  out?: EncodedSimcc,
): EncodedSimcc {
  const { inputSize, splitRatio = 2, smoothing = 'gaussian', smoothWeight = 0 } = options;
  const { normalise = true, unbiased = false } = options;
  const count = checkLabels(labels, options);
  const sigma = bothAxes('sigma', options.sigma ?? 6);
  requireRange(splitRatio > 0 && splitRatio < Infinity, 'splitRatio', 'a number > 0', splitRatio);
  requireRange(smoothWeight >= 0 && smoothWeight <= 1, 'smoothWeight', 'in 0..1', smoothWeight);
  const standard = smoothing === 'standard';
  const width = roundHalfEven(inputSize.width * splitRatio);
  const height = roundHalfEven(inputSize.height * splitRatio);
  const x = prepare('out.x', out?.x, count * width);
  const y = prepare('out.y', out?.y, count * height);
  const weights = prepare('out.weights', out?.weights, count);

  const bin = (pixel: number): number => {
    const place = Math.fround(pixel * splitRatio);
    return unbiased && !standard ? place : roundHalfEven(place);
  };
  for (let n = 0; n < count; n++) {
    const weight = labels.weights[n]!;
    weights[n] = weight;
    if (weight < 0.5) continue;
    const atX = bin(labels.keypoints[n * 2]!);
    const atY = bin(labels.keypoints[n * 2 + 1]!);
    const inside = standard
      ? atX >= 0 && atY >= 0 && atX < width && atY < height
      : reaches(atX, sigma.x, width) && reaches(atY, sigma.y, height);
    if (!inside) {
      weights[n] = 0;
    } else if (standard) {
      drawBin(x, n * width, width, atX, smoothWeight);
      drawBin(y, n * height, height, atY, smoothWeight);
    } else {
      drawGaussian(x, n * width, width, atX, sigma.x, normalise);
      drawGaussian(y, n * height, height, atY, sigma.y, normalise);
    }
  }
  return { x, y, weights };
}

/** The array of `out`, cleared, or a new one. */
function prepare(name: string, out: Float32Array | undefined, length: number): Float32Array {
  if (!out) return new Float32Array(length);
  requireLength(name, out.length, length, 'one per keypoint and bin');
  return out.fill(0);
}

/** Whether 3 sigma to each side of `centre` touch the vector. */
function reaches(centre: number, sigma: number, length: number): boolean {
  return centre - sigma * 3 < length && centre + sigma * 3 + 1 >= 0;
}

function drawBin(
  out: Float32Array,
  start: number,
  length: number,
  bin: number,
  smoothWeight: number,
): void {
  if (smoothWeight > 0) out.fill(smoothWeight / (length - 1), start, start + length);
  out[start + bin] = 1 - smoothWeight;
}

function drawGaussian(
  out: Float32Array,
  start: number,
  length: number,
  centre: number,
  sigma: number,
  normalise: boolean,
): void {
  const falloff = -1 / (2 * sigma * sigma);
  const peak = normalise ? 1 / (sigma * Math.sqrt(2 * Math.PI)) : 1;
  const reach = Math.sqrt(reachOf(sigma));
  const last = Math.min(length - 1, Math.floor(centre + reach));
  for (let i = Math.max(0, Math.ceil(centre - reach)); i <= last; i++) {
    out[start + i] = peak * Math.exp(falloff * (i - centre) * (i - centre));
  }
}
