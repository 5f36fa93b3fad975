import type { OksEvaluation } from '../evaluate-oks.js';
import type { PrecisionRecallCurve } from './types.js';

/**
 * The precision-recall curves behind an AP, one for each OKS threshold and area range, as the evaluation interpolates them (precision
 * made to fall from left to right, read at the evaluation's recalls), mean over categories, at the largest detection limit.
 * Their areas are the terms of the AP.
 *
 * @example
 * precisionRecallCurves(evaluateOks(groundTruth, results)).find(({ threshold }) => threshold === 0.5)?.precision;
 */
export function precisionRecallCurves(evaluation: OksEvaluation): PrecisionRecallCurve[] {
  const { iouThresholds, recallThresholds, areaRanges, precision } = evaluation;
  const [, R, K, A, M] = precision.shape as readonly [number, number, number, number, number];
  return iouThresholds.flatMap((threshold, t) =>
    areaRanges.map((areaRange, a): PrecisionRecallCurve => {
      const sums = new Float64Array(R);
      let categories = 0;
      for (let k = 0; k < K; k++) {
        const at = (r: number): number =>
          precision.data[(((t * R + r) * K + k) * A + a) * M + M - 1]!;
        if (!(at(0) > -1)) continue;
        categories++;
        for (let r = 0; r < R; r++) sums[r]! += at(r);
      }
      const means = Array.from(sums, (sum) => sum / categories);
      return {
        threshold,
        areaRange,
        recall: [...recallThresholds],
        precision: categories === 0 ? null : means,
        AP: categories === 0 ? null : means.reduce((sum, value) => sum + value, 0) / R,
      };
    }),
  );
}
