import { exponential } from './exponential.js';
import { countLabelled } from './oks.js';
import { pairwiseSum } from './pairwise-sum.js';

/** np.spacing(1), which the reference adds to the area. */
const EPSILON = 2 ** -52;
/** A keypoint is far when its similarity is below exp(-FAR). */
const FAR = 3;
/** Much more than rounding can do to a similarity. */
const SLACK = 1e-6;

/** The labelled keypoints of people, packed, with how far is far for each. */
export interface PackedTruths {
  /** [G + 1]: where the labelled keypoints of each begin. */
  readonly start: Int32Array;
  /** Places of x in a pose [K,2]. */
  readonly at: Int32Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Squared distances from which a keypoint is far. */
  readonly far: Float64Array;
  /** [G]: area + epsilon */
  readonly scale: Float64Array;
  /** [G,4]: x, y, width, height */
  readonly boxes: Float64Array;
}

/** Packs the people `order` of poses [.,K,3] and boxes [.,4]; areas [G] are in that order already. */
export function packTruths(
  order: Int32Array,
  poses: Float64Array,
  boxes: Float64Array,
  areas: Float64Array,
  oksSigmas: readonly number[],
): PackedTruths {
  const K = oksSigmas.length;
  const count = order.length;
  const variances = variancesOf(oksSigmas);
  let labelled = 0;
  for (let g = 0; g < count; g++) labelled += countLabelled(poses, order[g]! * 3 * K, 3 * K);
  const packed = {
    start: new Int32Array(count + 1),
    at: new Int32Array(labelled),
    x: new Float64Array(labelled),
    y: new Float64Array(labelled),
    far: new Float64Array(labelled),
    scale: new Float64Array(count),
    boxes: new Float64Array(4 * count),
  };
  let next = 0;
  for (let g = 0; g < count; g++) {
    const scale = areas[g]! + EPSILON;
    packed.scale[g] = scale;
    packed.boxes.set(boxes.subarray(4 * order[g]!, 4 * order[g]! + 4), 4 * g);
    for (let k = 0; k < K; k++) {
      const i = 3 * (order[g]! * K + k);
      if (!(poses[i + 2]! > 0)) continue;
      packed.at[next] = 2 * k;
      packed.x[next] = poses[i]!;
      packed.y[next] = poses[i + 1]!;
      packed.far[next++] = variances[k]! * scale * (2 * FAR);
    }
    packed.start[g + 1] = next;
  }
  return packed;
}

/** Similarity of a pose [K,2] with person g; -1 where it is surely below the least that matters. */
export type OksComparer = (pose: Float64Array, g: number) => number;

/**
 * Compares poses with packed people. With m of n labelled keypoints nearer than far, the similarity is at most
 * (m + (n - m) exp(-FAR)) / n, so most pairs of different people are told apart after a few distances, without any exp. The others
 * get the reference's number, with its order of operations.
 */
export function createOksComparer(
  { start, at, x, y, far, scale, boxes }: PackedTruths,
  oksSigmas: readonly number[],
  least: number,
): OksComparer {
  const K = oksSigmas.length;
  const variances = variancesOf(oksSigmas);
  const similarity = new Float64Array(K);
  const rest = Math.exp(-FAR);
  /** By n: how many keypoints may be far. */
  const mayBeFar = Int32Array.from({ length: K + 1 }, (_, n) => {
    const near = Math.max(0, (n * (least - SLACK - rest)) / (1 - rest));
    return Math.floor(n - near + SLACK);
  });

  return (pose, g) => {
    const [from, to] = [start[g]!, start[g + 1]!];
    const count = to - from;
    if (count === 0) return compareWithBox(pose, g);
    let left = mayBeFar[count]!;
    for (let i = from; i < to; i++) {
      const p = at[i]!;
      const dx = pose[p]! - x[i]!;
      const dy = pose[p + 1]! - y[i]!;
      if (dx * dx + dy * dy > far[i]! && --left < 0) return -1;
    }
    const area = scale[g]!;
    for (let i = from; i < to; i++) {
      const p = at[i]!;
      const dx = pose[p]! - x[i]!;
      const dy = pose[p + 1]! - y[i]!;
      similarity[i - from] = exponential(-((dx * dx + dy * dy) / variances[p >> 1]! / area / 2));
    }
    return pairwiseSum(similarity, 0, count) / count;
  };

  /** Nobody labelled a keypoint: the distance of all keypoints to the box, widened by its own size on each side. */
  function compareWithBox(pose: Float64Array, g: number): number {
    const [left, top] = [boxes[4 * g]!, boxes[4 * g + 1]!];
    const [width, height] = [boxes[4 * g + 2]!, boxes[4 * g + 3]!];
    const area = scale[g]!;
    for (let k = 0; k < K; k++) {
      const [px, py] = [pose[2 * k]!, pose[2 * k + 1]!];
      const dx = Math.max(0, left - width - px) + Math.max(0, px - (left + width * 2));
      const dy = Math.max(0, top - height - py) + Math.max(0, py - (top + height * 2));
      similarity[k] = exponential(-((dx * dx + dy * dy) / variances[k]! / area / 2));
    }
    return pairwiseSum(similarity, 0, K) / K;
  }
}

function variancesOf(oksSigmas: readonly number[]): Float64Array {
  return Float64Array.from(oksSigmas, (sigma) => (sigma * 2) ** 2);
}
