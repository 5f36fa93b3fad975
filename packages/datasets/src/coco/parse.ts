import {
  type CheckedAnnotations,
  type CheckOptions,
  type ParsedAnnotations,
  type ParseOptions,
  requireUsable,
} from '../parsed.js';
import type { CocoKeypointAnnotation, PoseSample } from '../types.js';
import { sampleOf } from './annotation.js';
import { createCocoReader } from './reader.js';
import { isObject, type Report, show } from './report.js';

/**
 * Reads an annotation file of COCO's person-keypoints form (already parsed JSON).
 *
 * Boxes and coordinates are image pixels and stay as annotated. A missing `area` becomes 0.53 of the box, a missing
 * `iscrowd` 0, a missing `num_keypoints` the number of keypoints with a visibility above 0; a `num_keypoints` that is there
 * stays as it is, because evaluation depends on it. Polygons and masks stay with the ground truth.
 *
 * @param options.base 1 for files that count pixels from 1 (JHMDB); @default 0
 * @throws DatasetError `BAD_ANNOTATION` once for all errors, with counts and the first examples; `details.problems` has
 * them all. With `onBadRecord: 'skip'` only when nothing can be read.
 * @example
 * const { skeleton, samples } = parseCocoKeypoints(JSON.parse(text), { file: 'person_keypoints_val2017.json' });
 * skeleton.name; // 'coco17'
 */
export function parseCocoKeypoints(json: unknown, options: ParseOptions = {}): ParsedAnnotations {
  return requireUsable(checkCocoKeypoints(json, options), options);
}

/** As `parseCocoKeypoints`, but reports problems as data and never throws. */
export function checkCocoKeypoints(json: unknown, options: CheckOptions = {}): CheckedAnnotations {
  const reader = createCocoReader(options);
  const { images, annotations: rows, categories } = readTop(json, reader.report);
  const samples: PoseSample[] = [];
  const annotations: CocoKeypointAnnotation[] = [];
  reader.readCategories(categories);
  reader.readImages(images, 0);
  reader.readAnnotations(rows, 0, (read) => {
    annotations.push(read.annotation);
    if (read.trainable) samples.push(sampleOf(read));
  });
  reader.finish();
  const { skeleton, problems, skippedRecords, withKeypoints } = reader;
  const groundTruth = {
    images: [...reader.images.values()],
    annotations,
    categories: withKeypoints,
  };
  return { skeleton, samples, groundTruth, problems, skippedRecords };
}

/** The lists of a file of COCO's form. */
export const COCO_LISTS = ['images', 'annotations', 'categories'] as const;

function readTop(
  json: unknown,
  report: Report,
): Record<(typeof COCO_LISTS)[number], readonly unknown[]> {
  const lists = { images: [], annotations: [], categories: [] } as Record<string, unknown[]>;
  if (!isObject(json)) {
    const got = Array.isArray(json) ? 'a list' : show(json);
    const message = `expected an object with images, annotations and categories, got ${got}`;
    report.error('NOT_COCO', '$', message);
    return lists as never;
  }
  for (const name of COCO_LISTS) {
    const value = json[name];
    if (Array.isArray(value)) lists[name] = value;
    else report.error('NOT_COCO', name, `expected a list, got ${show(value)}`);
  }
  return lists as never;
}
