import { anatomicalName } from './names.js';
import type { Skeleton } from './skeleton.js';

/**
 * For each keypoint of `target`, the keypoint of `source` with the same name, or -1. Spelling does not matter, and 'head',
 * 'top_head' and 'head_top' are one place.
 * @example
 * matchKeypoints(coco17, crowdpose14); // [5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, -1, -1]
 */
export function matchKeypoints(
  source: Pick<Skeleton, 'keypoints'>,
  target: Pick<Skeleton, 'keypoints'>,
): readonly number[] {
  const names = source.keypoints.map(anatomicalName);
  return target.keypoints.map((name) => names.indexOf(anatomicalName(name)));
}
