import type { DecodedKeypoints, KeypointArrays } from './decode.js';
import { requireRange } from './error.js';
import { checkHeatmaps, type Heatmaps } from './heatmaps.js';
import { keypointArrays } from './keypoint-arrays.js';

export interface SoftArgmaxOptions {
  /** Sharpness: the softmax is taken of beta * map. HHD takes 10. @default 1 */
  readonly beta?: number;
  /** `cells`: heatmap pixels. `normalised`: column / W and row / H, so 0 to (W - 1) / W (mmpose, HHD). @default 'cells' */
  readonly units?: 'cells' | 'normalised';
  /**
   * Take out the pull towards the map's middle that the softmax of the empty cells exerts. `closed-form` is exact for logits
   * that are 0 away from the peak and a peak that lies wholly on the map, and leaves maps without a clear peak (mean of
   * exp(beta * map) below 1.05) alone. `mmpose` is its `debias=True`, C/(C-1) (J - 1/(2C)) with C the sum of exp(map), which for
   * usual sizes changes next to nothing. @default 'none'
   */
  readonly debias?: 'none' | 'closed-form' | 'mmpose';
}

/** Below this mean of exp(beta * map) the closed form divides by almost nothing. */
const LEAST_MEAN = 1.05;

/**
 * The mean place under the softmax of each map (soft-argmax, integral regression), in float64.
 *
 * Stable for any size of logits. The score is the largest probability.
 *
 * @param out where to write. @default new arrays
 * @throws SHAPE_MISMATCH, OUT_OF_RANGE for beta <= 0
 * @see Sun et al., "Integral Human Pose Regression", ECCV 2018; for the bias Gu et al., "Removing the Bias of Integral Pose
 * Regression", ICCV 2021
 * @example
 * softArgmax({ data: Float32Array.of(0, 50, 0), shape: [1, 1, 3, 1], layout: 'NHWC' }).keypoints; // [1, 0]
 */
export function softArgmax(
  maps: Heatmaps,
  options: SoftArgmaxOptions = {},
  out?: KeypointArrays,
): DecodedKeypoints {
  const { beta = 1, units = 'cells', debias = 'none' } = options;
  requireRange(beta > 0 && beta < Infinity, 'beta', 'a number > 0', beta);
  const grid = checkHeatmaps(maps);
  const { batch, keypointCount, width, height, cell } = grid;
  const count = batch * keypointCount;
  const { keypoints, scores } = keypointArrays(count, out);
  const { data } = maps;

  for (let n = 0; n < count; n++) {
    const image = Math.floor(n / keypointCount);
    const start = image * grid.image + (n - image * keypointCount) * grid.keypoint;
    const end = start + width * height * cell;
    let largest = -Infinity;
    for (let i = start; i < end; i += cell) largest = Math.max(largest, data[i]!);
    let sum = 0;
    let plain = 0;
    let alongX = 0;
    let alongY = 0;
    for (let y = 0, i = start; y < height; y++) {
      for (let x = 0; x < width; x++, i += cell) {
        const weight = Math.exp(beta * (data[i]! - largest));
        sum += weight;
        alongX += weight * x;
        alongY += weight * y;
        if (debias === 'mmpose') plain += Math.exp(data[i]!);
      }
    }
    let x = alongX / sum;
    let y = alongY / sum;
    if (debias === 'closed-form') {
      // The share of the probability that lies evenly over the map, around its middle.
      const flat = (width * height * Math.exp(-beta * largest)) / sum;
      if (flat <= 1 / LEAST_MEAN) {
        x = (x - (flat * (width - 1)) / 2) / (1 - flat);
        y = (y - (flat * (height - 1)) / 2) / (1 - flat);
      }
    } else if (debias === 'mmpose' && plain < Infinity) {
      // C/(C-1) (J - 1/(2C)), multiplied out so that C = 0 does no harm.
      x = (plain * x - width / 2) / (plain - 1);
      y = (plain * y - height / 2) / (plain - 1);
    }
    keypoints[n * 2] = units === 'normalised' ? x / width : x;
    keypoints[n * 2 + 1] = units === 'normalised' ? y / height : y;
    scores[n] = 1 / sum;
  }
  return { keypoints, scores, batch, keypointCount };
}
