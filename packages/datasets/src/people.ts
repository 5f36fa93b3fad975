import type { Box, Size } from '@pose-distill/heatmap-decode';
import type { Skeleton } from '@pose-distill/skeletons';
import { AREA_OF_BOX } from './coco/annotation.js';
import { createReport, isUsable, type Report, show } from './coco/report.js';
import type { DatasetProblem } from './error.js';
import { unsafeFileName } from './file-name.js';
import type { CheckedAnnotations, CheckOptions } from './parsed.js';
import type { CocoImage, CocoKeypointAnnotation, PoseSample } from './types.js';

/** A person as a reader of a data set's own form finds it. Pixels count from 0. */
export interface RawPerson {
  /** Where it stands in the file, for messages. */
  readonly path: string;
  readonly file: string;
  /** @default its number among those added */
  readonly id?: number | undefined;
  /** [K*2] */
  readonly keypoints: ArrayLike<number>;
  /** [K] 0, 1, 2 */
  readonly visibility: ArrayLike<number>;
  /** @default the labelled keypoints and a margin */
  readonly box?: Box | undefined;
  readonly scale?: number | undefined;
  readonly headBox?: Box | undefined;
}

/** Share of the longer side by which the extent of keypoints is grown on each side to stand in for a box. */
const MARGIN = 0.125;

/** People of forms that have no table of images, ids or areas. */
export interface People {
  readonly report: Report;
  /** Adds a person, or reports why not. `false`: the reader reported that the record cannot be used. */
  add(person: RawPerson | false): void;
  /** Pictures of people with a labelled keypoint, each once. */
  files(): readonly string[];
  /** What COCO's form would have said, now that nobody comes any more. */
  finish(imageSize?: CheckOptions['imageSize']): CheckedAnnotations;
}

export function createPeople(skeleton: Skeleton): People {
  const report = createReport();
  const people: (RawPerson & { readonly id: number })[] = [];
  let seen = 0;
  let bad = 0;
  return {
    report,
    add(person) {
      seen++;
      if (person && isSound(person, report)) people.push({ ...person, id: person.id ?? seen });
      else bad++;
    },
    files: () => [...new Set(people.filter(isLabelled).map(({ file }) => file))],
    finish(imageSize) {
      const images = new Map<string, CocoImage>();
      const imageIds = new Set<number>();
      const annotations: CocoKeypointAnnotation[] = [];
      const samples: PoseSample[] = [];
      let skippedRecords = bad;
      for (const person of people) {
        const { file, path } = person;
        const size = imageSize?.(file) ?? { width: 0, height: 0 };
        const known = images.get(file);
        const image = known ?? { id: freeId(file, imageIds), file_name: file, ...size };
        images.set(file, image);
        const sample = sampleOf(person, person.id, image);
        const labelled = sample.visibility.reduce((sum, v) => sum + (v > 0 ? 1 : 0), 0);
        if (labelled > 0 && !(sample.box.width > 0 && sample.box.height > 0)) {
          const message = 'has no box, and too few labelled keypoints to make one';
          report.error('EMPTY_BOX', path, message);
          skippedRecords++;
          continue;
        }
        warnOutside(sample, path, report);
        annotations.push(annotationOf(sample, labelled));
        if (labelled > 0) samples.push(sample);
      }
      if (samples.length === 0) {
        report.error('NO_SAMPLES', '$', 'no person has a labelled keypoint');
      }
      const { keypoints, limbs } = skeleton;
      const limbsFromOne = limbs.map(([a, b]) => [a + 1, b + 1] as const);
      const categories = [{ id: 1, name: 'person', keypoints, skeleton: limbsFromOne }];
      const groundTruth = { images: [...images.values()], annotations, categories };
      const problems: readonly DatasetProblem[] = report.problems;
      return { skeleton, samples, groundTruth, problems, skippedRecords };
    },
  };
}

function isLabelled({ visibility }: RawPerson): boolean {
  for (let k = 0; k < visibility.length; k++) if (visibility[k]! > 0) return true;
  return false;
}

