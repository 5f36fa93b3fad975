import { aic14 } from '@pose-distill/skeletons';
import { finiteNumbers, isObject, type Report, show } from '../coco/report.js';
import {
  type CheckedAnnotations,
  type CheckOptions,
  type ParsedAnnotations,
  type ParseOptions,
  requireUsable,
} from '../parsed.js';
import { createPeople, type People, type RawPerson } from '../people.js';

const K = aic14.keypoints.length;
/** AI Challenger's flags: 1 seen, 2 hidden, 3 not labelled. */
const VISIBILITY: Readonly<Record<number, number>> = { 1: 2, 2: 1, 3: 0 };

/**
 * Reads AI Challenger's own keypoint annotations (already parsed JSON): a list of
 * `{ image_id, human_annotations: { human1: [x1, y1, x2, y2] }, keypoint_annotations: { human1: [x, y, flag, ...] } }`. Files
 * that were converted to COCO's form are read by `parseCocoKeypoints`.
 *
 * @throws DatasetError `BAD_ANNOTATION`, as `parseCocoKeypoints`.
 * @see Wu et al., "AI Challenger", arXiv 1711.06475
 * @example
 * const { samples, skeleton } = parseAic(JSON.parse(text));
 * skeleton.name; // 'aic14'
 */
export function parseAic(json: unknown, options: ParseOptions = {}): ParsedAnnotations {
  return requireUsable(checkAic(json, options), options);
}

/** As `parseAic`, but reports problems as data and never throws. */
export function checkAic(json: unknown, options: CheckOptions = {}): CheckedAnnotations {
  return gatherAic(json, options).finish(options.imageSize);
}

/** The people of a file, before it is known how large the pictures are. */
export function gatherAic(json: unknown, options: Pick<CheckOptions, 'base'> = {}): People {
  const people = createPeople(aic14);
  const { report } = people;
  if (!Array.isArray(json)) {
    const expected = 'expected a list of { image_id, human_annotations, keypoint_annotations }';
    report.error('NOT_AIC', '$', `${expected}, got ${show(json)}`);
    return people;
  }
  json.forEach((row, i) => {
    const path = `[${i}]`;
    if (!isObject(row) || typeof row.image_id !== 'string' || !isObject(row.keypoint_annotations)) {
      report.error('WRONG_TYPE', path, "expected 'image_id' and 'keypoint_annotations'");
      people.add(false);
      return;
    }
    const boxes = isObject(row.human_annotations) ? row.human_annotations : {};
    for (const name of Object.keys(row.keypoint_annotations)) {
      const fields = { keypoints: row.keypoint_annotations[name], box: boxes[name] };
      people.add(readPerson(fields, row.image_id, `${path}.${name}`, options.base ?? 0, report));
    }
  });
  return people;
}

function readPerson(
  fields: { readonly keypoints: unknown; readonly box: unknown },
  imageId: string,
  path: string,
  base: 0 | 1,
  report: Report,
): RawPerson | false {
  const triplets = finiteNumbers(fields, 'keypoints', path, report);
  const corners = finiteNumbers(fields, 'box', path, report);
  if (!triplets || !corners) return false;
  if (triplets.length !== 3 * K || corners.length !== 4) {
    const got = `${triplets.length} and ${corners.length}`;
    const message = `expected ${3 * K} numbers of keypoints and 4 of a box, got ${got}`;
    report.error('KEYPOINT_COUNT', path, message);
    return false;
  }
  const keypoints = new Float64Array(2 * K);
  const visibility = new Uint8Array(K);
  for (let k = 0; k < K; k++) {
    const flag = triplets[3 * k + 2]!;
    const seen = VISIBILITY[flag];
    if (seen === undefined) {
      const place = `${path}.keypoints[${3 * k + 2}]`;
      report.error('BAD_VISIBILITY', place, `expected 1, 2 or 3, got ${flag}`);
      return false;
    }
    keypoints[2 * k] = triplets[3 * k]! - base;
    keypoints[2 * k + 1] = triplets[3 * k + 1]! - base;
    visibility[k] = seen;
  }
  const [left, top, right, bottom] = corners as [number, number, number, number];
  if (!(right > left && bottom > top)) {
    report.error('EMPTY_BOX', path, `expected x1 < x2 and y1 < y2, got ${show(corners)}`);
    return false;
  }
  const box = { x: left - base, y: top - base, width: right - left, height: bottom - top };
  const file = imageId.endsWith('.jpg') ? imageId : `${imageId}.jpg`;
  return { path, file, keypoints, visibility, box };
}
