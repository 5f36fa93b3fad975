import type { WeightedKeypoints } from './encode.js';
import { requireLength } from './error.js';
import { checkLabels, type LabelOptions } from './labels.js';

/** Coordinates as shares of the input [B, K, 2], x / width and y / height, and what each keypoint counts [B, K]. */
export interface EncodedRegression {
  readonly coordinates: Float32Array;
  readonly weights: Float32Array;
}

/**
 * Keypoints as shares of the input's sides, for networks that give coordinates (direct regression, RLE, integral regression).
 *
 * The weight is 1 for a keypoint of weight > 0.5 in [0, width - 1] x [0, height - 1], else 0. Coordinates of weight 0 are given
 * too, but 0 for those that are not finite.
 *
 * @param out where to write. @default new arrays
 * @throws SHAPE_MISMATCH when an array's length differs from what the counts ask; OUT_OF_RANGE
 * @see mmpose's `RegressionLabel`
 */
export function encodeRegression(
  labels: WeightedKeypoints,
  options: LabelOptions,
  out?: EncodedRegression,
): EncodedRegression {
  const { inputSize } = options;
  const count = checkLabels(labels, options);
  const coordinates = out?.coordinates ?? new Float32Array(count * 2);
  const weights = out?.weights ?? new Float32Array(count);
  requireLength('out.coordinates', coordinates.length, count * 2, 'batch x keypointCount x 2');
  requireLength('out.weights', weights.length, count, 'batch x keypointCount');
  for (let n = 0; n < count; n++) {
    const x = labels.keypoints[n * 2]!;
    const y = labels.keypoints[n * 2 + 1]!;
    const inside = x >= 0 && y >= 0 && x <= inputSize.width - 1 && y <= inputSize.height - 1;
    weights[n] = inside && labels.weights[n]! > 0.5 ? 1 : 0;
    const finite = Number.isFinite(x + y);
    coordinates[n * 2] = finite ? x / inputSize.width : 0;
    coordinates[n * 2 + 1] = finite ? y / inputSize.height : 0;
  }
  return { coordinates, weights };
}
