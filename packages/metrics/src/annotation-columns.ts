import type { CocoKeypointAnnotation } from './coco.js';

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
  /** [.,4] */
  boxes: Float64Array;
  /** [.,K,3]; only those of the right length are filled. */
  poses: Float64Array;
}

export function createAnnotationColumns(
  keypointCount: number,
  capacity: number,
): AnnotationColumns {
  const reals = (width = 1): Float64Array => new Float64Array(capacity * width);
  return {
    keypointCount,
    count: 0,
    ids: reals(),
    imageIds: reals(),
    categoryIds: reals(),
    areas: reals(),
    labelled: reals(),
    crowd: new Uint8Array(capacity),
    missing: new Uint8Array(capacity),
    lengths: new Int32Array(capacity),
    boxes: reals(4),
    poses: reals(3 * keypointCount),
  };
}

export function addAnnotation(
  columns: AnnotationColumns,
  annotation: CocoKeypointAnnotation,
): void {
  const { id, image_id, category_id, keypoints, num_keypoints, iscrowd, area, bbox } = annotation;
  const i = columns.count++;
  columns.ids[i] = id;
  columns.imageIds[i] = image_id;
  columns.categoryIds[i] = category_id;
  let missing = 0;
  if (typeof area === 'number') columns.areas[i] = area;
  else missing |= NO_AREA;
  if (typeof num_keypoints === 'number') columns.labelled[i] = num_keypoints;
  else missing |= NO_COUNT;
  if (iscrowd === undefined || iscrowd === null) missing |= NO_CROWD;
  columns.crowd[i] = Number(iscrowd) !== 0 ? 1 : 0;
  if (Array.isArray(bbox) && bbox.length === 4) copyNumbers(bbox, columns.boxes, 4 * i);
  else missing |= NO_BOX;
  columns.missing[i] = missing;
  const length = Array.isArray(keypoints) ? keypoints.length : -1;
  columns.lengths[i] = length;
  const row = 3 * columns.keypointCount;
  if (length === row) copyNumbers(keypoints!, columns.poses, row * i);
}

/** Copies a list; what is not a number becomes NaN. */
export function copyNumbers(list: readonly number[], out: Float64Array, start: number): void {
  for (let i = 0; i < list.length; i++) {
    const value: unknown = list[i];
    out[start + i] = typeof value === 'number' ? value : Number.NaN;
  }
}
