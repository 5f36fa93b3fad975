import type { CocoImage, CocoKeypointAnnotation, CocoSegmentation, PoseSample } from '../types.js';
import {
  type Fields,
  finiteNumbers,
  isObject,
  isUsable,
  type Report,
  show,
  wholeNumber,
} from './report.js';

/** Share of its box that a person covers on average; stands in for a missing area (CrowdPose has none). */
export const AREA_OF_BOX = 0.53;

/** COCO-WholeBody's keypoints when they stand in one list: COCO's 17, then feet, face and hands. */
const WHOLE_BODY = 133;
const BODY = 17;

/** Rounded boxes and points may stick out this far, in pixels, before they are called outside. */
const SLACK = 1;

export interface ReadAnnotation {
  readonly annotation: CocoKeypointAnnotation;
  readonly image: CocoImage;
  /** False for crowds and for people without a labelled keypoint. */
  readonly trainable: boolean;
  readonly areaMissing: boolean;
}

export interface AnnotationContext {
  readonly images: ReadonlyMap<number, CocoImage>;
  /** K. */
  readonly keypoints: number;
  /** What the first pixel's centre is called. */
  readonly base: 0 | 1;
  readonly report: Report;
}

/** Reads one person; undefined when an error was reported. */
export function readAnnotation(
  fields: Fields,
  path: string,
  { images, keypoints, base, report }: AnnotationContext,
): ReadAnnotation | undefined {
  const before = report.problems.length;
  const id = wholeNumber(fields, 'id', path, report);
  const imageId = wholeNumber(fields, 'image_id', path, report);
  const categoryId = wholeNumber(fields, 'category_id', path, report);
  const image = imageId === undefined ? undefined : images.get(imageId);
  if (imageId !== undefined && !image) {
    report.error('UNKNOWN_IMAGE', `${path}.image_id`, `no image has the id ${imageId}`);
  }
  const crowd = readCrowd(fields, path, report);
  const triplets = countFromZero(readKeypoints(fields, path, keypoints, report), base);
  const partial = isWholeBody(fields.keypoints, keypoints);
  const bbox = readBox(fields, path, base, report);
  const area = readArea(fields, path, report);
  const failed = report.problems.slice(before).some(({ severity }) => severity === 'error');
  if (failed || !triplets || !bbox || !image || id === undefined) return undefined;

  const labelled = countLabelled(triplets);
  const trainable = crowd === 0 && labelled > 0;
  const boxUsable = checkBox(bbox, image, path, trainable, report);
  if (trainable && !boxUsable) return undefined;
  checkKeypointPlaces(triplets, image, path, report);
  const usedArea = area ?? AREA_OF_BOX * bbox[2] * bbox[3];
  if (trainable && !(usedArea > 0)) {
    report.warning('EMPTY_AREA', `${path}.area`, `expected an area above 0, got ${usedArea}`);
  }
  const annotation: CocoKeypointAnnotation = {
    id,
    image_id: image.id,
    category_id: categoryId!,
    iscrowd: crowd,
    num_keypoints: partial ? labelled : readCount(fields, labelled, path, report),
    keypoints: triplets,
    bbox,
    area: usedArea,
    ...(isSegmentation(fields.segmentation) ? { segmentation: fields.segmentation } : {}),
  };
  return { annotation, image, trainable, areaMissing: area === undefined };
}

/** A person to train on. */
export function sampleOf({ annotation, image }: ReadAnnotation): PoseSample {
  const triplets = annotation.keypoints;
  const count = triplets.length / 3;
  const keypoints = new Float32Array(count * 2);
  const visibility = new Uint8Array(count);
  for (let k = 0; k < count; k++) {
    keypoints[2 * k] = triplets[3 * k]!;
    keypoints[2 * k + 1] = triplets[3 * k + 1]!;
    visibility[k] = triplets[3 * k + 2]!;
  }
  const [x, y, width, height] = annotation.bbox;
  return {
    id: annotation.id,
    imageId: image.id,
    file: image.file_name,
    imageSize: { width: image.width, height: image.height },
    keypoints,
    visibility,
    box: { x, y, width, height },
    area: annotation.area,
    ...(image.crowdIndex === undefined ? {} : { crowdIndex: image.crowdIndex }),
  };
}

/** Labelled keypoints of a file that counts pixels from 1, counted from 0. */
function countFromZero(triplets: number[] | undefined, base: 0 | 1): number[] | undefined {
  if (base === 0 || !triplets) return triplets;
  return triplets.map((value, i) => {
    const axis = i % 3;
    return axis < 2 && triplets[i - axis + 2]! > 0 ? value - base : value;
  });
}

function isSegmentation(value: unknown): value is CocoSegmentation {
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) && Array.isArray(value.size);
}

