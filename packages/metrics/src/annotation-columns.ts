import type { CocoKeypointAnnotation } from './coco.js';
import { integers, reals, reserveRows } from './oks-rows.js';

/** `num_keypoints`, `iscrowd`, `area` or `bbox` is missing. */
export const NO_COUNT = 1;
export const NO_CROWD = 2;
export const NO_AREA = 4;
export const NO_BOX = 8;

/** What the evaluation reads of an annotation file, a column for each field; in the order of the file. */
export interface AnnotationColumns {
  readonly keypointCount: number;
  count: number;
  ids: Float64Array;
  imageIds: Float64Array;
  categoryIds: Float64Array;
  areas: Float64Array;
  /** num_keypoints */
  labelled: Float64Array;
  crowd: Uint8Array;
  /** Which fields are missing. */
  missing: Uint8Array;
  /** Numbers in `keypoints`; -1 without. */
  lengths: Int32Array;
  /** Place of the first of them that is not finite; -1 when all are. */
  wrong: Int32Array;
  /** Of the box. */
  left: Float64Array;
  top: Float64Array;
  width: Float64Array;
  height: Float64Array;
  /** Where the labelled keypoints of each end; they begin where those before end. */
  ends: Int32Array;
  /** Labelled keypoints: which, and where. */
  readonly labels: { count: number; keypoint: Uint16Array; x: Float64Array; y: Float64Array };
}

export function createAnnotationColumns(keypointCount: number): AnnotationColumns {
  return {
    keypointCount,
    count: 0,
    ids: reals(),
    imageIds: reals(),
    categoryIds: reals(),
    areas: reals(),
    labelled: reals(),
    crowd: new Uint8Array(0),
    missing: new Uint8Array(0),
    lengths: integers(),
    wrong: integers(),
    left: reals(),
    top: reals(),
    width: reals(),
    height: reals(),
    ends: integers(),
    labels: { count: 0, keypoint: new Uint16Array(0), x: reals(), y: reals() },
  };
}

export function addAnnotation(
  columns: AnnotationColumns,
  annotation: CocoKeypointAnnotation,
): void {
  const { id, image_id, category_id, keypoints, num_keypoints, iscrowd, area, bbox } = annotation;
  const i = columns.count;
  if (i === columns.ids.length) reserveRows(columns, 1);
  columns.ids[i] = id;
  columns.imageIds[i] = image_id;
  columns.categoryIds[i] = category_id;
  let missing = 0;
  if (typeof area === 'number') columns.areas[i] = area;
  else missing |= NO_AREA;
  if (typeof num_keypoints === 'number') columns.labelled[i] = num_keypoints;
  else missing |= NO_COUNT;
  if (iscrowd === undefined || iscrowd === null) missing |= NO_CROWD;
  else columns.crowd[i] = Number(Number(iscrowd) !== 0);
  if (Array.isArray(bbox) && bbox.length === 4) setBox(columns, i, bbox);
  else missing |= NO_BOX;
  columns.missing[i] = missing;
  addKeypoints(columns, i, keypoints);
  columns.count++;
}

/** Sets the box of annotation `i`; what is not a number becomes NaN. */
export function setBox(columns: AnnotationColumns, i: number, box: ArrayLike<unknown>): void {
  columns.left[i] = numberOf(box[0]);
  columns.top[i] = numberOf(box[1]);
  columns.width[i] = numberOf(box[2]);
  columns.height[i] = numberOf(box[3]);
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** Keeps the labelled keypoints of annotation `i`, the next. */
export function addKeypoints(
  columns: AnnotationColumns,
  i: number,
  list: ArrayLike<unknown> | undefined,
): void {
  const { keypointCount, labels } = columns;
  let wrong = -1;
  if (list?.length === 3 * keypointCount) {
    if (labels.count + keypointCount > labels.x.length) reserveRows(labels, keypointCount);
    const { keypoint, x, y } = labels;
    for (let k = 0, j = 0; k < keypointCount; k++, j += 3) {
      const u = list[j];
      const v = list[j + 1];
      const flag = list[j + 2];
      if (typeof u === 'number' && typeof v === 'number' && typeof flag === 'number') {
        if (u - u + (v - v) + (flag - flag) !== 0 && wrong < 0) wrong = j;
        if (!(flag > 0)) continue;
        keypoint[labels.count] = k;
        x[labels.count] = u;
        y[labels.count++] = v;
      } else if (wrong < 0) wrong = j;
    }
  }
  columns.lengths[i] = list ? list.length : -1;
  columns.wrong[i] = wrong;
  columns.ends[i] = labels.count;
}
