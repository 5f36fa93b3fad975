import type { Skeleton } from '@pose-distill/skeletons';
import type { DatasetProblem } from '../error.js';
import type { CocoImage, CocoKeypointCategory } from '../types.js';
import { AREA_OF_BOX, type ReadAnnotation, readAnnotation } from './annotation.js';
import { type Categories, readCategories } from './categories.js';
import { readImage } from './images.js';
import { createReport, isObject, type Report, show } from './report.js';

/** Takes an annotation file in pieces: categories and images first, then annotations, each in the order of the file. */
export interface CocoReader {
  readonly report: Report;
  readonly problems: readonly DatasetProblem[];
  readonly skeleton: Skeleton | undefined;
  readonly withKeypoints: readonly CocoKeypointCategory[];
  /** Usable images by id, in the order of the file. */
  readonly images: ReadonlyMap<number, CocoImage>;
  /** Images and annotations left out because of errors. */
  readonly skippedRecords: number;
  readCategories(values: readonly unknown[]): void;
  readImages(values: readonly unknown[], firstIndex: number): void;
  /** `take` gets each person, and the number of its record. */
  readAnnotations(
    values: readonly unknown[],
    firstIndex: number,
    take: (read: ReadAnnotation, index: number) => void,
  ): void;
  /** Reports what only the whole file shows. */
  finish(): void;
}

export function createCocoReader({ base = 0 }: { readonly base?: 0 | 1 } = {}): CocoReader {
  const report = createReport();
  const images = new Map<number, CocoImage>();
  const ids = new Set<number>();
  let categories: Categories = { withKeypoints: [], ids: new Set(), skeleton: undefined };
  let people: ReadonlySet<number> = new Set();
  let skippedRecords = 0;
  let areasMissing = 0;
  let samples = 0;

  /** The person in a record; undefined for another category's, null when an error was reported. */
  const read = (row: unknown, path: string): ReadAnnotation | null | undefined => {
    if (!isObject(row)) {
      report.error('WRONG_TYPE', path, `expected an object, got ${show(row)}`);
      return null;
    }
    const category = row.category_id;
    if (typeof category === 'number' && !people.has(category)) {
      if (categories.ids.has(category)) return undefined; // a car, a dog: not ours
      report.error('UNKNOWN_CATEGORY', `${path}.category_id`, `no category has the id ${category}`);
      return null;
    }
    const keypoints = categories.skeleton!.keypoints.length;
    const found = readAnnotation(row, path, { images, keypoints, base, report });
    if (!found) return null;
    if (ids.has(found.annotation.id)) {
      report.error('DUPLICATE_ID', path, `id ${found.annotation.id} was used before`);
      return null;
    }
    ids.add(found.annotation.id);
    return found;
  };

  return {
    report,
    images,
    problems: report.problems,
    get skeleton() {
      return categories.skeleton;
    },
    get withKeypoints() {
      return categories.withKeypoints;
    },
    get skippedRecords() {
      return skippedRecords;
    },
    readCategories(values) {
      categories = readCategories(values, report);
      people = new Set(categories.withKeypoints.map(({ id }) => id));
    },
    readImages(values, firstIndex) {
      for (let i = 0; i < values.length; i++) {
        const path = `images[${firstIndex + i}]`;
        const image = readImage(values[i], path, report);
        if (image && !images.has(image.id)) {
          images.set(image.id, image);
          continue;
        }
        if (image) report.error('DUPLICATE_ID', path, `id ${image.id} was used before`);
        skippedRecords++;
      }
    },
    readAnnotations(values, firstIndex, take) {
      if (!categories.skeleton) return;
      for (let i = 0; i < values.length; i++) {
        const found = read(values[i], `annotations[${firstIndex + i}]`);
        if (found === null) skippedRecords++;
        if (!found) continue;
        if (found.areaMissing) areasMissing++;
        if (found.trainable) samples++;
        take(found, firstIndex + i);
      }
    },
    finish() {
      if (areasMissing > 0) {
        const message = `${areasMissing} have no 'area'; ${AREA_OF_BOX} of the box is used`;
        report.warning('MISSING_FIELD', 'annotations', message);
      }
      if (categories.skeleton && samples === 0) {
        report.error('NO_SAMPLES', 'annotations', 'no person has a labelled keypoint');
      }
    },
  };
}
