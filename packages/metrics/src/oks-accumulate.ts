import type { OksGroup } from './oks-group.js';
import { createMatchScratch, matchGroup } from './oks-match.js';
import type { OksSettings } from './oks-options.js';
import type { OksInputs } from './oks-prepare.js';

/** A row-major table of float64. */
export interface Table {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** Axes: T OKS thresholds, R recall thresholds, K categories, A area ranges, M detection limits. -1 where nobody is counted. */
export interface OksTables {
  /** [T,R,K,A,M] */
  readonly precision: Table;
  /** [T,R,K,A,M]: score of the result at which the recall is reached. */
  readonly scores: Table;
  /** [T,K,A,M] */
  readonly recall: Table;
}

/** np.spacing(1), which the reference adds to the number of results. */
const EPSILON = 2 ** -52;

/** Whether a result counts as found, as false, or not at all. */
const NEITHER = 0;
const TRUE_POSITIVE = 1;
const FALSE_POSITIVE = 2;

export function accumulateOks(inputs: OksInputs, settings: OksSettings): OksTables {
  const [T, R] = [settings.iouThresholds.length, settings.recallThresholds.length];
  const [K, A, M] = [
    inputs.categoryIds.length,
    settings.areaRanges.length,
    settings.maxDetections.length,
  ];
  const table = (...shape: number[]): Table => ({
    data: new Float64Array(shape.reduce((size, n) => size * n, 1)).fill(-1),
    shape,
  });
  const tables = {
    precision: table(T, R, K, A, M),
    scores: table(T, R, K, A, M),
    recall: table(T, K, A, M),
  };

  inputs.groups.forEach((row, k) => {
    const groups = row.filter((group) => group !== undefined);
    if (groups.length === 0) return;
    const scratch = createMatchScratch(groups, T);
    const rankings = settings.maxDetections.map((limit) => rankResults(groups, limit));
    const total = groups.reduce((sum, { resultIds }) => sum + resultIds.length, 0);
    const outcomes = new Uint8Array(T * total);
    const curve = { precision: new Float64Array(total), recall: new Float64Array(total) };

    settings.areaRanges.forEach((range, a) => {
      let counted = 0;
      let start = 0;
      for (const group of groups) {
        matchGroup(group, range, settings.iouThresholds, scratch);
        const [truthCount, resultCount] = [group.truthIds.length, group.resultIds.length];
        for (let g = 0; g < truthCount; g++) counted += 1 - scratch.truthIgnored[g]!;
        for (let t = 0; t < T; t++) {
          for (let d = 0; d < resultCount; d++) {
            const i = t * resultCount + d;
            outcomes[t * total + start + d] =
              scratch.resultIgnored[i] === 1
                ? NEITHER
                : scratch.resultMatches[i] === 0
                  ? FALSE_POSITIVE
                  : TRUE_POSITIVE;
          }
        }
        start += resultCount;
      }
      if (counted === 0) return;
      rankings.forEach((ranking, m) => {
        for (let t = 0; t < T; t++) {
          const row = outcomes.subarray(t * total, (t + 1) * total);
          const count = ranking.order.length;
          traceCurve(row, ranking.order, counted, curve);
          tables.recall.data[((t * K + k) * A + a) * M + m] =
            count > 0 ? curve.recall[count - 1]! : 0;
          const cell = (r: number): number => (((t * R + r) * K + k) * A + a) * M + m;
          readCurve(curve, ranking, settings.recallThresholds, cell, tables);
        }
      });
    });
  });
  return tables;
}

interface Ranking {
  /** Places of the results in the concatenation of all groups, by falling score. */
  readonly order: Int32Array;
  readonly scores: Float64Array;
}

/** Results of all images by falling score; equal scores by image id, then by rank in the image. */
function rankResults(groups: readonly OksGroup[], limit: number): Ranking {
  const places: number[] = [];
  const scores: number[] = [];
  let start = 0;
  for (const { resultScores } of groups) {
    const count = Math.min(limit, resultScores.length);
    for (let d = 0; d < count; d++) places.push(start + d);
    for (const score of resultScores) scores.push(score);
    start += resultScores.length;
  }
  const order = Int32Array.from(places).sort((a, b) => scores[b]! - scores[a]! || a - b);
  return { order, scores: Float64Array.from(order, (place) => scores[place]!) };
}

interface Curve {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
}

/** Precision and recall after each result, precision made to fall from left to right. */
function traceCurve(
  outcomes: Uint8Array,
  order: Int32Array,
  counted: number,
  { precision, recall }: Curve,
): void {
  let [found, wrong] = [0, 0];
  for (let i = 0; i < order.length; i++) {
    const outcome = outcomes[order[i]!]!;
    if (outcome === TRUE_POSITIVE) found++;
    else if (outcome === FALSE_POSITIVE) wrong++;
    recall[i] = found / counted;
    precision[i] = found / (wrong + found + EPSILON);
  }
  for (let i = order.length - 1; i > 0; i--) {
    if (precision[i]! > precision[i - 1]!) precision[i - 1] = precision[i]!;
  }
}

/** Precision and score where each recall is first reached; 0 from the first recall on that is not. */
function readCurve(
  { precision, recall }: Curve,
  { order, scores }: Ranking,
  recallThresholds: readonly number[],
  cell: (r: number) => number,
  tables: OksTables,
): void {
  let reachable = true;
  recallThresholds.forEach((threshold, r) => {
    const i = firstAtLeast(recall, order.length, threshold);
    reachable &&= i < order.length;
    tables.precision.data[cell(r)] = reachable ? precision[i]! : 0;
    tables.scores.data[cell(r)] = reachable ? scores[i]! : 0;
  });
}

function firstAtLeast(rising: Float64Array, count: number, value: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
