import type { DecodedKeypoints, KeypointArrays } from './decode.js';
import { requireRange } from './error.js';
import { keypointArrays } from './keypoint-arrays.js';
import { requirePixelSize, type Size } from './size.js';
import { checkVectors, type Vectors } from './vectors.js';

export interface DecodeRegressionOptions {
  /** Size of the network's input. */
  readonly inputSize: Size;
  /** Whether the sigmas of [B, K, 4] still lack their sigmoid, as RLE's head leaves them. @default false */
  readonly logits?: boolean;
}

/**
 * Keypoints in input pixels from coordinates [B, K, 2], or from coordinates and their sigmas [B, K, 4] (RLE).
 *
 * The score is 1 without sigmas, and the mean of 1 - sigma over x and y with them.
 *
 * @param output x / width, y / height, and for RLE sigma of x and of y
 * @param out where to write. @default new arrays
 * @throws SHAPE_MISMATCH when `data` or `out` do not fit; OUT_OF_RANGE for another number of values a keypoint
 * @see Li et al., "Human Pose Regression with Residual Log-likelihood Estimation", ICCV 2021; mmpose's `RegressionLabel`
 * @example
 * decodeRegression({ data: Float32Array.of(0.5, 0.25, 0.1, 0.3), shape: [1, 1, 4] }, { inputSize: { width: 192, height: 256 } });
 * // keypoints [96, 64], scores [0.8]
 */
export function decodeRegression(
  output: Vectors,
  options: DecodeRegressionOptions,
  out?: KeypointArrays,
): DecodedKeypoints {
  const { inputSize, logits = false } = options;
  requirePixelSize('inputSize', inputSize);
  const { batch, keypointCount, length } = checkVectors('output', output);
  requireRange(length === 2 || length === 4, 'output.shape[2]', '2 or 4 (with sigmas)', length);
  const { data } = output;
  const { keypoints, scores } = keypointArrays(batch * keypointCount, out);
  const sigma = (value: number): number => (logits ? 1 / (1 + Math.exp(-value)) : value);
  for (let n = 0; n < scores.length; n++) {
    const at = n * length;
    keypoints[n * 2] = data[at]! * inputSize.width;
    keypoints[n * 2 + 1] = data[at + 1]! * inputSize.height;
    scores[n] = length === 2 ? 1 : 1 - (sigma(data[at + 2]!) + sigma(data[at + 3]!)) / 2;
  }
  return { keypoints, scores, batch, keypointCount };
}
