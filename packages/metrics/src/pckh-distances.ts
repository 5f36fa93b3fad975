import type { MpiiGroundTruth } from './mpii-ground-truth.js';

/** Whose rules: HRNet's `lib/dataset/mpii.py`, or mmpose's `MpiiPCKAccuracy`. */
export type PckhRules = 'hrnet' | 'mmpose';

/** Head sizes are this part of the head box's diagonal. */
const HEAD_FACTOR = 0.6;

/** Distances of N people's K joints in head sizes. */
export interface PckhDistances {
  readonly joints: number;
  /** [N,K] */
  readonly distances: Float64Array;
  /** [N,K]: whether the distance is compared. */
  readonly compared: Uint8Array;
  /** [K]: how often each joint is annotated. */
  readonly annotated: readonly number[];
  /** People whose head box has no extent. */
  readonly withoutHead: number;
}

/**
 * HRNet: |p - t| / head. mmpose: |(p - t) / head| in single precision, people without a head left out.
 * @param predicted [N,K,2], in the coordinates of the ground truth.
 */
export function pckhDistances(
  truth: MpiiGroundTruth,
  predicted: Float64Array,
  rules: PckhRules,
): PckhDistances {
  const joints = truth.jointNames.length;
  const distances = new Float64Array(truth.people * joints);
  const compared = new Uint8Array(distances.length);
  const annotated = new Array<number>(joints).fill(0);
  let withoutHead = 0;
  for (let n = 0; n < truth.people; n++) {
    const width = truth.headBoxes[4 * n + 2]! - truth.headBoxes[4 * n]!;
    const height = truth.headBoxes[4 * n + 3]! - truth.headBoxes[4 * n + 1]!;
    const head = Math.sqrt(width * width + height * height) * HEAD_FACTOR;
    if (head === 0) withoutHead++;
    for (let i = n * joints; i < (n + 1) * joints; i++) {
      if (truth.annotated[i] === 0) continue;
      annotated[i % joints]! += 1;
      let dx = predicted[2 * i]! - truth.keypoints[2 * i]!;
      let dy = predicted[2 * i + 1]! - truth.keypoints[2 * i + 1]!;
      if (rules === 'hrnet') {
        distances[i] = Math.sqrt(dx * dx + dy * dy) / head;
        compared[i] = 1;
      } else if (head !== 0) {
        dx /= head;
        dy /= head;
        distances[i] = Math.fround(Math.sqrt(dx * dx + dy * dy));
        compared[i] = 1;
      }
    }
  }
  return { joints, distances, compared, annotated, withoutHead };
}

/**
 * [K]: percentage of right joints at a threshold; null where none is compared. HRNet: at most the threshold, mmpose: less. A distance
 * that is not a number is a miss.
 */
export function pckhAt(
  { joints, distances, compared, annotated }: PckhDistances,
  threshold: number,
  rules: PckhRules,
): (number | null)[] {
  const right = new Array<number>(joints).fill(0);
  const counted = new Array<number>(joints).fill(0);
  for (let i = 0; i < distances.length; i++) {
    if (compared[i] === 0) continue;
    const k = i % joints;
    counted[k]! += 1;
    if (rules === 'hrnet' ? distances[i]! <= threshold : distances[i]! < threshold) right[k]! += 1;
  }
  return annotated.map((_, k) => {
    if (counted[k] === 0) return null;
    return rules === 'hrnet' ? (100 * right[k]!) / counted[k]! : 100 * (right[k]! / counted[k]!);
  });
}
