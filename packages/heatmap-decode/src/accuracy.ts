import { DecodeError, requireRange } from './error.js';
import { checkHeatmaps, type Heatmaps } from './heatmaps.js';
import { findPeaks } from './peaks.js';

export interface HeatmapAccuracyOptions {
  /** Distance that still counts as right, in tenths of the map's sides. @default 0.5 */
  readonly threshold?: number;
}

export interface HeatmapAccuracy {
  /** Mean over the keypoints that have any target; NaN when none has. */
  readonly mean: number;
  /** Share of right predictions of each keypoint [K]; NaN without a target in the batch. */
  readonly perKeypoint: Float64Array;
  /** How many keypoints have a target. */
  readonly counted: number;
}

/**
 * HRNet's training accuracy: the share of peaks within `threshold` of the target map's peak. For watching a run, not for reports.
 *
 * As coded there: x is divided by a tenth of the map's *height* and y by one of its *width*; a target whose peak lies in the
 * first two columns or rows is left out; a maximum <= 0 counts as a peak at (0, 0).
 *
 * @param output the network's heatmaps
 * @param target the heatmaps it should have given; same shape and layout
 * @throws SHAPE_MISMATCH when the two differ in shape or layout
 */
export function heatmapAccuracy(
  output: Heatmaps,
  target: Heatmaps,
  options: HeatmapAccuracyOptions = {},
): HeatmapAccuracy {
  const { threshold = 0.5 } = options;
  requireRange(threshold > 0, 'threshold', 'a number > 0', threshold);
  const predicted = peaks(output);
  const wanted = peaks(target);
  if (output.layout !== target.layout || output.shape.some((n, i) => n !== target.shape[i])) {
    throw new DecodeError(
      'SHAPE_MISMATCH',
      `Output and target must agree; got ${output.layout} [${output.shape.join(', ')}] and ${target.layout} [${target.shape.join(', ')}].`,
      { output: output.shape, target: target.shape },
    );
  }
  const { batch, keypointCount, width, height } = checkHeatmaps(output);
  const perKeypoint = new Float64Array(keypointCount);
  let sum = 0;
  let counted = 0;
  for (let k = 0; k < keypointCount; k++) {
    let right = 0;
    let seen = 0;
    for (let b = 0; b < batch; b++) {
      const i = (b * keypointCount + k) * 2;
      const [x, y] = [wanted[i]!, wanted[i + 1]!];
      if (!(x > 1 && y > 1)) continue;
      seen++;
      const dx = (predicted[i]! - x) / (height / 10);
      const dy = (predicted[i + 1]! - y) / (width / 10);
      if (Math.sqrt(dx * dx + dy * dy) < threshold) right++;
    }
    perKeypoint[k] = seen > 0 ? right / seen : NaN;
    if (seen === 0) continue;
    sum += right / seen;
    counted++;
  }
  return { mean: counted > 0 ? sum / counted : NaN, perKeypoint, counted };
}

/** Peaks of all maps, (0, 0) where nothing is above 0. */
function peaks(maps: Heatmaps): Float32Array {
  const grid = checkHeatmaps(maps);
  const count = grid.batch * grid.keypointCount;
  const keypoints = new Float32Array(count * 2);
  const scores = new Float32Array(count);
  findPeaks(maps.data, grid, keypoints, scores);
  for (let n = 0; n < count; n++) {
    if (scores[n]! <= 0) keypoints.fill(0, n * 2, n * 2 + 2);
  }
  return keypoints;
}
