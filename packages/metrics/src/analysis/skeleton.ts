import { coco17, type Skeleton, skeletonFromKeypoints } from '@pose-distill/skeletons';
import type { CocoKeypointFile } from '../coco.js';
import { fail } from '../error.js';

/** Names, pairs and sigmas for an analysis: as given, as the file's keypoint names say, or COCO's. */
export function resolveSkeleton(
  { categories }: CocoKeypointFile,
  given: Skeleton | undefined,
  sigmas: readonly number[] | undefined,
): { readonly skeleton: Skeleton; readonly oksSigmas: readonly number[] } {
  const names = categories.find(({ keypoints }) => keypoints)?.keypoints;
  if (given) {
    const count = given.keypoints.length;
    if (sigmas && sigmas.length !== count) {
      const message = `expected ${count} sigmas for skeleton '${given.name}', got ${sigmas.length}`;
      fail('SHAPE_MISMATCH', 'options.oksSigmas', message);
    }
    return { skeleton: given, oksSigmas: sigmas ?? given.oksSigmas };
  }
  const count = sigmas?.length ?? names?.length ?? coco17.keypoints.length;
  const skeleton = named(names, count);
  return { skeleton, oksSigmas: sigmas ?? (count === 17 ? coco17 : skeleton).oksSigmas };
}

/** The skeleton of these names; names that contradict each other, or too few, are numbered and have no pairs. */
function named(names: readonly string[] | undefined, count: number): Skeleton {
  if (!names && count === coco17.keypoints.length) return coco17;
  if (names?.length === count) {
    try {
      return skeletonFromKeypoints(names);
    } catch {
      // Repeated names, or a left without its right: then no inversions are told apart.
    }
  }
  const keypoints = Array.from({ length: count }, (_, k) => names?.[k] ?? `keypoint ${k + 1}`);
  return {
    name: `unnamed${count}`,
    keypoints,
    flipPairs: [],
    limbs: [],
    oksSigmas: keypoints.map(() => 0.079),
  };
}
