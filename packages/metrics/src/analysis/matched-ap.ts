import { EPSILON } from '../epsilon.js';
import type { OksEvaluation, OksMatches } from '../evaluate-oks.js';
import { pairwiseSum } from '../pairwise-sum.js';

/** What an AP is worked out without. */
export interface Omissions {
  /** At each threshold, results that match nobody. */
  readonly falsePositives?: boolean;
  /** At each threshold, people whom no result matches. */
  readonly missedPeople?: boolean;
}

/**
 * AP of an evaluation of one area range from its matches, by the evaluation's arithmetic; without omissions it is the AP of the tables. A
 * threshold and category with nobody to find is left out; null when none remains.
 */
export function apOfMatches(evaluation: OksEvaluation, omissions: Omissions): number | null {
  const { iouThresholds, recallThresholds } = evaluation;
  const byCategory = new Map<number, OksMatches[]>();
  for (const group of evaluation.matches()) {
    const list = byCategory.get(group.categoryId) ?? [];
    list.push(group);
    byCategory.set(group.categoryId, list);
  }
  const values: number[] = [];
  for (const groups of byCategory.values()) {
    const ranking = rank(groups);
    const counted = groups.reduce(
      (sum, { gtIgnore }) => sum + gtIgnore.reduce((left, ignored) => left + 1 - ignored, 0),
      0,
    );
    if (counted === 0) continue;
    for (let t = 0; t < iouThresholds.length; t++) {
      const precision = interpolate(groups, ranking, t, counted, recallThresholds, omissions);
      for (const value of precision) values.push(value);
    }
  }
  return values.length === 0 ? null : pairwiseSum(values, 0, values.length) / values.length;
}

interface Place {
  readonly group: number;
  readonly d: number;
  readonly score: number;
}

/** Results by falling score; the sort is stable, so equal ones stay in the order of the images. */
function rank(groups: readonly OksMatches[]): Place[] {
  return groups
    .flatMap(({ dtScores }, group) => dtScores.map((score, d) => ({ group, d, score })))
    .sort((a, b) => b.score - a.score);
}

/** Precision at the recall thresholds; empty when nobody is to be found. */
function interpolate(
  groups: readonly OksMatches[],
  ranking: readonly Place[],
  t: number,
  counted: number,
  recallThresholds: readonly number[],
  { falsePositives = false, missedPeople = false }: Omissions,
): number[] {
  const [found, precision]: [number[], number[]] = [[], []];
  let [right, wrong] = [0, 0];
  for (const { group, d } of ranking) {
    const { dtIds, dtMatches, dtIgnore } = groups[group]!;
    const i = t * dtIds.length + d;
    if (dtIgnore[i] === 0 && dtMatches[i] !== 0) right++;
    else if (dtIgnore[i] === 0 && !falsePositives) wrong++;
    found.push(right);
    precision.push(right / (wrong + right + EPSILON));
  }
  for (let i = precision.length - 2; i >= 0; i--) {
    precision[i] = Math.max(precision[i]!, precision[i + 1]!);
  }
  const people = missedPeople ? right : counted;
  if (people === 0) return [];
  let i = 0;
  return recallThresholds.map((threshold) => {
    while (i < found.length && found[i]! / people < threshold) i++;
    return precision[i] ?? 0;
  });
}
