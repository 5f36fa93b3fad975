import type { Skeleton } from '@pose-distill/skeletons';
import { type DatasetProblem, throwOnErrors } from '../error.js';
import type { CocoKeypointAnnotation, CocoKeypointFile, PoseSample } from '../types.js';
import { AREA_OF_BOX, readAnnotation } from './annotation.js';
import { readCategories } from './categories.js';
import { readImages } from './images.js';
import { createReport, isObject, type Report, show } from './report.js';

/** An annotation file after checking. */
export interface CheckedCoco {
  /** Undefined when the file does not say what its keypoints are; then there are no samples either. */
  readonly skeleton: Skeleton | undefined;
  /** People to train on: not a crowd, at least one labelled keypoint, no error. File order. */
  readonly samples: readonly PoseSample[];
  /** What an evaluator needs: all images and all people without errors, crowds and unlabelled ones too. */
  readonly groundTruth: CocoKeypointFile;
  readonly problems: readonly DatasetProblem[];
}

/** An annotation file that can be used. */
export interface ParsedCoco extends CheckedCoco {
  readonly skeleton: Skeleton;
}

export interface ParseCocoOptions {
  /** Name of the file for messages. @default 'The annotation file' */
  readonly file?: string;
  /** What to do about annotations with errors. @default 'throw' */
  readonly invalid?: 'throw' | 'leave-out';
}

/**
 * Reads an annotation file of COCO's person-keypoints form (already parsed JSON).
 *
 * Boxes and coordinates are image pixels and stay as annotated. A missing `area` becomes 0.53 of the box, a missing
 * `iscrowd` 0, a missing `num_keypoints` the number of keypoints with a visibility above 0; a `num_keypoints` that is there
 * stays as it is, because evaluation depends on it.
 *
 * @throws DatasetError `BAD_ANNOTATION` once for all errors, with counts and the first examples; `details.problems` has
 * them all. With `invalid: 'leave-out'` only when nothing can be read.
 * @example
 * const { skeleton, samples } = parseCocoKeypoints(JSON.parse(text), { file: 'person_keypoints_val2017.json' });
 * skeleton.name; // 'coco17'
 */
export function parseCocoKeypoints(json: unknown, options: ParseCocoOptions = {}): ParsedCoco {
  const { file = 'The annotation file', invalid = 'throw' } = options;
  const checked = checkCocoKeypoints(json);
  const { skeleton, problems, samples } = checked;
  const leaveOut = invalid === 'leave-out' && skeleton !== undefined && samples.length > 0;
  if (!leaveOut) {
    throwOnErrors(
      problems,
      file,
      "Correct the file, or pass { invalid: 'leave-out' } to go on without these annotations.",
    );
  }
  return { ...checked, skeleton: skeleton! };
}

/** As `parseCocoKeypoints`, but reports problems as data and never throws. */
export function checkCocoKeypoints(json: unknown): CheckedCoco {
  const report = createReport();
  const { images: imageRows, annotations: rows, categories: categoryRows } = readTop(json, report);
  const categories = readCategories(categoryRows, report);
  const images = readImages(imageRows, report);
  const samples: PoseSample[] = [];
  const annotations: CocoKeypointAnnotation[] = [];
  const { skeleton } = categories;
  if (skeleton) readAnnotations();
  return {
    skeleton,
    samples,
    groundTruth: {
      images: [...images.values()],
      annotations,
      categories: categories.withKeypoints,
    },
    problems: report.problems,
  };

  function readAnnotations(): void {
    const people = new Set(categories.withKeypoints.map(({ id }) => id));
    const ids = new Set<number>();
    let areasMissing = 0;
    rows.forEach((row, i) => {
      const path = `annotations[${i}]`;
      if (!isObject(row)) {
        report.error('WRONG_TYPE', path, `expected an object, got ${show(row)}`);
        return;
      }
      const category = row.category_id;
      if (typeof category === 'number' && !people.has(category)) {
        if (categories.ids.has(category)) return; // a car, a dog: not ours
        const place = `${path}.category_id`;
        report.error('UNKNOWN_CATEGORY', place, `no category has the id ${category}`);
        return;
      }
      const read = readAnnotation(row, path, images, skeleton!.keypoints.length, report);
      if (!read) return;
      if (ids.has(read.annotation.id)) {
        report.error('DUPLICATE_ID', path, `id ${read.annotation.id} was used before`);
        return;
      }
      ids.add(read.annotation.id);
      annotations.push(read.annotation);
      if (read.areaMissing) areasMissing++;
      if (read.sample) samples.push(read.sample);
    });
    if (areasMissing > 0) {
      const message = `${areasMissing} have no 'area'; ${AREA_OF_BOX} of the box is used`;
      report.warning('MISSING_FIELD', 'annotations', message);
    }
    if (samples.length === 0) {
      report.error('NO_SAMPLES', 'annotations', 'no person has a labelled keypoint');
    }
  }
}

const LISTS = ['images', 'annotations', 'categories'] as const;

function readTop(
  json: unknown,
  report: Report,
): Record<(typeof LISTS)[number], readonly unknown[]> {
  const lists = { images: [], annotations: [], categories: [] } as Record<string, unknown[]>;
  if (!isObject(json)) {
    const expected = 'expected an object with images, annotations and categories';
    report.error(
      'NOT_COCO',
      '$',
      `${expected}, got ${Array.isArray(json) ? 'a list' : show(json)}`,
    );
    return lists as never;
  }
  for (const name of LISTS) {
    const value = json[name];
    if (Array.isArray(value)) lists[name] = value;
    else report.error('NOT_COCO', name, `expected a list, got ${show(value)}`);
  }
  return lists as never;
}
