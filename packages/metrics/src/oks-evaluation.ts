import { collectProblems } from './error.js';
import { accumulateOks, type OksTables } from './oks-accumulate.js';
import { groupRows, type OksGroups } from './oks-groups.js';
import { listMatches, type OksAxes, type OksMatches } from './oks-matches.js';
import type { AreaRange, OksSettings } from './oks-options.js';
import { matchGroups } from './oks-outcomes.js';
import type { OksRows } from './oks-rows.js';
import { type OksSummary, summariseOks } from './oks-summary.js';

/** Numbers, tables and the axes of the tables. */
export interface OksScores extends OksTables, OksSummary {
  readonly iouThresholds: readonly number[];
  readonly recallThresholds: readonly number[];
  readonly categoryIds: readonly number[];
  readonly areaRanges: readonly AreaRange[];
  readonly maxDetections: readonly number[];
  readonly imageIds: readonly number[];
}

/** An evaluation before its tables are made, and how to make them for some of the images. */
export interface OksMatched {
  readonly groups: OksGroups;
  tables(takes?: (image: number) => boolean): OksTables;
  matches(): OksMatches[];
}

/** Sorts the rows and matches all groups. `axes.imageIds` are in the order of the rows' images, which may be any. */
export function matchRows(
  rows: OksRows,
  axes: OksAxes,
  settings: OksSettings,
  useBoxes: boolean,
): OksMatched {
  const { imageIds } = axes;
  const rising = imageIds.map((_, i) => i).sort((a, b) => imageIds[a]! - imageIds[b]!);
  const ranks = new Int32Array(imageIds.length);
  rising.forEach((image, rank) => {
    ranks[image] = rank;
  });
  const most = settings.maxDetections.at(-1)!;
  const groups = groupRows(rows, ranks, axes.categoryIds.length, most);
  const outcomes = matchGroups(rows, groups, settings, useBoxes);
  return {
    groups,
    tables: (takes) => accumulateOks(groups, outcomes, rows.results, settings, takes),
    matches: () => listMatches(rows, groups, axes, settings, useBoxes),
  };
}

export function scoresOf(tables: OksTables, axes: OksAxes, settings: OksSettings): OksScores {
  return {
    ...summariseOks(tables, settings),
    ...tables,
    iouThresholds: settings.iouThresholds,
    recallThresholds: settings.recallThresholds,
    categoryIds: axes.categoryIds,
    areaRanges: settings.areaRanges,
    maxDetections: settings.maxDetections,
    imageIds: axes.imageIds,
  };
}

/** @throws MetricsError `BAD_ANNOTATION` for results without a box when the first has one. */
export function checkResultBoxes({ results }: OksRows): void {
  const problems = collectProblems();
  for (let row = 0; row < results.count; row++) {
    if (Number.isFinite(results.boxAreas[row])) continue;
    const message =
      'expected [x, y, width, height]: the first result has one, so all are sized by theirs';
    problems.add('BAD_ANNOTATION', `results[${results.ids[row]! - 1}].bbox`, message);
  }
  problems.throwIfAny();
}