/** The number in a picture's name (`im0007.jpg`: 7), or the next that is free. */
function freeId(file: string, taken: Set<number>): number {
  const digits = /(\d{1,15})\D*$/.exec(file)?.[1];
  let id = digits === undefined ? taken.size + 1 : Number(digits);
  while (taken.has(id)) id++;
  taken.add(id);
  return id;
}

function isSound({ file, path, keypoints, visibility, box }: RawPerson, report: Report): boolean {
  const unsafe = unsafeFileName(file);
  if (unsafe !== undefined) {
    report.error('UNSAFE_PATH', path, `${show(file)} ${unsafe}`);
    return false;
  }
  for (let k = 0; k < visibility.length; k++) {
    if (visibility[k] === 0) continue;
    if (isUsable(keypoints[2 * k]) && isUsable(keypoints[2 * k + 1])) continue;
    const place = `(${show(keypoints[2 * k])}, ${show(keypoints[2 * k + 1])})`;
    report.error('NON_FINITE', `${path}, keypoint ${k}`, `expected finite numbers, got ${place}`);
    return false;
  }
  if (!box || Object.values(box).every(isUsable)) return true;
  report.error('NON_FINITE', path, `expected a finite box, got ${show(box)}`);
  return false;
}

function sampleOf(person: RawPerson, id: number, image: CocoImage): PoseSample {
  const { width, height } = image;
  const keypoints = Float32Array.from(person.keypoints);
  const visibility = Uint8Array.from(person.visibility);
  visibility.forEach((value, k) => {
    if (value === 0) keypoints.fill(0, 2 * k, 2 * k + 2);
  });
  const around = clip(extent(keypoints, visibility), { width, height });
  const box = person.box ?? around;
  const covered = around.width * around.height || box.width * box.height;
  return {
    id,
    imageId: image.id,
    file: image.file_name,
    imageSize: { width, height },
    keypoints,
    visibility,
    box,
    area: AREA_OF_BOX * covered,
    ...(person.scale === undefined ? {} : { scale: person.scale }),
    ...(person.headBox ? { headBox: person.headBox } : {}),
  };
}

/** The labelled keypoints and a margin of an eighth of the longer side. */
function extent(keypoints: ArrayLike<number>, visibility: ArrayLike<number>): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < visibility.length; k++) {
    if (visibility[k] === 0) continue;
    left = Math.min(left, keypoints[2 * k]!);
    right = Math.max(right, keypoints[2 * k]!);
    top = Math.min(top, keypoints[2 * k + 1]!);
    bottom = Math.max(bottom, keypoints[2 * k + 1]!);
  }
  if (left > right) return { x: 0, y: 0, width: 0, height: 0 };
  const margin = MARGIN * Math.max(right - left, bottom - top);
  return {
    x: left - margin,
    y: top - margin,
    width: right - left + 2 * margin,
    height: bottom - top + 2 * margin,
  };
}

function clip(box: Box, { width, height }: Size): Box {
  if (width === 0) return box;
  const [left, top] = [Math.max(0, box.x), Math.max(0, box.y)];
  const right = Math.min(width, box.x + box.width);
  const bottom = Math.min(height, box.y + box.height);
  // Somebody wholly outside keeps the box that says so.
  if (right <= left || bottom <= top) return box;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function warnOutside({ box, imageSize }: PoseSample, path: string, report: Report): void {
  const { width, height } = imageSize;
  if (width === 0 || box.width === 0) return;
  if (box.x < width && box.y < height && box.x + box.width > 0 && box.y + box.height > 0) return;
  const place = [box.x, box.y, box.width, box.height].join(', ');
  report.warning(
    'BOX_OUTSIDE_IMAGE',
    path,
    `[${place}] lies outside the ${width} x ${height} image`,
  );
}

function annotationOf(sample: PoseSample, labelled: number): CocoKeypointAnnotation {
  const { x, y, width, height } = sample.box;
  const triplets: number[] = [];
  sample.visibility.forEach((v, k) => {
    triplets.push(sample.keypoints[2 * k]!, sample.keypoints[2 * k + 1]!, v);
  });
  return {
    id: sample.id,
    image_id: sample.imageId,
    category_id: 1,
    iscrowd: 0,
    num_keypoints: labelled,
    keypoints: triplets,
    bbox: [x, y, width, height],
    area: sample.area,
  };
}
