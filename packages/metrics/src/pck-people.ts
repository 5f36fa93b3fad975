import type { Skeleton } from '@pose-distill/skeletons';
import type { CocoKeypointAnnotation, CocoKeypointFile } from './coco.js';
import { collectProblems, type Problems } from './error.js';
import { pushTo } from './grouping.js';
import { countLabelled } from './oks.js';
import { checkBox, checkFinite, checkPose } from './oks-check.js';

/** What a distance is divided by: the length from right shoulder to left hip, or the longer side of the person's box. */
export type PckNormaliser = 'torso' | 'box';

/** Why a person is not counted. */
export type LeftOutReason = 'crowd' | 'unlabelled' | 'torso-unlabelled' | 'zero-length';

/** A person who can own a result; those with a reason are matched but not counted. */
export interface PckPerson {
  readonly annotation: CocoKeypointAnnotation;
  readonly normaliser: number;
  readonly leftOut?: LeftOutReason;
}

export interface PckPeople {
  /** By image and category. */
  readonly groups: ReadonlyMap<string, readonly PckPerson[]>;
  readonly leftOut: ReadonlyMap<LeftOutReason, number>;
}

export function groupKey(item: {
  readonly image_id: number;
  readonly category_id: number;
}): string {
  return `${item.image_id} ${item.category_id}`;
}

export function selectPeople(
  { annotations }: CocoKeypointFile,
  skeleton: Skeleton,
  by: PckNormaliser,
): PckPeople {
  const groups = new Map<string, PckPerson[]>();
  const leftOut = new Map<LeftOutReason, number>();
  const leave = (reason: LeftOutReason): void => {
    leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
  };
  const problems = collectProblems();
  for (const [i, annotation] of annotations.entries()) {
    if (annotation.iscrowd) {
      leave('crowd');
      continue;
    }
    if (!checkPerson(annotation, i, skeleton, by, problems)) continue;
    const keypoints = annotation.keypoints!;
    if (countLabelled(keypoints, 0, keypoints.length) === 0) {
      leave('unlabelled');
      continue;
    }
    const person = measure(annotation, skeleton, by);
    if (person.leftOut) leave(person.leftOut);
    pushTo(groups, groupKey(annotation), person);
  }
  problems.throwIfAny();
  return { groups, leftOut };
}

function checkPerson(
  { keypoints, bbox }: CocoKeypointAnnotation,
  index: number,
  skeleton: Skeleton,
  by: PckNormaliser,
  problems: Problems,
): boolean {
  const path = `annotations[${index}]`;
  if (!checkPose(keypoints, skeleton.keypoints.length, `${path}.keypoints`, problems)) return false;
  checkFinite(keypoints!, `${path}.keypoints`, problems);
  if (by === 'box') checkBox(bbox, `${path}.bbox`, 'its longer side is the normaliser', problems);
  return by === 'torso' || bbox !== undefined;
}

function measure(
  annotation: CocoKeypointAnnotation,
  skeleton: Skeleton,
  by: PckNormaliser,
): PckPerson {
  const normaliser =
    by === 'box'
      ? Math.max(annotation.bbox![2]!, annotation.bbox![3]!)
      : torsoLength(annotation.keypoints!, skeleton.torso!);
  if (normaliser === undefined) {
    return { annotation, normaliser: 0, leftOut: 'torso-unlabelled' };
  }
  return normaliser > 0
    ? { annotation, normaliser }
    : { annotation, normaliser, leftOut: 'zero-length' };
}

function torsoLength(
  keypoints: readonly number[],
  [shoulder, hip]: readonly [number, number],
): number | undefined {
  const [a, b] = [3 * shoulder, 3 * hip];
  if (!(keypoints[a + 2]! > 0 && keypoints[b + 2]! > 0)) return undefined;
  const [dx, dy] = [keypoints[a]! - keypoints[b]!, keypoints[a + 1]! - keypoints[b + 1]!];
  return Math.sqrt(dx * dx + dy * dy);
}
