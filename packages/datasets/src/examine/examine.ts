import type { Skeleton } from '@pose-distill/skeletons';
import type { DatasetProblem, DatasetProblemCode } from '../error.js';
import type { PoseSample } from '../types.js';
import { findDuplicates } from './duplicates.js';
import { measureLimbs } from './order.js';
import { examinePerson } from './person.js';
import { createPlaces } from './places.js';
import { countFacing, suspectSides } from './sides.js';
import { examineSkeleton } from './skeleton.js';

/** A problem and, where it is one person's, whose. */
export interface SampleProblem extends DatasetProblem {
  readonly sample?: PoseSample;
}

/**
 * What is implausible about people whose annotations can be read: left and right exchanged, keypoints in another order than their
 * names, labels at (0, 0) or far outside the box, areas that cannot be the person's, boxes outside the picture, one person labelled
 * twice, unusual sigmas. All are warnings: real photographs show contortionists.
 *
 * Sides are judged by geometry alone. On COCO's and CrowdPose's own annotations under 0.3 % of people are suspected; with left and right legs
 * exchanged on purpose over 60 %.
 *
 * @example
 * examineSamples(dataset.samples, dataset.skeleton).filter(({ code }) => code === 'SIDES_SWAPPED');
 */
export function examineSamples(
  samples: readonly PoseSample[],
  skeleton: Skeleton,
): SampleProblem[] {
  const problems: SampleProblem[] = [];
  const warn = (code: DatasetProblemCode, message: string, sample?: PoseSample): void => {
    const path = sample ? pathOf(sample) : 'annotations';
    problems.push({ severity: 'warning', code, path, message, ...(sample && { sample }) });
  };
  const placesOf = createPlaces(skeleton);
  const facing = countFacing();
  const limbs = measureLimbs(skeleton);
  for (const message of examineSkeleton(skeleton)) warn('SKELETON_UNUSUAL', message);
  for (const sample of samples) {
    const places = placesOf(sample);
    facing.add(sample, places);
    limbs.add(sample);
    const sides = suspectSides(sample, places);
    if (sides) warn('SIDES_SWAPPED', sides, sample);
    for (const { code, message } of examinePerson(sample, skeleton.keypoints)) {
      warn(code, message, sample);
    }
  }
  for (const [later, earlier] of findDuplicates(samples)) {
    warn('DUPLICATE_PERSON', `the same keypoints as annotation ${earlier.id}`, later);
  }
  const [everySide, order] = [facing.suspicion(), limbs.suspicion()];
  if (everySide) warn('SIDES_SWAPPED', everySide);
  if (order) warn('ORDER_SUSPECTED', order);
  return problems;
}

function pathOf({ id, file }: PoseSample): string {
  return `annotation ${id} (${file})`;
}
