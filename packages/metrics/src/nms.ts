import { fail } from './error.js';
import { exponential } from './exponential.js';
import {
  checkPoses,
  createPoseOverlap,
  type NmsPose,
  type NmsRules,
  type PoseOverlapOptions,
  scoreOf,
} from './nms-overlap.js';

/** Options of `oksNms`. */
export interface OksNmsOptions extends PoseOverlapOptions {
  /** Poses that overlap more than this with a better one go; one exactly as much stays. @default 0.9 */
  readonly threshold?: number;
}

/** Options of `softOksNms`. */
export interface SoftOksNmsOptions extends OksNmsOptions {
  /** How many stay at most. HRNet's own is always 20. @default 20 */
  readonly maxDetections?: number;
}

/**
 * OKS-NMS: takes the best-scored pose, drops those that overlap more than the threshold with it, and so on. For the poses of
 * one image.
 *
 * @returns indices of the poses that stay, by falling score; of equal scores the later pose is taken first.
 * @throws MetricsError `SHAPE_MISMATCH`, `NON_FINITE`, `OUT_OF_RANGE`
 * @see Papandreou et al., CVPR 2017; HRNet and mmpose `oks_nms`
 * @example
 * oksNms(poses, { threshold: 0.9 }).map((i) => poses[i]);
 */
export function oksNms(poses: readonly NmsPose[], options: OksNmsOptions = {}): number[] {
  const { threshold = 0.9, rules = 'hrnet' } = options;
  checkNumber(threshold, 'threshold');
  checkPoses(poses, options);
  const overlap = createPoseOverlap(poses, options);
  const limit = inPrecision(threshold, rules);
  return greedy(byFallingScore(poses.map(scoreOf)), (a, b) => overlap(a, b) > limit);
}

/**
 * Soft OKS-NMS: nothing is dropped, but the scores of the rest are lowered by exp(-overlap² / threshold) after each choice; the best
 * `maxDetections` stay.
 *
 * @returns indices of the poses that stay, in the order in which they are chosen.
 * @throws MetricsError `SHAPE_MISMATCH`, `NON_FINITE`, `OUT_OF_RANGE`
 * @see HRNet and mmpose `soft_oks_nms`
 */
export function softOksNms(poses: readonly NmsPose[], options: SoftOksNmsOptions = {}): number[] {
  const { threshold = 0.9, rules = 'hrnet', maxDetections = 20 } = options;
  if (!(threshold > 0)) checkNumber(Number.NaN, 'threshold', 'a positive number', threshold);
  checkCount(maxDetections, 'maxDetections', 1);
  checkPoses(poses, options);
  const overlap = createPoseOverlap(poses, options);
  let scores = poses.map(scoreOf);
  let order = byFallingScore(scores);
  scores = order.map((i) => scores[i]!);
  const keep: number[] = [];
  while (order.length > 0 && keep.length < maxDetections) {
    const [best, ...rest] = order;
    keep.push(best!);
    const lowered = rest.map(
      (i, place) => scores[place + 1]! * decay(overlap(best!, i), threshold, rules),
    );
    const places = byFallingScore(lowered);
    order = places.map((place) => rest[place]!);
    scores = places.map((place) => lowered[place]!);
  }
  return keep;
}

/** mmpose works on singles up to the product with the score. */
function decay(overlap: number, threshold: number, rules: NmsRules): number {
  if (rules === 'hrnet') return exponential(-(overlap * overlap) / threshold);
  const square = Math.fround(overlap * overlap);
  return Math.fround(exponential(Math.fround(-square / Math.fround(threshold))));
}

/** NumPy compares singles with an option in single precision. */
function inPrecision(threshold: number, rules: NmsRules): number {
  return rules === 'mmpose' ? Math.fround(threshold) : threshold;
}

/** Chooses in the given order what no chosen one suppresses. */
export function greedy(
  order: readonly number[],
  suppresses: (chosen: number, other: number) => boolean,
): number[] {
  const keep: number[] = [];
  let rest = order;
  while (rest.length > 0) {
    const [best, ...others] = rest;
    keep.push(best!);
    rest = others.filter((other) => !suppresses(best!, other));
  }
  return keep;
}

/** Places by falling score; of equal ones the later first, as a stable ascending sort read backwards has them. */
export function byFallingScore(scores: readonly number[]): number[] {
  return scores.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || b - a);
}

export function checkNumber(
  value: number,
  name: string,
  expected = 'a number',
  shown: unknown = value,
): void {
  if (Number.isNaN(Number(value)) || typeof value !== 'number')
    fail('OUT_OF_RANGE', name, `expected ${expected}, got ${shown}`);
}

export function checkCount(value: number, name: string, least: number): void {
  if (!Number.isInteger(value) || value < least)
    fail('OUT_OF_RANGE', name, `expected an integer from ${least} on, got ${value}`);
}
