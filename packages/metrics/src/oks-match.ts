import type { OksGroup } from './oks-group.js';
import type { AreaRange } from './oks-options.js';

/** Memory for the matching of one group, reused from group to group. Tables are [T,D] and [T,G], row by row. */
export interface MatchScratch {
  /** People in the order in which they are tried: counted ones first. */
  readonly order: Int32Array;
  readonly truthIgnored: Uint8Array;
  /** Id of the person that a result got, 0 for none. */
  readonly resultMatches: Float64Array;
  readonly resultIgnored: Uint8Array;
  /** Id of the result that a person got, 0 for none. */
  readonly truthMatches: Float64Array;
  readonly bestOks: Float64Array;
}

export function createMatchScratch(
  groups: readonly (OksGroup | undefined)[],
  thresholdCount: number,
): MatchScratch {
  let [truths, results] = [0, 0];
  for (const group of groups) {
    truths = Math.max(truths, group?.truthIds.length ?? 0);
    results = Math.max(results, group?.resultIds.length ?? 0);
  }
  return {
    order: new Int32Array(truths),
    truthIgnored: new Uint8Array(truths),
    resultMatches: new Float64Array(thresholdCount * results),
    resultIgnored: new Uint8Array(thresholdCount * results),
    truthMatches: new Float64Array(thresholdCount * truths),
    bestOks: new Float64Array(results),
  };
}

/** A match needs an OKS of at least the threshold, or of this for thresholds above it. */
const NEARLY_ONE = 1 - 1e-10;

/**
 * Gives results to people at each threshold, best result first, as COCO's evaluation does: each result takes the person
 * with the largest OKS, the last of equals; a counted person before any ignored one; crowds again and again. People are
 * in `scratch.order`, counted ones first; everything in `scratch` is for this group until the next call.
 */
export function matchGroup(
  group: OksGroup,
  { min, max }: AreaRange,
  thresholds: readonly number[],
  scratch: MatchScratch,
): void {
  const truthCount = group.truthIds.length;
  const resultCount = group.resultIds.length;
  orderTruths(group, min, max, scratch);
  scratch.resultMatches.fill(0, 0, thresholds.length * resultCount);
  scratch.resultIgnored.fill(0, 0, thresholds.length * resultCount);
  scratch.truthMatches.fill(0, 0, thresholds.length * truthCount);
  if (group.oks.length > 0) {
    findBestOks(group, scratch.bestOks);
    thresholds.forEach((threshold, t) => {
      const least = Math.min(threshold, NEARLY_ONE);
      matchAtThreshold(group, least, t * resultCount, t * truthCount, scratch);
    });
  }
  for (let d = 0; d < resultCount; d++) {
    const area = group.resultAreas[d]!;
    if (!(area < min || area > max)) continue;
    for (let i = d; i < thresholds.length * resultCount; i += resultCount) {
      if (scratch.resultMatches[i] === 0) scratch.resultIgnored[i] = 1;
    }
  }
}

function orderTruths(group: OksGroup, min: number, max: number, scratch: MatchScratch): void {
  const { order, truthIgnored } = scratch;
  const count = group.truthIds.length;
  let next = 0;
  for (let g = 0; g < count; g++) {
    const area = group.truthAreas[g]!;
    if (group.truthIgnored[g] === 0 && !(area < min || area > max)) order[next++] = g;
  }
  truthIgnored.fill(0, 0, next);
  truthIgnored.fill(1, next, count);
  for (let g = 0; g < count; g++) {
    const area = group.truthAreas[g]!;
    if (group.truthIgnored[g] !== 0 || area < min || area > max) order[next++] = g;
  }
}

function findBestOks({ oks, truthIds, resultIds }: OksGroup, best: Float64Array): void {
  const truthCount = truthIds.length;
  for (let d = 0; d < resultIds.length; d++) {
    let largest = -Infinity;
    for (let g = d * truthCount; g < (d + 1) * truthCount; g++) {
      if (oks[g]! > largest) largest = oks[g]!;
    }
    best[d] = largest;
  }
}

function matchAtThreshold(
  group: OksGroup,
  least: number,
  resultStart: number,
  truthStart: number,
  scratch: MatchScratch,
): void {
  const { order, truthIgnored, resultMatches, resultIgnored, truthMatches, bestOks } = scratch;
  const { oks, truthIds, truthCrowd, resultIds } = group;
  const truthCount = truthIds.length;
  for (let d = 0; d < resultIds.length; d++) {
    if (bestOks[d]! < least) continue;
    let reached = least;
    let match = -1;
    for (let i = 0; i < truthCount; i++) {
      const g = order[i]!;
      if (truthMatches[truthStart + i]! > 0 && truthCrowd[g] === 0) continue;
      if (match >= 0 && truthIgnored[match] === 0 && truthIgnored[i] === 1) break;
      const value = oks[d * truthCount + g]!;
      if (value < reached) continue;
      reached = value;
      match = i;
    }
    if (match < 0) continue;
    resultIgnored[resultStart + d] = truthIgnored[match]!;
    resultMatches[resultStart + d] = truthIds[order[match]!]!;
    truthMatches[truthStart + match] = resultIds[d]!;
  }
}
