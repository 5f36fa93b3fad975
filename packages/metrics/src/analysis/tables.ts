import type { OksEvaluation } from '../evaluate-oks.js';
import type { Table } from '../oks-accumulate.js';
import { pairwiseSum } from '../pairwise-sum.js';

/** Mean of the entries above -1 of one area range, at one threshold or all, for the largest detection limit. */
export function meanOfRange(
  table: Table,
  { iouThresholds, areaRanges, maxDetections }: OksEvaluation,
  range: number,
  threshold?: number,
): number | null {
  const [A, M] = [areaRanges.length, maxDetections.length];
  const perThreshold = table.data.length / iouThresholds.length;
  const values: number[] = [];
  for (let t = 0; t < iouThresholds.length; t++) {
    if (threshold !== undefined && iouThresholds[t] !== threshold) continue;
    const first = t * perThreshold + range * M + M - 1;
    for (let i = first; i < (t + 1) * perThreshold; i += A * M) {
      if (table.data[i]! > -1) values.push(table.data[i]!);
    }
  }
  return values.length === 0 ? null : pairwiseSum(values, 0, values.length) / values.length;
}

/** AP and AR of one area range. */
export function scoresOfRange(
  evaluation: OksEvaluation,
  range: number,
): {
  readonly AP: number | null;
  readonly AP50: number | null;
  readonly AP75: number | null;
  readonly AR: number | null;
} {
  const { precision, recall } = evaluation;
  return {
    AP: meanOfRange(precision, evaluation, range),
    AP50: meanOfRange(precision, evaluation, range, 0.5),
    AP75: meanOfRange(precision, evaluation, range, 0.75),
    AR: meanOfRange(recall, evaluation, range),
  };
}
