import { requireLength, requireRange } from './error.js';
import { bothAxes, checkSimcc, type PerAxis, type SimccVectors } from './simcc.js';

export interface SimccVisibilityOptions {
  /** Width of the Gaussian the network was trained on, in bins; sharpens the softmax. @default 6 */
  readonly sigma?: PerAxis;
  /** Sharpens it further: the softmax is taken of beta * sigma * vector. @default 150 */
  readonly beta?: number;
}

/**
 * How visible each keypoint of SimCC vectors is, 0..1: the smaller of the largest probabilities along x and y.
 *
 * @param out where to write [B, K]. @default a new array
 * @throws SHAPE_MISMATCH, OUT_OF_RANGE for beta or sigma <= 0
 * @see mmpose's `SimCCLabel` with `decode_visibility`
 */
export function simccVisibility(
  vectors: SimccVectors,
  options: SimccVisibilityOptions = {},
  out?: Float32Array,
): Float32Array {
  const { beta = 150 } = options;
  requireRange(beta > 0 && beta < Infinity, 'beta', 'a number > 0', beta);
  const sigma = bothAxes('sigma', options.sigma ?? 6);
  const { batch, keypointCount, width, height } = checkSimcc(vectors);
  const count = batch * keypointCount;
  const visibility = out ?? new Float32Array(count);
  requireLength('out', visibility.length, count, 'batch x keypoints');
  for (let n = 0; n < count; n++) {
    visibility[n] = Math.min(
      largestProbability(vectors.x.data, n * width, width, beta * sigma.x),
      largestProbability(vectors.y.data, n * height, height, beta * sigma.y),
    );
  }
  return visibility;
}

/** The largest entry of the softmax of beta * vector. */
function largestProbability(
  data: Float32Array,
  start: number,
  length: number,
  beta: number,
): number {
  let largest = -Infinity;
  for (let i = start; i < start + length; i++) largest = Math.max(largest, data[i]!);
  let sum = 0;
  for (let i = start; i < start + length; i++) sum += Math.exp(beta * (data[i]! - largest));
  return 1 / sum;
}
