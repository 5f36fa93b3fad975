import type { CocoKeypointFile, CocoKeypointResult } from './coco.js';
import { collectProblems } from './error.js';
import { pushTo } from './grouping.js';
import { checkOksResult, checkOksTruth, checkResultImages } from './oks-check.js';
import { createGroupBuilder, type OksGroup, type Result, type Truth } from './oks-group.js';
import type { OksOptions, OksSettings } from './oks-options.js';
import { hasResultBoxes } from './result-area.js';

/** Everything that matching needs: groups ordered by category, then image. */
export interface OksInputs {
  readonly imageIds: readonly number[];
  readonly categoryIds: readonly number[];
  /** [K][I]; undefined where an image has neither people nor results. */
  readonly groups: readonly (readonly (OksGroup | undefined)[])[];
}

type Grid<T> = Map<number, Map<number, T[]>>;

export function prepareOks(
  groundTruth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  options: OksOptions,
  settings: OksSettings,
): OksInputs {
  checkResultImages(groundTruth, results);
  const imageIds = uniqueSorted(options.imageIds ?? groundTruth.images.map(({ id }) => id));
  const allCategories = uniqueSorted(groundTruth.categories.map(({ id }) => id));
  const listed = options.categoryIds ?? allCategories;
  const categoryIds = uniqueSorted(listed);
  const selected = options.useCategories === false ? undefined : new Set(categoryIds);
  const truths = selectTruths(groundTruth, imageIds, selected);
  const found = selectResults(results, imageIds, selected);

  const useBoxes = hasResultBoxes(results);
  const problems = collectProblems();
  for (const truth of everything(truths)) checkOksTruth(truth, settings, problems);
  for (const result of everything(found)) checkOksResult(result, useBoxes, settings, problems);
  problems.throwIfAny();

  const build = createGroupBuilder(settings, useBoxes);
  if (selected) {
    const groups = categoryIds.map((categoryId) =>
      imageIds.map((imageId) =>
        build(
          imageId,
          categoryId,
          truths.get(imageId)?.get(categoryId) ?? [],
          found.get(imageId)?.get(categoryId) ?? [],
          true,
        ),
      ),
    );
    return { imageIds, categoryIds, groups };
  }
  const together = <T>(grid: Grid<T>, imageId: number): T[] =>
    listed.flatMap((categoryId) => grid.get(imageId)?.get(categoryId) ?? []);
  const groups = imageIds.map((imageId) =>
    build(imageId, -1, together(truths, imageId), together(found, imageId), false),
  );
  return { imageIds, categoryIds: [-1], groups: [groups] };
}

function uniqueSorted(ids: readonly number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}

/** People by image and category. Of annotations with one id, the last stands in the place of each, as in the reference. */
function selectTruths(
  { annotations }: CocoKeypointFile,
  imageIds: readonly number[],
  categories: ReadonlySet<number> | undefined,
): Grid<Truth> {
  const byId = new Map<number, number>();
  const byImage = new Map<number, number[]>();
  annotations.forEach(({ id, image_id: imageId }, i) => {
    byId.set(id, i);
    pushTo(byImage, imageId, i);
  });
  const wanted = new Set(imageIds);
  const grid: Grid<Truth> = new Map();
  for (const imageId of imageIds) {
    for (const i of byImage.get(imageId) ?? []) {
      if (categories && !categories.has(annotations[i]!.category_id)) continue;
      const last = byId.get(annotations[i]!.id)!;
      const annotation = annotations[last]!;
      if (categories && !categories.has(annotation.category_id)) continue;
      if (!wanted.has(annotation.image_id)) continue;
      pushToGrid(grid, annotation, { annotation, path: `annotations[${last}]` });
    }
  }
  return grid;
}

function selectResults(
  results: readonly CocoKeypointResult[],
  imageIds: readonly number[],
  categories: ReadonlySet<number> | undefined,
): Grid<Result> {
  const wanted = new Set(imageIds);
  const grid: Grid<Result> = new Map();
  results.forEach((result, i) => {
    if (!wanted.has(result.image_id)) return;
    if (categories && !categories.has(result.category_id)) return;
    pushToGrid(grid, result, { result, id: i + 1 });
  });
  return grid;
}

function pushToGrid<T>(
  grid: Grid<T>,
  { image_id, category_id }: { readonly image_id: number; readonly category_id: number },
  value: T,
): void {
  let row = grid.get(image_id);
  if (!row) {
    row = new Map();
    grid.set(image_id, row);
  }
  pushTo(row, category_id, value);
}

function* everything<T>(grid: Grid<T>): Generator<T> {
  for (const row of grid.values()) for (const list of row.values()) yield* list;
}
