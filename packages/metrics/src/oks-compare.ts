import type { AnnotationColumns } from './annotation-columns.js';
import { EPSILON } from './epsilon.js';
import { exponential } from './exponential.js';
import { pairwiseSum } from './pairwise-sum.js';

/** A keypoint is far when its similarity is below exp(-FAR). */
const FAR = 3;
/** Much more than rounding can do to a similarity. */
const SLACK = 1e-6;

/** Similarity of a pose [K,2] with annotation `i` of the given area; -1 where it is surely below the least that matters. */
export type OksComparer = (pose: Float64Array, i: number, area: number) => number;

/**
 * Compares poses with annotations. With m of n labelled keypoints nearer than far, the similarity is at most
 * (m + (n - m) exp(-FAR)) / n, so most pairs of different people are told apart after a few distances, without any exp. The others
 * get the reference's number, with its order of operations.
 */
export function createOksComparer(
  columns: AnnotationColumns,
  oksSigmas: readonly number[],
  least: number,
): OksComparer {
  const { ends } = columns;
  const { keypoint, x, y } = columns.labels;
  const K = oksSigmas.length;
  const variances = Float64Array.from(oksSigmas, (sigma) => (sigma * 2) ** 2);
  const far = variances.map((variance) => variance * 2 * FAR);
  const similarity = new Float64Array(K);
  const rest = Math.exp(-FAR);
  /** By n: how many keypoints may be far. */
  const mayBeFar = new Int32Array(K + 1);
  for (let n = 1; n <= K; n++) {
    const near = Math.max(0, (n * (least - SLACK - rest)) / (1 - rest));
    mayBeFar[n] = Math.floor(n - near + SLACK);
  }

  return (pose, i, area) => {
    const from = i === 0 ? 0 : ends[i - 1]!;
    const to = ends[i]!;
    const count = to - from;
    const scale = area + EPSILON;
    if (count === 0) return compareWithBox(pose, i, scale);
    let left = mayBeFar[count]!;
    for (let j = from; j < to; j++) {
      const k = keypoint[j]!;
      const dx = pose[2 * k]! - x[j]!;
      const dy = pose[2 * k + 1]! - y[j]!;
      if (dx * dx + dy * dy > far[k]! * scale && --left < 0) return -1;
    }
    for (let j = from; j < to; j++) {
      const k = keypoint[j]!;
      const dx = pose[2 * k]! - x[j]!;
      const dy = pose[2 * k + 1]! - y[j]!;
      similarity[j - from] = exponential(-((dx * dx + dy * dy) / variances[k]! / scale / 2));
    }
    return pairwiseSum(similarity, 0, count) / count;
  };

  /** Nobody labelled a keypoint: the distance of all keypoints to the box, widened by its own size on each side. */
  function compareWithBox(pose: Float64Array, i: number, scale: number): number {
    const left = columns.left[i]! - columns.width[i]!;
    const right = columns.left[i]! + columns.width[i]! * 2;
    const top = columns.top[i]! - columns.height[i]!;
    const bottom = columns.top[i]! + columns.height[i]! * 2;
    for (let k = 0; k < K; k++) {
      const px = pose[2 * k]!;
      const py = pose[2 * k + 1]!;
      const dx = Math.max(0, left - px) + Math.max(0, px - right);
      const dy = Math.max(0, top - py) + Math.max(0, py - bottom);
      const squared = dx * dx + dy * dy;
      similarity[k] = squared === 0 ? 1 : exponential(-(squared / variances[k]! / scale / 2));
    }
    return pairwiseSum(similarity, 0, K) / K;
  }
}
