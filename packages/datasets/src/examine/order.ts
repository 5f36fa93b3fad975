import type { Skeleton } from '@pose-distill/skeletons';
import type { PoseSample } from '../types.js';
import { personSize } from './sides.js';

/** People whose limbs must be measured before the order is judged. */
const ENOUGH_PEOPLE = 30;

/** Limbs join neighbours, so they are shorter than the distance of any two keypoints; by this much in every real set seen (0.35 to 0.6). */
const LARGEST_RATIO = 0.8;

/** Compares limbs with all distances, to find keypoints that stand in another order than their names. */
export interface LimbLengths {
  add(sample: PoseSample): void;
  /** Mean limb over mean distance of two labelled keypoints, undefined while too few people were seen. */
  ratio(): number | undefined;
  suspicion(): string | undefined;
}

export function measureLimbs({ limbs, keypoints }: Skeleton): LimbLengths {
  let [limbSum, limbCount, pairSum, pairCount, people] = [0, 0, 0, 0, 0];
  const ratio = (): number | undefined =>
    people < ENOUGH_PEOPLE || limbCount === 0 || pairSum === 0
      ? undefined
      : limbSum / limbCount / (pairSum / pairCount);
  return {
    add(sample) {
      const size = personSize(sample);
      if (!(size > 0)) return;
      const distance = (a: number, b: number): number | undefined =>
        sample.visibility[a]! > 0 && sample.visibility[b]! > 0
          ? Math.hypot(
              sample.keypoints[2 * a]! - sample.keypoints[2 * b]!,
              sample.keypoints[2 * a + 1]! - sample.keypoints[2 * b + 1]!,
            ) / size
          : undefined;
      let pairs = 0;
      for (let a = 0; a < keypoints.length; a++) {
        for (let b = 0; b < a; b++) {
          const length = distance(a, b);
          if (length === undefined) continue;
          pairSum += length;
          pairs++;
        }
      }
      pairCount += pairs;
      if (pairs > 0) people++;
      for (const [a, b] of limbs) {
        const length = distance(a, b);
        if (length === undefined) continue;
        limbSum += length;
        limbCount++;
      }
    },
    ratio,
    suspicion() {
      const found = ratio();
      if (found === undefined || found <= LARGEST_RATIO) return undefined;
      const percent = Math.round(100 * found);
      return `the limbs are on average ${percent} % as long as any distance between two keypoints, not the half that joined keypoints have; the keypoints seem to stand in another order than the names`;
    },
  };
}
