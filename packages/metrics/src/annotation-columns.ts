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
  /** Place of the first of them that is not finite; -1 when all are. */
  wrong: Int32Array;
  /** [.,4] */
  boxes: Float64Array;
  /** Where the labelled keypoints of each end; they begin where those before end. */
  ends: Int32Array;
  /** Labelled keypoints: which, and where. */
  keypoint: Uint16Array;
  x: Float64Array;
  y: Float64Array;
}

export function createAnnotationColumns(keypointCount: number): AnnotationColumns {
  return {
    keypointCount,
    count: 0,
    ids: new Float64Array(0),
    imageIds: new Float64Array(0),
    categoryIds: new Float64Array(0),
    areas: new Float64Array(0),
    labelled: new Float64Array(0),
    crowd: new Uint8Array(0),
    missing: new Uint8Array(0),
    lengths: new Int32Array(0),
    wrong: new Int32Array(0),
    boxes: new Float64Array(0),
    ends: new Int32Array(0),
    keypoint: new Uint16Array(0),
    x: new Float64Array(0),
    y: new Float64Array(0),
  };
}

type Column = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** A longer copy. */
function longer<C extends Column>(column: C, length: number): C {
  const copy = new (column.constructor as new (length: number) => C)(length);
  copy.set(column as never);
  return copy;
}

/** Makes room for `more` annotations. */
export function reserveAnnotations(columns: AnnotationColumns, more: number): void {
  const needed = columns.count + more;
  if (columns.ids.length >= needed) return;
  const room = Math.max(needed, Math.ceil(columns.count * 1.5));
  columns.ids = longer(columns.ids, room);
  columns.imageIds = longer(columns.imageIds, room);
  columns.categoryIds = longer(columns.categoryIds, room);
  columns.areas = longer(columns.areas, room);
  columns.labelled = longer(columns.labelled, room);
  columns.crowd = longer(columns.crowd, room);
  columns.missing = longer(columns.missing, room);
  columns.lengths = longer(columns.lengths, room);
  columns.wrong = longer(columns.wrong, room);
  columns.boxes = longer(columns.boxes, 4 * room);
  columns.ends = longer(columns.ends, room);
}

export function addAnnotation(
  columns: AnnotationColumns,
  annotation: CocoKeypointAnnotation,
): void {
  const { id, image_id, category_id, keypoints, num_keypoints, iscrowd, area, bbox } = annotation;
  const i = columns.count;
  reserveAnnotations(columns, 1);
  columns.ids[i] = id;
  columns.imageIds[i] = image_id;
  columns.categoryIds[i] = category_id;
  let missing = 0;
  if (typeof area === 'number') columns.areas[i] = area;
  else missing |= NO_AREA;
  if (typeof num_keypoints === 'number') columns.labelled[i] = num_keypoints;
  else missing |= NO_COUNT;
  if (iscrowd === undefined || iscrowd === null) missing |= NO_CROWD;
  else columns.crowd[i] = Number(iscrowd) !== 0 ? 1 : 0;
  if (Array.isArray(bbox) && bbox.length === 4) {
    for (let j = 0; j < 4; j++) {
      columns.boxes[4 * i + j] = typeof bbox[j] === 'number' ? bbox[j]! : Number.NaN;
    }
  } else missing |= NO_BOX;
  columns.missing[i] = missing;
  addKeypoints(columns, i, keypoints);
  columns.count++;
}

/** Keeps the labelled keypoints of annotation `i`, the next. */
export function addKeypoints(
  columns: AnnotationColumns,
  i: number,
  list: ArrayLike<number> | undefined,
): void {
  const { keypointCount } = columns;
  let end = i === 0 ? 0 : columns.ends[i - 1]!;
  let wrong = -1;
  if (list?.length === 3 * keypointCount) {
    if (end + keypointCount > columns.x.length) {
      const room = Math.ceil(end * 1.5) + keypointCount;
      columns.keypoint = longer(columns.keypoint, room);
      columns.x = longer(columns.x, room);
      columns.y = longer(columns.y, room);
    }
    const { keypoint, x, y } = columns;
    for (let k = 0, j = 0; k < keypointCount; k++, j += 3) {
      const u: unknown = list[j];
      const v: unknown = list[j + 1];
      const flag: unknown = list[j + 2];
      if (typeof u === 'number' && typeof v === 'number' && typeof flag === 'number') {
        if (u - u + (v - v) + (flag - flag) !== 0 && wrong < 0) wrong = j;
        if (!(flag > 0)) continue;
        keypoint[end] = k;
        x[end] = u;
        y[end++] = v;
      } else if (wrong < 0) wrong = j;
    }
  }
  columns.lengths[i] = list ? list.length : -1;
  columns.wrong[i] = wrong;
  columns.ends[i] = end;
}
