import { coco17 } from '@pose-distill/skeletons';
import { collectProblems, fail, type Problems } from './error.js';
import { exponential } from './exponential.js';
import { pairwiseSum } from './pairwise-sum.js';

/** Whose rules: HRNet's `lib/nms/nms.py`, or mmpose's `evaluation/functional/nms.py`. */
export type NmsRules = 'hrnet' | 'mmpose';

/** A pose that stands for an area of the image. */
export interface NmsPose {
  /** [K,3]: x, y in image pixels and a confidence. */
  readonly keypoints: ArrayLike<number>;
  /** Confidence of the whole pose, or one for each keypoint, whose mean it then is. */
  readonly score: number | ArrayLike<number>;
  /** In square pixels; of the box, as HRNet has it. */
  readonly area: number;
}

/** How poses are compared. */
export interface PoseOverlapOptions {
  /** @default 'hrnet' */
  readonly rules?: NmsRules;
  /** [K]. @default those of COCO */
  readonly oksSigmas?: ArrayLike<number>;
  /**
   * Only keypoints with a confidence above this are compared; poses without any have an overlap of 0. mmpose looks at the
   * confidences of both poses, HRNet, by a slip of its code, only at those of the second one. @default none: all keypoints
   */
  readonly visibilityThreshold?: number;
}

/** Overlap of the pose `first` with the pose `second`, by index. */
export type PoseOverlap = (first: number, second: number) => number;

/**
 * OKS of every pose with every other: [N,N], row by row, row i being pose i compared with all. The area is the mean of the two.
 * HRNet's numbers are doubles, mmpose's singles.
 *
 * @throws MetricsError `SHAPE_MISMATCH`, `NON_FINITE`, `OUT_OF_RANGE` for an area below 0.
 */
export function poseOverlaps(
  poses: readonly NmsPose[],
  options: PoseOverlapOptions = {},
): Float64Array {
  checkPoses(poses, options);
  const overlap = createPoseOverlap(poses, options);
  const count = poses.length;
  return Float64Array.from({ length: count * count }, (_, i) =>
    overlap(Math.floor(i / count), i % count),
  );
}

/** The pair function of checked poses. */
export function createPoseOverlap(
  poses: readonly NmsPose[],
  { rules = 'hrnet', oksSigmas = coco17.oksSigmas, visibilityThreshold }: PoseOverlapOptions,
): PoseOverlap {
  const variances = Float64Array.from(oksSigmas, (sigma) => (sigma * 2) ** 2);
  const similarity = new Float64Array(variances.length);
  return (first, second) => {
    const { keypoints: a, area: firstArea } = poses[first]!;
    const { keypoints: b, area: secondArea } = poses[second]!;
    const scale = (firstArea + secondArea) / 2 + Number.EPSILON;
    let used = 0;
    for (let k = 0; k < variances.length; k++) {
      if (visibilityThreshold !== undefined) {
        if (!(b[3 * k + 2]! > visibilityThreshold)) continue;
        if (rules === 'mmpose' && !(a[3 * k + 2]! > visibilityThreshold)) continue;
      }
      const dx = b[3 * k]! - a[3 * k]!;
      const dy = b[3 * k + 1]! - a[3 * k + 1]!;
      similarity[used++] = exponential(-((dx * dx + dy * dy) / variances[k]! / scale / 2));
    }
    const oks = used === 0 ? 0 : pairwiseSum(similarity, 0, used) / used;
    return rules === 'hrnet' ? oks : Math.fround(oks);
  };
}

/** Confidence of a whole pose. */
export function scoreOf({ score }: { readonly score: NmsPose['score'] }): number {
  return typeof score === 'number' ? score : pairwiseSum(score, 0, score.length) / score.length;
}

export function checkPoses(
  poses: readonly NmsPose[],
  { rules = 'hrnet', oksSigmas = coco17.oksSigmas }: PoseOverlapOptions,
): void {
  if (rules !== 'hrnet' && rules !== 'mmpose')
    fail('OUT_OF_RANGE', 'rules', `expected 'hrnet' or 'mmpose', got ${JSON.stringify(rules)}`);
  const problems = collectProblems();
  poses.forEach((pose, i) => {
    checkPose(pose, i, oksSigmas.length, problems);
    const { area } = pose;
    if (!(area >= 0 && area < Infinity))
      problems.add('OUT_OF_RANGE', `poses[${i}].area`, `expected a number from 0 on, got ${area}`);
  });
  problems.throwIfAny();
}

/** Checks what every NMS of poses reads. */
export function checkPose(
  pose: Pick<NmsPose, 'keypoints' | 'score'>,
  index: number,
  keypointCount: number,
  problems: Problems,
): void {
  const { keypoints } = pose;
  if (keypoints?.length !== 3 * keypointCount || keypointCount === 0) {
    const message = `expected ${keypointCount} x 3 numbers (x, y, confidence), got ${keypoints?.length}`;
    problems.add('SHAPE_MISMATCH', `poses[${index}].keypoints`, message);
  } else if (!Array.prototype.every.call(keypoints, Number.isFinite))
    problems.add('NON_FINITE', `poses[${index}].keypoints`, 'not all are finite numbers');
  const score = scoreOf(pose);
  if (!Number.isFinite(score)) problems.add('NON_FINITE', `poses[${index}].score`, `got ${score}`);
}
