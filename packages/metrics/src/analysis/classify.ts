import type { Skeleton } from '@pose-distill/skeletons';
import type { CocoKeypointAnnotation } from '../coco.js';
import { EPSILON } from '../epsilon.js';
import { exponential } from '../exponential.js';
import type { KeypointOutcome } from './types.js';

/** How keypoints are judged. */
export interface OutcomeRules {
  readonly oksSigmas: readonly number[];
  readonly variant: 'paper' | 'reference';
  readonly goodThreshold: number;
  readonly nearThreshold: number;
}

export interface JudgedPose {
  /** [K]; null where not labelled. */
  readonly outcomes: (KeypointOutcome | null)[];
  readonly similarities: (number | null)[];
}

/** For each keypoint its left or right counterpart, or -1. */
export function counterparts({ keypoints, flipPairs }: Skeleton): Int32Array {
  const list = new Int32Array(keypoints.length).fill(-1);
  for (const [a, b] of flipPairs) {
    list[a] = b;
    list[b] = a;
  }
  return list;
}

/**
 * Judges each labelled keypoint of `person` in a predicted pose. `others` are the rest of the people in the image; the counterpart of a
 * keypoint is looked for there too. A similarity uses the predicted keypoint's sigma and the area of the person whose place it is.
 */
export function judgePose(
  pose: readonly number[],
  person: CocoKeypointAnnotation,
  others: readonly CocoKeypointAnnotation[],
  mirrored: Int32Array,
  rules: OutcomeRules,
): JudgedPose {
  const count = mirrored.length;
  const outcomes = new Array<KeypointOutcome | null>(count).fill(null);
  const similarities = new Array<number | null>(count).fill(null);
  for (let k = 0; k < count; k++) {
    if (!(person.keypoints![3 * k + 2]! > 0)) continue;
    const variance = (rules.oksSigmas[k]! * 2) ** 2;
    const near = (whose: CocoKeypointAnnotation, place: number): number =>
      place < 0 ? 0 : similarity(pose, k, whose, place, variance);
    const own = near(person, k);
    const inverted = near(person, mirrored[k]!);
    let swapped = 0;
    for (const other of others) {
      swapped = Math.max(swapped, near(other, k), near(other, mirrored[k]!));
    }
    outcomes[k] = judge(own, inverted, swapped, rules);
    similarities[k] = own;
  }
  return { outcomes, similarities };
}

/** Between two wrong places the nearer decides, of equally near ones the same person's. */
function judge(
  own: number,
  inverted: number,
  swapped: number,
  { variant, goodThreshold, nearThreshold }: OutcomeRules,
): KeypointOutcome {
  const elsewhere = Math.max(inverted, swapped);
  if (own >= nearThreshold && (variant === 'paper' || own >= elsewhere)) {
    return own >= goodThreshold ? 'good' : 'jitter';
  }
  if (elsewhere >= nearThreshold) return inverted >= swapped ? 'inversion' : 'swap';
  return 'miss';
}

/** How near predicted keypoint k is to a place of a person: 0..1, 0 where that place is not labelled. */
function similarity(
  pose: readonly number[],
  k: number,
  { keypoints, area }: CocoKeypointAnnotation,
  place: number,
  variance: number,
): number {
  if (!(keypoints![3 * place + 2]! > 0)) return 0;
  const dx = pose[3 * k]! - keypoints![3 * place]!;
  const dy = pose[3 * k + 1]! - keypoints![3 * place + 1]!;
  return exponential(-((dx * dx + dy * dy) / variance / (area! + EPSILON) / 2));
}
