import type { Skeleton } from '@pose-distill/skeletons';
import { type DatasetProblem, throwOnErrors } from '../error.js';
import type { CocoImage, CocoKeypointFile, PoseSample } from '../types.js';
import { AREA_OF_BOX } from './annotation.js';
import { createReport, finiteNumbers, isObject, isUsable, type Report, show } from './report.js';

export interface ParseDetectionsOptions {
  readonly skeleton: Skeleton;
  /** The annotations of the same pictures, or a table of them by id. */
  readonly images: CocoKeypointFile['images'] | ReadonlyMap<number, CocoImage>;
  /** Categories that are people. @default [1] */
  readonly categories?: readonly number[];
  /** Detections with a lower score are not taken. @default 0 */
  readonly minimumScore?: number;
  /** Name of the file for messages. @default 'The detection file' */
  readonly file?: string;
  /** @default 'throw' */
  readonly onBadRecord?: 'throw' | 'skip';
}

export interface ParsedDetections {
  /** One a detected person, without keypoints (visibility 0), with `score`. File order, ids counted from 1. */
  readonly samples: readonly PoseSample[];
  readonly problems: readonly DatasetProblem[];
  readonly skippedRecords: number;
}

/**
 * Reads a person detector's boxes in COCO's results form (already parsed JSON): `[{ image_id, category_id, bbox, score }]`.
 * They become samples to predict on; boxes stay as detected. Detections of pictures that are not among `images` are errors.
 *
 * @throws DatasetError `BAD_ANNOTATION` once for all errors.
 * @example
 * const { groundTruth, skeleton } = parseCocoKeypoints(annotations);
 * const { samples } = parseDetections(json, { skeleton, images: groundTruth.images });
 * samples[0].score; // 0.99997
 */
export function parseDetections(json: unknown, options: ParseDetectionsOptions): ParsedDetections {
  const { skeleton, categories = [1], minimumScore = 0, file = 'The detection file' } = options;
  const images =
    'get' in options.images
      ? options.images
      : new Map(options.images.map((image) => [image.id, image] as const));
  const report = createReport();
  const samples: PoseSample[] = [];
  let skippedRecords = 0;
  if (!Array.isArray(json)) {
    const expected = 'expected a list of { image_id, category_id, bbox, score }';
    report.error('NOT_DETECTIONS', '$', `${expected}, got ${show(json)}`);
    throwOnErrors(report.problems, file, 'Name a file of COCO results.');
    return { samples, problems: report.problems, skippedRecords };
  }
  json.forEach((row, i) => {
    const read = readDetection(row, `[${i}]`, i + 1, images, skeleton.keypoints.length, report);
    if (!read) skippedRecords++;
    else if (categories.includes(read.category) && read.sample.score! >= minimumScore) {
      samples.push(read.sample);
    }
  });
  if (options.onBadRecord !== 'skip' || samples.length === 0) {
    const advice =
      "Correct the file, or pass { onBadRecord: 'skip' } to go on without these records.";
    throwOnErrors(report.problems, file, advice);
  }
  return { samples, problems: report.problems, skippedRecords };
}

function readDetection(
  row: unknown,
  path: string,
  id: number,
  images: ReadonlyMap<number, CocoImage>,
  keypointCount: number,
  report: Report,
): { readonly sample: PoseSample; readonly category: number } | undefined {
  if (!isObject(row)) {
    report.error('WRONG_TYPE', path, `expected an object, got ${show(row)}`);
    return undefined;
  }
  const { image_id: imageId, category_id: category = 1, score } = row;
  const image = images.get(imageId as number);
  if (!image) {
    report.error('UNKNOWN_IMAGE', `${path}.image_id`, `no image has the id ${show(imageId)}`);
    return undefined;
  }
  const bbox = finiteNumbers(row, 'bbox', path, report);
  if (!bbox) return undefined;
  if (bbox.length !== 4 || !(bbox[2]! > 0 && bbox[3]! > 0)) {
    const message = `expected x, y and a width and height above 0, got ${show(bbox)}`;
    report.error('EMPTY_BOX', `${path}.bbox`, message);
    return undefined;
  }
  if (!isUsable(score) || typeof category !== 'number') {
    const got = `got ${show(score)} and ${show(category)}`;
    report.error('WRONG_TYPE', path, `expected numbers in 'score' and 'category_id', ${got}`);
    return undefined;
  }
  const [x, y, width, height] = bbox as [number, number, number, number];
  const sample: PoseSample = {
    id,
    imageId: image.id,
    file: image.file_name,
    imageSize: { width: image.width, height: image.height },
    keypoints: new Float32Array(2 * keypointCount),
    visibility: new Uint8Array(keypointCount),
    box: { x, y, width, height },
    area: AREA_OF_BOX * width * height,
    score,
    ...(image.crowdIndex === undefined ? {} : { crowdIndex: image.crowdIndex }),
  };
  return { sample, category };
}
