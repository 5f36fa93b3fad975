import type { CocoKeypointAnnotation, CocoKeypointResult } from './coco.js';
import type { OksKernel } from './oks.js';
import { resultArea } from './result-area.js';

/**
 * Gives each person of one image and category at most one result: first the results that name their annotation (the best-scored,
 * if several do); of the others, the best-scored one if the image has a single person, else one to one by falling OKS.
 * Returns the index of the result for each person, -1 for none.
 */
export function assignResults(
  people: readonly CocoKeypointAnnotation[],
  results: readonly CocoKeypointResult[],
  oks: OksKernel,
): Int32Array {
  const assigned = new Int32Array(people.length).fill(-1);
  const byScore = Array.from(results.keys()).sort(
    (a, b) => results[b]!.score - results[a]!.score || a - b,
  );
  const anonymous = byScore.filter((i) => results[i]!.annotation_id === undefined);
  people.forEach(({ id }, p) => {
    assigned[p] = byScore.find((i) => results[i]!.annotation_id === id) ?? -1;
  });
  if (people.length === 1) {
    if (assigned[0] === -1) assigned[0] = anonymous[0] ?? -1;
    return assigned;
  }
  const free = Array.from(people.keys()).filter((p) => assigned[p] === -1);
  const similarities = free.map((p) => anonymous.map((i) => oksOf(people[p]!, results[i]!, oks)));
  const pairs = free.flatMap((_, row) => anonymous.map((__, column) => [row, column] as const));
  // The sort is stable: of equal pairs, the one with the earlier person, then the better-scored result.
  pairs.sort((a, b) => similarities[b[0]]![b[1]]! - similarities[a[0]]![a[1]]!);
  const taken = new Set<number>();
  for (const [row, column] of pairs) {
    if (assigned[free[row]!] !== -1 || taken.has(column)) continue;
    assigned[free[row]!] = anonymous[column]!;
    taken.add(column);
  }
  return assigned;
}

/** The part of a person's box that the person covers, as CrowdPose's evaluation takes it. */
const BOX_SHARE = 0.53;

function oksOf(
  { keypoints, area, bbox }: CocoKeypointAnnotation,
  result: CocoKeypointResult,
  oks: OksKernel,
): number {
  const extent = (): number =>
    resultArea({ ...result, keypoints: labelledOnly(keypoints!) }, false);
  const size = area ?? (bbox ? BOX_SHARE * bbox[2]! * bbox[3]! : extent());
  return oks(result.keypoints, 0, keypoints!, 0, size, undefined, 0);
}

function labelledOnly(keypoints: readonly number[]): number[] {
  const labelled: number[] = [];
  for (let i = 0; i < keypoints.length; i += 3) {
    if (keypoints[i + 2]! > 0) labelled.push(keypoints[i]!, keypoints[i + 1]!, 1);
  }
  return labelled;
}
