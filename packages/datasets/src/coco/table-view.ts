import { type Skeleton, skeletonFromKeypoints } from '@pose-distill/skeletons';
import { lazyList } from '../lazy-list.js';
import type { ParsedAnnotations } from '../parsed.js';
import type { CocoImage, CocoKeypointAnnotation, CocoKeypointFile, PoseSample } from '../types.js';
import type { CocoTable } from './table.js';

/** Annotations that live in columns of numbers; people become objects when they are looked at. */
export interface ViewedTable extends ParsedAnnotations {
  /** Names of the pictures that have people to train on, each once. */
  readonly files: readonly string[];
  /** People to train on whose pictures are kept. */
  samplesOf(keep: (file: string) => boolean): readonly PoseSample[];
  /** Where an annotation stands in its file. */
  placeOf(id: number): { readonly offset: number; readonly length: number } | undefined;
}

export function viewTable(table: CocoTable): ViewedTable {
  const { columns, categories, problems, skippedRecords } = table;
  const skeleton: Skeleton = skeletonFromKeypoints(categories[0]!.keypoints);
  const K = skeleton.keypoints.length;
  const decoder = new TextDecoder();
  const names = new Array<string | undefined>(columns.imageIds.length);
  let groundTruth: CocoKeypointFile | undefined;
  let places: Map<number, number> | undefined;

  const { nameBytes, nameStarts } = columns;
  // One text cut up is much faster than many decoded; its places are the bytes' where all of it is ASCII.
  const text = decoder.decode(nameBytes);
  const nameOf = (image: number): string => {
    const [from, to] = [nameStarts[image]!, nameStarts[image + 1]!];
    names[image] ??=
      text.length === nameBytes.length
        ? text.slice(from, to)
        : decoder.decode(nameBytes.subarray(from, to));
    return names[image]!;
  };
  const imageOf = (row: number): CocoImage => {
    const crowdIndex = columns.crowdIndices[row];
    return {
      id: columns.imageIds[row]!,
      file_name: nameOf(row),
      width: columns.imageSizes[2 * row]!,
      height: columns.imageSizes[2 * row + 1]!,
      ...(crowdIndex === undefined || Number.isNaN(crowdIndex) ? {} : { crowdIndex }),
    };
  };
  const boxOf = (person: number): [number, number, number, number] => {
    const { boxes } = columns;
    const at = 4 * person;
    return [boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!];
  };
  const sampleOf = (person: number): PoseSample => {
    const image = columns.images[person]!;
    const row = columns.rows[person]!;
    const [x, y, width, height] = boxOf(person);
    const crowdIndex = columns.crowdIndices[image];
    return {
      id: columns.ids[person]!,
      imageId: columns.imageIds[image]!,
      file: nameOf(image),
      imageSize: {
        width: columns.imageSizes[2 * image]!,
        height: columns.imageSizes[2 * image + 1]!,
      },
      keypoints: new Float32Array(columns.keypoints.subarray(2 * K * row, 2 * K * (row + 1))),
      visibility: columns.visibility.slice(K * row, K * (row + 1)),
      box: { x, y, width, height },
      area: columns.areas[person]!,
      ...(crowdIndex === undefined || Number.isNaN(crowdIndex) ? {} : { crowdIndex }),
    };
  };
  const samplesOf = (people: Uint32Array): readonly PoseSample[] =>
    lazyList(people.length, (index) => sampleOf(people[index]!));
  const annotationAt = (person: number): CocoKeypointAnnotation => {
    const row = columns.rows[person]!;
    const keypoints = new Array<number>(3 * K).fill(0);
    for (let k = 0; row >= 0 && k < K; k++) {
      keypoints[3 * k] = columns.keypoints[2 * (K * row + k)]!;
      keypoints[3 * k + 1] = columns.keypoints[2 * (K * row + k) + 1]!;
      keypoints[3 * k + 2] = columns.visibility[K * row + k]!;
    }
    return {
      id: columns.ids[person]!,
      image_id: columns.imageIds[columns.images[person]!]!,
      category_id: columns.categories[person]!,
      iscrowd: columns.crowds[person] === 1 ? 1 : 0,
      num_keypoints: columns.counts[person]!,
      keypoints,
      bbox: boxOf(person),
      area: columns.areas[person]!,
    };
  };

  return {
    skeleton,
    problems,
    skippedRecords,
    samples: samplesOf(columns.samples),
    samplesOf: (keep) =>
      samplesOf(columns.samples.filter((person) => keep(nameOf(columns.images[person]!)))),
    get groundTruth() {
      groundTruth ??= {
        images: Array.from(columns.imageIds, (_, row) => imageOf(row)),
        annotations: Array.from(columns.ids, (_, person) => annotationAt(person)),
        categories,
      };
      return groundTruth;
    },
    get files() {
      const wanted = new Uint8Array(columns.imageIds.length);
      for (const person of columns.samples) wanted[columns.images[person]!] = 1;
      const files: string[] = [];
      for (let row = 0; row < wanted.length; row++) if (wanted[row]) files.push(nameOf(row));
      return files;
    },
    placeOf(id) {
      places ??= new Map(Array.from(columns.ids, (known, person) => [known, person] as const));
      const person = places.get(id);
      if (person === undefined) return undefined;
      return { offset: columns.recordOffsets[person]!, length: columns.recordLengths[person]! };
    },
  };
}
