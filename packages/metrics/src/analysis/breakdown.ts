import type { CocoKeypointFile, CocoKeypointResult } from '../coco.js';
import { evaluateOks, type OksEvaluation } from '../evaluate-oks.js';
import type { AreaRange, OksOptions } from '../oks-options.js';
import { scoresOfRange } from './tables.js';
import type { KeypointCountRange, OksBreakdown, PersonAnalysis } from './types.js';

/** Scores for each area range of an evaluation. People in two ranges (at a shared end) count in both, as in COCO's. */
export function breakDownByArea(
  evaluation: OksEvaluation,
  groundTruth: CocoKeypointFile,
  people: readonly PersonAnalysis[],
): OksBreakdown[] {
  return evaluation.areaRanges.map((range, a) => ({
    ...range,
    people: people.filter(({ annotation }) => {
      const area = groundTruth.annotations[annotation]!.area!;
      return area >= range.min && area <= range.max;
    }).length,
    ...scoresOfRange(evaluation, a),
  }));
}

/**
 * Scores for the people with so many labelled keypoints (`num_keypoints`); everybody else is ignored. False positives have no number
 * of keypoints, so they count in every range, and AP of rare numbers is low; AR does not suffer from them.
 */
export function breakDownByKeypointCount(
  groundTruth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  options: OksOptions,
  all: AreaRange,
  people: readonly PersonAnalysis[],
  ranges: readonly KeypointCountRange[],
): OksBreakdown[] {
  return ranges.map(({ min, max }) => {
    const inside = (index: number): boolean => {
      const count = groundTruth.annotations[index]!.num_keypoints!;
      return count >= min && count <= max;
    };
    const annotations = groundTruth.annotations.map((annotation, i) =>
      inside(i) ? annotation : { ...annotation, num_keypoints: 0 },
    );
    const evaluation = evaluateOks({ ...groundTruth, annotations }, results, {
      ...options,
      areaRanges: [all],
    });
    return {
      label: min === max ? `${min}` : `${min}–${max}`,
      min,
      max,
      people: people.filter(({ annotation }) => inside(annotation)).length,
      ...scoresOfRange(evaluation, 0),
    };
  });
}

/** COCO's customary four ranges for 17 keypoints, and the same shares of another number. */
export function defaultKeypointCounts(keypointCount: number): KeypointCountRange[] {
  const step = Math.max(1, Math.round((5 * keypointCount) / 17));
  return [0, 1, 2, 3]
    .map((i) => ({
      min: i * step + 1,
      max: i === 3 ? keypointCount : Math.min(keypointCount, (i + 1) * step),
    }))
    .filter(({ min, max }) => min <= max);
}
