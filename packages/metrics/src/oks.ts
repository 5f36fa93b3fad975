import { EPSILON } from './epsilon.js';
import { fail } from './error.js';
import { exponential } from './exponential.js';
import { pairwiseSum } from './pairwise-sum.js';

/** Poses to compare: D predicted with G true ones, K keypoints each. */
export interface OksPoses {
  /** [D,K,3]: x, y in image pixels; the third number (a confidence) is not used. */
  readonly predicted: ArrayLike<number>;
  /** [G,K,3]: x, y in image pixels, visibility flag; flags above 0 count. */
  readonly truth: ArrayLike<number>;
  /** [G]: areas of the people in square pixels. */
  readonly areas: ArrayLike<number>;
  /** [G,4]: x, y, width, height; needed only for people without any labelled keypoint. */
  readonly boxes?: ArrayLike<number>;
  /** [K]. */
  readonly oksSigmas: ArrayLike<number>;
}

/**
 * Object keypoint similarity of every predicted with every true pose: [D,G], row by row, each in 0..1. With d the distance
 * of a keypoint and s its sigma, the mean over labelled keypoints of exp(-d² / (8 s² area)). A person without labelled keypoints is
 * compared by the distance of all keypoints to the box, widened by its own size on each side.
 *
 * @throws MetricsError `SHAPE_MISMATCH` when the lengths do not fit together; `BAD_ANNOTATION` when a box is needed and not given.
 * @see https://cocodataset.org/#keypoints-eval
 * @example
 * computeOks({ predicted: [3, 4, 1], truth: [0, 0, 2], areas: [100], oksSigmas: [0.25] }); // [0.6065...]
 */
export function computeOks(poses: OksPoses): Float64Array {
  const { predicted, truth, areas, boxes, oksSigmas } = poses;
  const row = 3 * oksSigmas.length;
  const trueCount = areas.length;
  if (row === 0) fail('SHAPE_MISMATCH', 'oksSigmas', 'expected one sigma a keypoint, got none');
  if (truth.length !== trueCount * row) {
    fail('SHAPE_MISMATCH', 'truth', `expected ${trueCount} x ${row} numbers, got ${truth.length}`);
  }
  if (predicted.length % row !== 0) {
    const message = `expected a multiple of ${row} numbers (x, y, confidence a keypoint), got ${predicted.length}`;
    fail('SHAPE_MISMATCH', 'predicted', message);
  }
  if (boxes && boxes.length !== 4 * trueCount) {
    fail('SHAPE_MISMATCH', 'boxes', `expected ${trueCount} x 4 numbers, got ${boxes.length}`);
  }
  const predictedCount = predicted.length / row;
  const oks = createOksKernel(oksSigmas);
  const out = new Float64Array(predictedCount * trueCount);
  for (let g = 0; g < trueCount; g++) {
    if (!boxes && countLabelled(truth, g * row, row) === 0) {
      fail('BAD_ANNOTATION', `truth[${g}]`, 'no keypoint is labelled, so boxes is needed');
    }
    for (let d = 0; d < predictedCount; d++) {
      out[d * trueCount + g] = oks(predicted, d * row, truth, g * row, areas[g]!, boxes, 4 * g);
    }
  }
  return out;
}

/** OKS of one pair of poses that start at the given offsets of flat [.,K,3] arrays. */
export type OksKernel = (
  predicted: ArrayLike<number>,
  predictedStart: number,
  truth: ArrayLike<number>,
  truthStart: number,
  area: number,
  boxes: ArrayLike<number> | undefined,
  boxStart: number,
) => number;

/** Makes the pair function with its scratch memory; divisions and additions keep the reference's order. */
export function createOksKernel(oksSigmas: ArrayLike<number>): OksKernel {
  const count = oksSigmas.length;
  const variances = Float64Array.from(oksSigmas, (sigma) => (sigma * 2) ** 2);
  const similarity = new Float64Array(count);
  return (predicted, predictedStart, truth, truthStart, area, boxes, boxStart) => {
    const scale = area + EPSILON;
    let used = 0;
    for (let k = 0; k < count; k++) {
      const p = predictedStart + 3 * k;
      const t = truthStart + 3 * k;
      if (!(truth[t + 2]! > 0)) continue;
      const dx = predicted[p]! - truth[t]!;
      const dy = predicted[p + 1]! - truth[t + 1]!;
      similarity[used++] = exponential(-((dx * dx + dy * dy) / variances[k]! / scale / 2));
    }
    if (used > 0 || !boxes) return pairwiseSum(similarity, 0, used) / used;

    const [x, y] = [boxes[boxStart]!, boxes[boxStart + 1]!];
    const [width, height] = [boxes[boxStart + 2]!, boxes[boxStart + 3]!];
    const [left, right] = [x - width, x + width * 2];
    const [top, bottom] = [y - height, y + height * 2];
    for (let k = 0; k < count; k++) {
      const [px, py] = [predicted[predictedStart + 3 * k]!, predicted[predictedStart + 3 * k + 1]!];
      const dx = Math.max(0, left - px) + Math.max(0, px - right);
      const dy = Math.max(0, top - py) + Math.max(0, py - bottom);
      similarity[k] = exponential(-((dx * dx + dy * dy) / variances[k]! / scale / 2));
    }
    return pairwiseSum(similarity, 0, count) / count;
  };
}

/** How many of the flags of a pose are above 0. */
export function countLabelled(keypoints: ArrayLike<number>, start: number, length: number): number {
  let labelled = 0;
  for (let i = start + 2; i < start + length; i += 3) if (keypoints[i]! > 0) labelled++;
  return labelled;
}