/** Whether a list has feet, face and hands behind the keypoints that the categories name. */
function isWholeBody(values: unknown, count: number): boolean {
  return count === BODY && Array.isArray(values) && values.length === 3 * WHOLE_BODY;
}

function readCrowd(fields: Fields, path: string, report: Report): 0 | 1 {
  const { iscrowd = 0 } = fields;
  if (iscrowd === 0 || iscrowd === false) return 0;
  if (iscrowd === 1 || iscrowd === true) return 1;
  report.error('WRONG_TYPE', `${path}.iscrowd`, `expected 0 or 1, got ${show(iscrowd)}`);
  return 0;
}

function readKeypoints(
  fields: Fields,
  path: string,
  count: number,
  report: Report,
): number[] | undefined {
  const all = finiteNumbers(fields, 'keypoints', path, report);
  if (!all) return undefined;
  const values = isWholeBody(all, count) ? all.slice(0, 3 * count) : all;
  if (values.length !== 3 * count) {
    report.error(
      'KEYPOINT_COUNT',
      `${path}.keypoints`,
      `expected ${3 * count} numbers (x, y, visibility of ${count} keypoints), got ${values.length}`,
    );
    return undefined;
  }
  let good = true;
  for (let i = 2; i < values.length; i += 3) {
    if (values[i] === 0 || values[i] === 1 || values[i] === 2) continue;
    good = false;
    const at = `${path}.keypoints[${i}]`;
    report.error('BAD_VISIBILITY', at, `expected visibility 0, 1 or 2, got ${values[i]}`);
  }
  return good ? values : undefined;
}

function readBox(
  fields: Fields,
  path: string,
  base: 0 | 1,
  report: Report,
): [number, number, number, number] | undefined {
  const values = finiteNumbers(fields, 'bbox', path, report);
  if (!values) return undefined;
  if (values.length === 4) {
    const [x, y, width, height] = values as [number, number, number, number];
    return [x - base, y - base, width, height];
  }
  const got = `expected x, y, width, height, got ${values.length} numbers`;
  report.error('WRONG_TYPE', `${path}.bbox`, got);
  return undefined;
}

function readArea(fields: Fields, path: string, report: Report): number | undefined {
  const { area } = fields;
  if (area === undefined || area === null) return undefined;
  if (isUsable(area)) return area;
  report.error('NON_FINITE', `${path}.area`, `expected a finite number, got ${show(area)}`);
  return undefined;
}

/** The file's own count, on which evaluation depends, unless it has none. */
function readCount(fields: Fields, labelled: number, path: string, report: Report): number {
  const { num_keypoints: stated } = fields;
  if (stated === undefined) return labelled;
  if (stated !== labelled) {
    report.warning(
      'COUNT_DISAGREES',
      `${path}.num_keypoints`,
      `says ${show(stated)}, but ${labelled} keypoints have a visibility above 0`,
    );
  }
  return typeof stated === 'number' ? stated : labelled;
}

function countLabelled(triplets: readonly number[]): number {
  let count = 0;
  for (let i = 2; i < triplets.length; i += 3) if (triplets[i]! > 0) count++;
  return count;
}

function checkBox(
  [x, y, width, height]: readonly [number, number, number, number],
  image: CocoImage,
  path: string,
  trainable: boolean,
  report: Report,
): boolean {
  const tell = trainable ? report.error : report.warning;
  if (!(width > 0 && height > 0)) {
    tell(
      'EMPTY_BOX',
      `${path}.bbox`,
      `expected a width and height above 0, got ${width} x ${height}`,
    );
    return false;
  }
  if (x >= image.width || y >= image.height || x + width <= 0 || y + height <= 0) {
    const place = `[${[x, y, width, height].join(', ')}] lies outside the ${image.width} x ${image.height} image`;
    tell('BOX_OUTSIDE_IMAGE', `${path}.bbox`, place);
    return false;
  }
  return true;
}

function checkKeypointPlaces(
  triplets: readonly number[],
  { width, height }: CocoImage,
  path: string,
  report: Report,
): void {
  const outside: number[] = [];
  for (let k = 0; 3 * k < triplets.length; k++) {
    const [x, y, visibility] = [triplets[3 * k]!, triplets[3 * k + 1]!, triplets[3 * k + 2]!];
    const inside = x >= -SLACK && y >= -SLACK && x <= width - 1 + SLACK && y <= height - 1 + SLACK;
    if (visibility > 0 && !inside) outside.push(k);
  }
  if (outside.length === 0) return;
  report.warning(
    'KEYPOINT_OUTSIDE_IMAGE',
    `${path}.keypoints`,
    `labelled keypoints ${outside.join(', ')} lie outside the ${width} x ${height} image`,
  );
}
