import { addAnnotation, createAnnotationColumns } from './annotation-columns.js';
import type { CocoKeypointAnnotation, CocoKeypointResult } from './coco.js';
import { collectProblems, fail } from './error.js';
import { matchRows, type OksAxes, type OksMatched } from './oks-evaluation.js';

import type { OksOptions, OksSettings } from './oks-options.js';
import { createResultSink } from './oks-results.js';
import { appendRows, createOksRows, reserveRows } from './oks-rows.js';
import type { OksRules } from './oks-rules.js';
import { type OksSelection, uniqueSorted } from './oks-selection.js';
import { indexTruths } from './oks-truths.js';
import { decodePartial, encodePartial } from './partial-bytes.js';

/** One image for an evaluator: all its people and all its results. */
export interface EvaluatedImage {
  readonly imageId: number;
  /** All of `imageId`. */
  readonly annotations: readonly CocoKeypointAnnotation[];
  /** All of `imageId`, in the order of the file. */
  readonly results: readonly CocoKeypointResult[];
  /** CrowdPose: how crowded the image is. */
  readonly crowdIndex?: number;
}

/** How an evaluator treats the areas of results. */
export interface PartialOptions extends OksOptions {
  /**
   * What gives a result's area, which decides whether an unmatched one counts in a range: its box, or the extent of its keypoints. The
   * reference looks at the first result of the file, which a part of the data does not show.
   * @default boxes if every result has one, keypoints if none has; a mixture is an error
   */
  readonly resultAreas?: 'boxes' | 'keypoints';
}

/** Images evaluated so far. */
export interface OksPartial {
  readonly imageCount: number;
  add(image: EvaluatedImage): void;
  merge(other: Uint8Array): void;
  serialise(): Uint8Array;
  /** Matches all that was added. */
  match(): {
    readonly matched: OksMatched;
    readonly axes: OksAxes;
    readonly crowdIndices: readonly number[];
  };
}

