import {
  type AnnotationColumns,
  NO_AREA,
  NO_BOX,
  NO_COUNT,
  NO_CROWD,
} from './annotation-columns.js';
import type { MetricsErrorCode, Problems } from './error.js';
import { addLength, checkFinite } from './oks-check.js';
import type { OksSettings } from './oks-options.js';
import { CROWD, IGNORED, type OksRows, reserveRows, UNFINDABLE } from './oks-rows.js';
import type { OksRules } from './oks-rules.js';
import type { OksSelection } from './oks-selection.js';
import { orderByKey } from './stable-sort.js';

/** The selected people, in rows by image. */
export interface OksTruths {
  readonly columns: AnnotationColumns;
  /** Of each row: its annotation. */
  readonly annotation: Int32Array;
  /** [images + 1]: where the rows of each image begin. */
  readonly imageStart: Int32Array;
}

/** Of annotations with one id, the last stands in the place of each, as in the reference. */
export function indexTruths(
  columns: AnnotationColumns,
  selection: OksSelection,
  settings: OksSettings,
  rules: OksRules,
  rows: OksRows,
  problems: Problems,
): OksTruths {
  const { chosen, imageOf, categoryOf } = chooseTruths(columns, selection);
  const { truths } = rows;
  reserveRows(truths, chosen.length);
  const imageStart = new Int32Array(selection.imageIds.length + 1);
  for (let row = 0; row < chosen.length; row++) {
    const i = chosen[row]!;
    checkTruth(columns, i, settings, rules, problems);
    const image = imageOf[i]!;
    imageStart[image + 1]!++;
    truths.image[row] = image;
    truths.category[row] = categoryOf[i]!;
    truths.ids[row] = columns.ids[i]!;
    truths.areas[row] =
      rules.area === 'box' ? columns.width[i]! * columns.height[i]! * 0.53 : columns.areas[i]!;
    truths.flags[row] =
      (columns.crowd[i]! !== 0 ? CROWD | IGNORED : 0) |
      (columns.labelled[i] === 0 ? IGNORED : 0) |
      (isFindable(columns.ids[i]!, rules) ? 0 : UNFINDABLE);
  }
  truths.count = chosen.length;
  for (let image = 0; image < selection.imageIds.length; image++) {
    imageStart[image + 1]! += imageStart[image]!;
  }
  return { columns, annotation: chosen, imageStart };
}

function isFindable(id: number, { foundIds }: OksRules): boolean {
  return foundIds === 'nonzero' ? id !== 0 : id >= 0;
}

interface ChosenTruths {
  /** Annotations by image, in the order in which the reference meets them. */
  readonly chosen: Int32Array;
  /** Of every annotation: places of its image and category, -1 for those that are not selected. */
  readonly imageOf: Int32Array;
  readonly categoryOf: Int32Array;
}

function chooseTruths(columns: AnnotationColumns, selection: OksSelection): ChosenTruths {
  const { imagePlace, placeOf, together } = selection;
  const { ids, imageIds, categoryIds, count } = columns;
  const lastOf = lastPlaces(ids, count);
  const images = selection.imageIds.length;
  const imageOf = new Int32Array(count);
  const categoryOf = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    imageOf[i] = imagePlace.get(imageIds[i]!) ?? -1;
    categoryOf[i] = placeOf(categoryIds[i]!) ?? -1;
  }
  let met: number[] = [];
  for (let i = 0; i < count; i++) {
    const last = lastOf ? lastOf.get(ids[i]!)! : i;
    const comes = imageOf[i]! >= 0 && (together || categoryOf[i]! >= 0);
    if (comes && imageOf[last]! >= 0 && categoryOf[last]! >= 0) met.push(i);
  }
  if (lastOf) {
    const visited = orderByKey(Int32Array.from(met), imageOf, images);
    met = Array.from(visited, (i) => lastOf.get(ids[i]!)!);
  }
  if (together) {
    met = selection.listed.flatMap((category) => met.filter((i) => categoryIds[i] === category));
  }
  return { chosen: orderByKey(Int32Array.from(met), imageOf, images), imageOf, categoryOf };
}

/** The last place of each id; undefined when no id comes twice. */
function lastPlaces(ids: Float64Array, count: number): Map<number, number> | undefined {
  const places = new Map<number, number>();
  for (let i = 0; i < count; i++) places.set(ids[i]!, i);
  return places.size === count ? undefined : places;
}

function checkTruth(
  columns: AnnotationColumns,
  i: number,
  { oksSigmas }: OksSettings,
  rules: OksRules,
  problems: Problems,
): void {
  const missing = columns.missing[i]!;
  const byBox = rules.area === 'box';
  const row = 3 * oksSigmas.length;
  const unlabelled = columns.ends[i] === (i === 0 ? 0 : columns.ends[i - 1]!);
  const area = byBox ? 0 : columns.areas[i]!;
  const fine = columns.lengths[i] === row && columns.wrong[i]! < 0 && area >= 0 && area < Infinity;
  if (fine && !(missing & (NO_COUNT | NO_CROWD | NO_AREA)) && !unlabelled && !byBox) return;

  const path = `annotations[${i}]`;
  const add = (field: string, message: string, code: MetricsErrorCode = 'BAD_ANNOTATION'): void =>
    problems.add(code, `${path}.${field}`, message);
  const finite = (field: string, values: readonly number[]): void =>
    checkFinite(values, `${path}.${field}`, problems);
  if (missing & NO_COUNT) add('num_keypoints', 'missing; count the flags above 0');
  if (missing & NO_CROWD && !rules.lenient) add('iscrowd', 'missing; set it to 0');
  if (!byBox && missing & NO_AREA) {
    add('area', "missing; set it to the area of the person's mask");
  } else finite('area', [area]);
  if (area < 0) add('area', `expected 0 or more, got ${area}`, 'OUT_OF_RANGE');
  const length = columns.lengths[i]!;
  if (length !== row) {
    addLength(length < 0 ? undefined : length, oksSigmas.length, `${path}.keypoints`, problems);
  } else if (columns.wrong[i]! >= 0) {
    add('keypoints', `expected finite numbers, got others at ${columns.wrong[i]}`, 'NON_FINITE');
  }
  if (!byBox && (!unlabelled || length !== row)) return;
  const [width, height] = [columns.width[i]!, columns.height[i]!];
  if (missing & NO_BOX) {
    const why = byBox ? 'it gives the area' : 'no keypoint is labelled';
    add('bbox', `expected [x, y, width, height], as ${why}`);
  } else finite('bbox', [columns.left[i]!, columns.top[i]!, width, height]);
  if (byBox && width * height < 0) {
    add('bbox', `expected sides of 0 or more, got ${width} x ${height}`, 'OUT_OF_RANGE');
  }
}
