import { collectProblems } from './error.js';
import { accumulateOks, type OksTables } from './oks-accumulate.js';
import { groupRows, type OksGroups } from './oks-groups.js';
import type { OksSettings } from './oks-options.js';
import { matchGroups } from './oks-outcomes.js';
import type { OksRows } from './oks-rows.js';
import { type OksSummary, summariseOks } from './oks-summary.js';

export interface OksAxes {
  readonly imageIds: readonly number[];
  readonly categoryIds: readonly number[];
}

/** Numbers, tables, and the settings and axes they are for. */
export interface OksScores extends OksTables, OksSummary, OksAxes, OksSettings {}

/** An evaluation before its tables are made, and how to make them for some of the images. */
export interface OksMatched {
  readonly rows: OksRows;
  readonly groups: OksGroups;
  /** Whether boxes give the areas of results. */
  readonly useBoxes: boolean;
  tables(takes?: (image: number) => boolean): OksTables;
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
    rows,
    groups,
    useBoxes,
    tables: (takes) => accumulateOks(groups, outcomes, rows.results, settings, takes),
  };
}

export function scoresOf(
  tables: OksTables,
  { imageIds, categoryIds }: OksAxes,
  settings: OksSettings,
): OksScores {
  return { ...summariseOks(tables, settings), ...tables, ...settings, imageIds, categoryIds };
}

/** @throws MetricsError `BAD_ANNOTATION` for results without a box when the first has one. */
export function checkResultBoxes({ results }: OksRows): void {
  const problems = collectProblems();
  for (let row = 0; row < results.count; row++) {
    if (Number.isFinite(results.boxAreas[row])) continue;
    const message = 'expected [x, y, width, height], as the first result has one';
    problems.add('BAD_ANNOTATION', `results[${results.ids[row]! - 1}].bbox`, message);
  }
  problems.throwIfAny();
}
