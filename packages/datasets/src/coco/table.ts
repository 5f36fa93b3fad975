import type { DatasetProblem } from '../error.js';
import type { CocoImage, CocoKeypointCategory } from '../types.js';
import type { ReadAnnotation } from './annotation.js';
import { createColumn } from './growing.js';

/** Columns of an annotation file. N images, P people, R of them with keypoints, K keypoints. */
export interface CocoColumns {
  /** [N] */
  readonly imageIds: Float64Array;
  /** [N*2] width, height */
  readonly imageSizes: Uint32Array;
  /** [N] NaN where not stated; empty when it is nowhere. */
  readonly crowdIndices: Float64Array;
  /** File names, UTF-8, one after another, */
  readonly nameBytes: Uint8Array;
  /** [N+1] and where each begins. */
  readonly nameStarts: Uint32Array;
  /** [P] */
  readonly ids: Float64Array;
  /** [P] number of the image in the table */
  readonly images: Uint32Array;
  /** [P] */
  readonly categories: Float64Array;
  /** [P] */
  readonly crowds: Uint8Array;
  /** [P] the file's own count */
  readonly counts: Float64Array;
  /** [P*4] x, y, width, height */
  readonly boxes: Float64Array;
  /** [P] */
  readonly areas: Float64Array;
  /** [P] row of the keypoints, -1 where all are zero */
  readonly rows: Int32Array;
  /** [R*K*2] single precision where that is exact for all */
  readonly keypoints: Float32Array | Float64Array;
  /** [R*K] */
  readonly visibility: Uint8Array;
  /** [P] first byte of the record in the file */
  readonly recordOffsets: Float64Array;
  /** [P] */
  readonly recordLengths: Uint32Array;
  /** [S] people to train on */
  readonly samples: Uint32Array;
}

/** An annotation file as columns of numbers: small, quick to write and to read. */
export interface CocoTable {
  /** Whether the categories say what the keypoints are. */
  readonly hasSkeleton: boolean;
  readonly categories: readonly CocoKeypointCategory[];
  readonly problems: readonly DatasetProblem[];
  readonly skippedRecords: number;
  readonly columns: CocoColumns;
}

export interface TableBuilder {
  addImage(image: CocoImage): void;
  /** `offset` and `length` of the record in the file, in bytes. */
  addPerson(read: ReadAnnotation, offset: number, length: number): void;
  take(
    rest: Pick<CocoTable, 'hasSkeleton' | 'categories' | 'problems' | 'skippedRecords'>,
  ): CocoTable;
}

export function createTableBuilder(): TableBuilder {
  const encoder = new TextEncoder();
  const imageRows = new Map<number, number>();
  const imageIds = createColumn(Float64Array);
  const imageSizes = createColumn(Uint32Array);
  const crowdIndices = createColumn(Float64Array);
  const nameBytes = createColumn(Uint8Array);
  const nameStarts = createColumn(Uint32Array);
  const ids = createColumn(Float64Array);
  const images = createColumn(Uint32Array);
  const categoryIds = createColumn(Float64Array);
  const crowds = createColumn(Uint8Array);
  const counts = createColumn(Float64Array);
  const boxes = createColumn(Float64Array);
  const areas = createColumn(Float64Array);
  const rows = createColumn(Int32Array);
  const keypoints = createColumn(Float64Array);
  const visibility = createColumn(Uint8Array);
  const recordOffsets = createColumn(Float64Array);
  const recordLengths = createColumn(Uint32Array);
  const samples = createColumn(Uint32Array);
  let crowded = false;
  let single = true;
  let keypointRows = 0;
  nameStarts.push(0);

  return {
    addImage({ id, file_name: name, width, height, crowdIndex }) {
      imageRows.set(id, imageIds.length);
      imageIds.push(id);
      imageSizes.push(width);
      imageSizes.push(height);
      crowdIndices.push(crowdIndex ?? Number.NaN);
      crowded ||= crowdIndex !== undefined;
      nameBytes.pushAll(encoder.encode(name));
      nameStarts.push(nameBytes.length);
    },
    addPerson({ annotation, trainable }, offset, length) {
      if (trainable) samples.push(ids.length);
      ids.push(annotation.id);
      images.push(imageRows.get(annotation.image_id)!);
      categoryIds.push(annotation.category_id);
      crowds.push(annotation.iscrowd);
      counts.push(annotation.num_keypoints);
      boxes.pushAll(annotation.bbox);
      areas.push(annotation.area);
      recordOffsets.push(offset);
      recordLengths.push(length);
      const triplets = annotation.keypoints;
      let zero = true;
      for (let i = 0; zero && i < triplets.length; i++) zero = triplets[i] === 0;
      if (zero) {
        rows.push(-1);
        return;
      }
      rows.push(keypointRows++);
      for (let i = 0; i < triplets.length; i += 3) {
        const [x, y] = [triplets[i]!, triplets[i + 1]!];
        single &&= Math.fround(x) === x && Math.fround(y) === y;
        keypoints.push(x);
        keypoints.push(y);
        visibility.push(triplets[i + 2]!);
      }
    },
    take(rest) {
      const coordinates = keypoints.take();
      return {
        ...rest,
        columns: {
          imageIds: imageIds.take(),
          imageSizes: imageSizes.take(),
          crowdIndices: crowded ? crowdIndices.take() : new Float64Array(0),
          nameBytes: nameBytes.take(),
          nameStarts: nameStarts.take(),
          ids: ids.take(),
          images: images.take(),
          categories: categoryIds.take(),
          crowds: crowds.take(),
          counts: counts.take(),
          boxes: boxes.take(),
          areas: areas.take(),
          rows: rows.take(),
          keypoints: single ? Float32Array.from(coordinates) : coordinates,
          visibility: visibility.take(),
          recordOffsets: recordOffsets.take(),
          recordLengths: recordLengths.take(),
          samples: samples.take(),
        },
      };
    },
  };
}
