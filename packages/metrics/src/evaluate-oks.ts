import type { CocoKeypointFile, CocoKeypointResult } from './coco.js';
import { accumulateOks, type OksTables } from './oks-accumulate.js';
import type { OksGroup } from './oks-group.js';
import { createMatchScratch, matchGroup } from './oks-match.js';
import { type AreaRange, type OksOptions, type OksSettings, oksSettings } from './oks-options.js';
import { type OksInputs, prepareOks } from './oks-prepare.js';
import { type OksSummary, summariseOks } from './oks-summary.js';

/** How the results of one image and category were given to its people, for one range of areas (the reference's evalImgs). */
export interface OksMatches {
  readonly imageId: number;
  /** -1 when categories are not told apart. */
  readonly categoryId: number;
  readonly areaRange: AreaRange;
  /** [D]: ids of the results (places in the file, from 1) by falling score. */
  readonly dtIds: readonly number[];
  /** [G]: ids of the annotations, counted ones first. */
  readonly gtIds: readonly number[];
  readonly dtScores: readonly number[];
  /** [T,D]: id of the matched annotation, 0 for none. */
  readonly dtMatches: Float64Array;
  /** [T,G]: id of the matched result, 0 for none. */
  readonly gtMatches: Float64Array;
  /** [T,D]: 1 where a result counts neither as right nor as wrong. */
  readonly dtIgnore: Uint8Array;
  /** [G]: 1 where a person is not counted. */
  readonly gtIgnore: Uint8Array;
}

/** Similarities of one image and category. */
export interface OksMatrix {
  /** [D]: ids of the results (places in the file, from 1) by falling score. */
  readonly dtIds: readonly number[];
  /** [G]: ids of the annotations in file order. */
  readonly gtIds: readonly number[];
  /** [D,G] */
  readonly oks: Float64Array;
}

/** What `evaluateOks` gives. */
export interface OksEvaluation extends OksTables, OksSummary {
  /** The axes of the tables, as evaluated. */
  readonly iouThresholds: readonly number[];
  readonly recallThresholds: readonly number[];
  readonly categoryIds: readonly number[];
  readonly areaRanges: readonly AreaRange[];
  readonly maxDetections: readonly number[];
  readonly imageIds: readonly number[];
  /** Matches by category, area range and image, without the images that have neither people nor results. Worked out anew on each call. */
  matches(): OksMatches[];
  /** Similarities of one image and category; undefined when it has no people or no results. */
  oks(imageId: number, categoryId: number): OksMatrix | undefined;
}

/**
 * Average precision and recall of keypoint results by object keypoint similarity, as COCO's own evaluation computes them:
 * tables and stats are equal to pycocotools 2.0.11 to the last bit wherever `exp` is.
 *
 * Annotations need `num_keypoints`, `iscrowd`, `area` and `keypoints`, and `bbox` when no keypoint is labelled. Coordinates are
 * image pixels.
 *
 * @throws MetricsError `EMPTY_RESULTS`; `BAD_ANNOTATION` for results of unknown images and missing fields; `SHAPE_MISMATCH` for a
 * wrong number of keypoints; `NON_FINITE` for a score or coordinate that is not finite; `OUT_OF_RANGE` for options.
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
  const inputs = prepareOks(groundTruth, results, options, settings);
  const tables = accumulateOks(inputs, settings);
  return {
    ...summariseOks(tables, settings),
    ...tables,
    iouThresholds: settings.iouThresholds,
    recallThresholds: settings.recallThresholds,
    categoryIds: inputs.categoryIds,
    areaRanges: settings.areaRanges,
    maxDetections: settings.maxDetections,
    imageIds: inputs.imageIds,
    matches: () => listMatches(inputs, settings),
    oks: (imageId, categoryId) => findMatrix(inputs, imageId, categoryId),
  };
}

function listMatches(inputs: OksInputs, settings: OksSettings): OksMatches[] {
  const list: OksMatches[] = [];
  for (const groups of inputs.groups) {
    const scratch = createMatchScratch(groups, settings.iouThresholds.length);
    for (const areaRange of settings.areaRanges) {
      for (const group of groups) {
        if (!group) continue;
        matchGroup(group, areaRange, settings.iouThresholds, scratch);
        list.push(copyMatches(group, areaRange, settings.iouThresholds.length, scratch));
      }
    }
  }
  return list;
}

function copyMatches(
  group: OksGroup,
  areaRange: AreaRange,
  thresholdCount: number,
  scratch: ReturnType<typeof createMatchScratch>,
): OksMatches {
  const [truths, results] = [group.truthIds.length, group.resultIds.length];
  return {
    imageId: group.imageId,
    categoryId: group.categoryId,
    areaRange,
    dtIds: [...group.resultIds],
    gtIds: Array.from(scratch.order.subarray(0, truths), (g) => group.truthIds[g]!),
    dtScores: [...group.resultScores],
    dtMatches: scratch.resultMatches.slice(0, thresholdCount * results),
    gtMatches: scratch.truthMatches.slice(0, thresholdCount * truths),
    dtIgnore: scratch.resultIgnored.slice(0, thresholdCount * results),
    gtIgnore: scratch.truthIgnored.slice(0, truths),
  };
}

function findMatrix(
  { imageIds, categoryIds, groups }: OksInputs,
  imageId: number,
  categoryId: number,
): OksMatrix | undefined {
  const group = groups[categoryIds.indexOf(categoryId)]?.[imageIds.indexOf(imageId)];
  if (!group || group.oks.length === 0) return undefined;
  return { dtIds: [...group.resultIds], gtIds: [...group.truthIds], oks: group.oks.slice() };
}
