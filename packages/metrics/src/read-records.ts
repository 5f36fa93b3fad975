import { type AnnotationColumns, addKeypoints, NO_BOX, setBox } from './annotation-columns.js';
import { createJsonScan } from './json-scan.js';
import type { OksResultSink } from './oks-results.js';
import { reserveRows } from './oks-rows.js';

/** Reads the record between two places; false, with nothing done, where JSON.parse must look at it. */
export type RecordReader = (bytes: Uint8Array, start: number, end: number) => boolean;

const RESULT_NAMES = ['keypoints', 'image_id', 'category_id', 'score', 'bbox'];

/** Reads results in their usual form into a sink. */
export function createResultReader(sink: OksResultSink, keypointCount: number): RecordReader {
  const scan = createJsonScan(RESULT_NAMES);
  const triples = new Float64Array(3 * keypointCount + 1);
  const box = new Float64Array(5);
  return (bytes, start, end) => {
    let keypoints = -1;
    let boxed = 0;
    let imageId = Number.NaN;
    let categoryId = Number.NaN;
    let score = Number.NaN;
    for (let more = scan.open(bytes, start, end); more; more = scan.more()) {
      switch (scan.name()) {
        case 0:
          keypoints = scan.numbers(triples);
          break;
        case 1:
          if (scan.number()) imageId = scan.value;
          break;
        case 2:
          if (scan.number()) categoryId = scan.value;
          break;
        case 3:
          if (scan.number()) score = scan.value;
          break;
        case 4:
          boxed = scan.numbers(box);
          break;
        default:
          scan.skip();
      }
    }
    if (!scan.done() || keypoints !== 3 * keypointCount || (boxed !== 0 && boxed !== 4))
      return false;
    const { pose } = sink;
    let sum = imageId - imageId + (categoryId - categoryId) + (score - score);
    let seen = false;
    for (let k = 0, i = 0; k < keypointCount; k++, i += 3) {
      const x = triples[i]!;
      const y = triples[i + 1]!;
      sum += x - x + (y - y);
      pose[2 * k] = x;
      pose[2 * k + 1] = y;
      if (triples[i + 2]! > 0) seen = true;
    }
    if (sum !== 0) return false;
    if (sink.count === 0) sink.firstHasBox = boxed === 4;
    const boxArea = boxed === 4 ? box[2]! * box[3]! : Number.NaN;
    sink.addPose(imageId, categoryId, score, boxArea, seen);
    return true;
  };
}

const ANNOTATION_NAMES = [
  'keypoints',
  'id',
  'image_id',
  'category_id',
  'num_keypoints',
  'iscrowd',
  'area',
  'bbox',
];

/** Reads annotations in their usual form, with all fields, into columns. */
export function createAnnotationReader(columns: AnnotationColumns): RecordReader {
  const { keypointCount } = columns;
  const scan = createJsonScan(ANNOTATION_NAMES);
  const triples = new Float64Array(3 * keypointCount + 1);
  const box = new Float64Array(5);
  /** id, image_id, category_id, num_keypoints, iscrowd, area */
  const fields = new Float64Array(6);
  return (bytes, start, end) => {
    let keypoints = -1;
    let boxed = -1;
    fields.fill(Number.NaN);
    for (let more = scan.open(bytes, start, end); more; more = scan.more()) {
      const name = scan.name();
      if (name === 0) keypoints = scan.numbers(triples);
      else if (name === 7) boxed = scan.numbers(box);
      else if (name < 0) scan.skip();
      else if (scan.number()) fields[name - 1] = scan.value;
    }
    let sum = 0;
    for (let j = 0; j < 6; j++) sum += fields[j]! - fields[j]!;
    if (!scan.done() || sum !== 0 || keypoints !== 3 * keypointCount) return false;
    if (boxed !== 4 && boxed !== -1) return false;
    const i = columns.count;
    if (i === columns.ids.length) reserveRows(columns, 1);
    columns.ids[i] = fields[0]!;
    columns.imageIds[i] = fields[1]!;
    columns.categoryIds[i] = fields[2]!;
    columns.labelled[i] = fields[3]!;
    columns.crowd[i] = fields[4] !== 0 ? 1 : 0;
    columns.areas[i] = fields[5]!;
    columns.missing[i] = boxed === 4 ? 0 : NO_BOX;
    if (boxed === 4) setBox(columns, i, box);
    addKeypoints(columns, i, triples.subarray(0, keypoints));
    columns.count++;
    return true;
  };
}