export function createPartial(
  { categoryIds, imageIds: wantedImages, useCategories, resultAreas }: PartialOptions,
  settings: OksSettings,
  rules: OksRules,
): OksPartial {
  const rows = createOksRows();
  const imageIds: number[] = [];
  const crowdIndices: number[] = [];
  const known = new Set<number>();
  const wanted = wantedImages && new Set(wantedImages);
  const together = useCategories === false;
  const chosen = categoryIds && new Set(categoryIds);
  const categories: number[] = together ? [-1] : uniqueSorted(categoryIds ?? []);
  const places = new Map(categories.map((id, k) => [id, k]));
  const fingerprint = JSON.stringify([
    settings,
    rules,
    chosen && [...chosen],
    together,
    resultAreas,
  ]);

  const placeOf = (id: number): number | undefined => {
    if (chosen && !chosen.has(id)) return undefined;
    if (together) return 0;
    const place = places.get(id) ?? categories.length;
    if (place === categories.length) {
      categories.push(id);
      places.set(id, place);
    }
    return place;
  };

  return {
    get imageCount() {
      return imageIds.length;
    },
    add(image) {
      const { imageId, annotations, results, crowdIndex = Number.NaN } = image;
      checkImage(image, known);
      if (wanted && !wanted.has(imageId)) return;
      const listed = categoryIds ?? uniqueSorted(annotations.map((a) => a.category_id));
      const selection: OksSelection = {
        imageIds: [imageId],
        imagePlace: new Map([[imageId, 0]]),
        known: undefined,
        categoryIds: categories,
        listed,
        together,
        placeOf,
      };
      const columns = createAnnotationColumns(settings.oksSigmas.length);
      reserveRows(columns, annotations.length);
      for (const annotation of annotations) addAnnotation(columns, annotation);
      const more = createOksRows();
      const problems = collectProblems();
      const truths = indexTruths(columns, selection, settings, rules, more, problems);
      const sink = createResultSink(truths, selection, settings, rules, more, problems);
      for (const result of results) sink.add(result);
      problems.throwIfAny();
      const place = imageIds.length;
      appendRows(rows, more, { image: () => place, category: (k) => k });
      imageIds.push(imageId);
      crowdIndices.push(crowdIndex);
      known.add(imageId);
    },
    merge(bytes) {
      const other = decodePartial(bytes);
      if (other.fingerprint !== fingerprint) {
        const message = `made with other options: expected ${fingerprint}, got ${other.fingerprint}`;
        fail('BAD_PARTIAL', 'options', message);
      }
      const twice = other.imageIds.filter((id) => known.has(id));
      if (twice.length > 0) {
        const some = twice.slice(0, 5).join(', ');
        const message = `${twice.length} images were added twice: ${some}`;
        fail('BAD_PARTIAL', 'imageIds', message);
      }
      const first = imageIds.length;
      const categoryPlaces = other.categoryIds.map((id) => (together ? 0 : placeOf(id)!));
      appendRows(rows, other.rows, {
        image: (i) => i + first,
        category: (k) => categoryPlaces[k]!,
      });
      for (const id of other.imageIds) {
        imageIds.push(id);
        known.add(id);
      }
      crowdIndices.push(...other.crowdIndices);
    },
    serialise: () =>
      encodePartial({ fingerprint, categoryIds: categories, imageIds, crowdIndices, rows }),
    match() {
      checkAnnotationIds();
      if (rows.results.count === 0 && !rules.lenient) {
        fail('EMPTY_RESULTS', 'results', 'expected at least one, got none');
      }
      const axis = uniqueSorted(categories);
      const axisPlaces = categories.map((id) => axis.indexOf(id));
      const sorted = createOksRows();
      appendRows(sorted, rows, { image: (i) => i, category: (k) => axisPlaces[k]! });
      const axes = { imageIds: [...imageIds], categoryIds: axis };
      const matched = matchRows(sorted, axes, settings, hasBoxes());
      return { matched, axes, crowdIndices: [...crowdIndices] };
    },
  };

  function hasBoxes(): boolean {
    const { boxAreas, count } = rows.results;
    const used = boxAreas.subarray(0, count);
    if (resultAreas === 'keypoints') return false;
    const without = used.reduce((sum, area) => sum + (Number.isFinite(area) ? 0 : 1), 0);
    if (without > 0 && (resultAreas === 'boxes' || without < count)) {
      const message = `${without} of ${count} results have no box [x, y, width, height]; with resultAreas: 'keypoints' boxes are not used`;
      fail('BAD_ANNOTATION', 'results', message);
    }
    return without === 0 && count > 0;
  }

  /** The reference lets a later annotation of one id take the place of an earlier one, which parts cannot know of each other. */
  function checkAnnotationIds(): void {
    const imageOf = new Map<number, number>();
    const { ids, image, count } = rows.truths;
    const problems = collectProblems();
    for (let row = 0; row < count; row++) {
      const other = imageOf.get(ids[row]!) ?? image[row]!;
      imageOf.set(ids[row]!, other);
      if (other === image[row]) continue;
      const places = `images ${imageIds[other]} and ${imageIds[image[row]!]}`;
      problems.add('BAD_ANNOTATION', `annotation ${ids[row]}`, `this id is in ${places}`);
    }
    problems.throwIfAny();
  }
}

function checkImage(
  { imageId, annotations, results }: EvaluatedImage,
  known: ReadonlySet<number>,
): void {
  const problems = collectProblems();
  if (known.has(imageId)) {
    problems.add('BAD_PARTIAL', 'imageId', `image ${imageId} was added before`);
  }
  const check = (name: string, list: readonly { readonly image_id: number }[]): void => {
    list.forEach(({ image_id: id }, i) => {
      if (id === imageId) return;
      problems.add('BAD_ANNOTATION', `${name}[${i}].image_id`, `expected ${imageId}, got ${id}`);
    });
  };
  check('annotations', annotations);
  check('results', results);
  problems.throwIfAny();
}
