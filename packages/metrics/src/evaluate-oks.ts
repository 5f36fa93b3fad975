import type { CocoKeypointFile, CocoKeypointResult } from './coco.js';
import { createOksComparer } from './oks-compare.js';
import { type OksScores, scoresOf } from './oks-evaluation.js';
import { listMatches, type OksMatches } from './oks-matches.js';
import { compareGroup, type OksMatrix } from './oks-matrix.js';
import { type OksOptions, oksSettings } from './oks-options.js';
import { COCO_RULES } from './oks-rules.js';
import { runOks } from './oks-run.js';

export type { OksMatches } from './oks-matches.js';

/** What `evaluateOks` gives. */
export interface OksEvaluation extends OksScores {
  /** Matches by category, area range and image, without the images that have neither people nor results. Worked out anew on each call. */
  matches(): OksMatches[];
  /**
   * Similarities of one image and category; undefined when it has no people or no results. Worked out anew on each call, from
   * the objects that were evaluated.
   */
  oks(imageId: number, categoryId: number): OksMatrix | undefined;
}

/**
 * `evaluateOks` without matches and similarities, for where every kilobyte counts: the numbers, the reasons for those that are null, and
 * the tables.
 *
 * @throws MetricsError as `evaluateOks`
 * @example
 * oksAp(groundTruth, results).stats.AP; // 0.58...
 */
export function oksAp(
  groundTruth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  options: OksOptions = {},
): OksScores {
  const settings = oksSettings(options);
  const { selection, matched } = runOks(groundTruth, results, options, settings, COCO_RULES);
  return scoresOf(matched.tables(), selection, settings);
}

/**
 * Average precision and recall of keypoint results by object keypoint similarity, as COCO's own evaluation computes them:
 * tables and stats are equal to pycocotools 2.0.11 to the last bit wherever `exp` is.
 *
 * Annotations need `num_keypoints`, `iscrowd`, `area` and `keypoints`, and `bbox` when no keypoint is labelled. Coordinates are
 * image pixels.
 *
 * @throws MetricsError `EMPTY_RESULTS`; `BAD_ANNOTATION` for results of unknown images and missing fields; `SHAPE_MISMATCH` for a
 * wrong number of keypoints; `NON_FINITE` for a score or coordinate that is not finite; `OUT_OF_RANGE` for options and areas below 0.
 * @see https://cocodataset.org/#keypoints-eval
 * @example
 * evaluateOks(groundTruth, results).stats.AP; // 0.58...
 */
export function evaluateOks(
  groundTruth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  options: OksOptions = {},
): OksEvaluation {
  const settings = oksSettings(options);
  const run = runOks(groundTruth, results, options, settings, COCO_RULES);
  const { selection, truths, matched } = run;
  return {
    ...scoresOf(matched.tables(), selection, settings),
    matches: () => listMatches(matched, selection, settings),
    oks: (imageId, categoryId) => {
      if (selection.together) return undefined;
      const image = selection.imagePlace.get(imageId);
      const row = matched.groups.groups[selection.categoryIds.indexOf(categoryId)];
      const group = row?.find((candidate) => candidate.image === image);
      const compare = createOksComparer(truths.columns, settings.oksSigmas, -Infinity);
      return compareGroup(matched.rows, matched.groups, group, results, truths.annotation, compare);
    },
  };
}
