import type { Skeleton } from './skeleton.js';

/**
 * For each of the K keypoints, the index of the one that takes its place in the mirrored picture.
 * @example
 * flipIndices(coco17); // [0, 2, 1, 4, 3, 6, 5, ...]
 */
export function flipIndices(
  skeleton: Pick<Skeleton, 'keypoints' | 'flipPairs'>,
): readonly number[] {
  const indices = skeleton.keypoints.map((_, i) => i);
  for (const [a, b] of skeleton.flipPairs) {
    indices[a] = b;
    indices[b] = a;
  }
  return indices;
}
