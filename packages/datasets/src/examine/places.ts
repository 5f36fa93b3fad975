import { canonicalKeypointName, type Skeleton } from '@pose-distill/skeletons';
import type { PoseSample } from '../types.js';

/** A place in the picture. */
export type Place = readonly [x: number, y: number];

/** Where the labelled keypoints of a person are, by any spelling of their names. */
export interface Places {
  /** Undefined when the skeleton has no such keypoint or it is not labelled. */
  at(name: string): Place | undefined;
  /** From the right keypoint of a pair to the left one. */
  across(part: string): Place | undefined;
}

export type PlacesOf = (sample: PoseSample) => Places;

export function createPlaces({ keypoints }: Skeleton): PlacesOf {
  const index = new Map(keypoints.map((name, k) => [canonicalKeypointName(name), k]));
  return (sample) => {
    const at = (name: string): Place | undefined => {
      const k = index.get(name);
      if (k === undefined || sample.visibility[k] === 0) return undefined;
      return [sample.keypoints[2 * k]!, sample.keypoints[2 * k + 1]!];
    };
    return {
      at,
      across(part) {
        const [left, right] = [at(`left_${part}`), at(`right_${part}`)];
        return left && right && [left[0] - right[0], left[1] - right[1]];
      },
    };
  };
}
