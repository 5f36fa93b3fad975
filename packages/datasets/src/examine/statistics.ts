import type { PoseDataset, PoseSample } from '../types.js';
import { personSize } from './sides.js';

/** Five numbers of a distribution; absent when nothing was counted. */
export interface Spread {
  readonly least: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly most: number;
}

/** How often one keypoint is labelled. */
export interface KeypointCount {
  readonly name: string;
  /** Labelled, hidden or seen (visibility above 0). */
  readonly labelled: number;
  /** Of these, hidden (visibility 1). */
  readonly hidden: number;
  /** Mean place in the box, 0 at its left and upper edges and 1 at the others; absent when never labelled. */
  readonly meanPlace?: readonly [x: number, y: number];
}

/** What is in a data set. Lengths are pixels of the pictures. */
export interface DatasetStatistics {
  readonly name: string;
  readonly skeleton: string;
  readonly imageCount: number;
  /** Every annotated person, crowds and unlabelled ones too. */
  readonly personCount: number;
  readonly crowdCount: number;
  readonly unlabelledCount: number;
  /** People to train on. */
  readonly sampleCount: number;
  readonly keypoints: readonly KeypointCount[];
  /** [K+1]: how many samples have 0, 1, ... K labelled keypoints. */
  readonly labelledPerPerson: readonly number[];
  /** Samples in one picture, of those that have any. */
  readonly peoplePerImage?: Spread;
  /** Square root of the area of the box. */
  readonly boxSize?: Spread;
  /** Width over height of the box. */
  readonly boxAspect?: Spread;
  /** Area of the person over the area of the box. */
  readonly areaShare?: Spread;
  /** Samples small (area under 32 x 32), medium and large (over 96 x 96), as COCO's evaluation divides them. */
  readonly byArea: { readonly small: number; readonly medium: number; readonly large: number };
  readonly imageWidth?: Spread;
  readonly imageHeight?: Spread;
}

/**
 * Counts and distributions of a data set's annotations; no picture is read.
 *
 * @example
 * describeDataset(dataset).keypoints[0]; // { name: 'nose', labelled: 1203, hidden: 80, meanPlace: [0.51, 0.12] }
 */
export function describeDataset(dataset: PoseDataset): DatasetStatistics {
  const { name, skeleton, samples } = dataset;
  const { images, annotations } = dataset.groundTruth();
  const used = new Map<number, number>();
  for (const { imageId } of samples) used.set(imageId, (used.get(imageId) ?? 0) + 1);
  const labelledPerPerson = new Array<number>(skeleton.keypoints.length + 1).fill(0);
  for (const { visibility } of samples) labelledPerPerson[countLabelled(visibility)]! += 1;
  const crowds = annotations.filter(({ iscrowd }) => iscrowd === 1);
  const unlabelled = annotations.filter(
    ({ iscrowd, num_keypoints: labelled }) => iscrowd !== 1 && labelled === 0,
  );
  return {
    name,
    skeleton: skeleton.name,
    imageCount: images.length,
    personCount: annotations.length,
    crowdCount: crowds.length,
    unlabelledCount: unlabelled.length,
    sampleCount: samples.length,
    keypoints: skeleton.keypoints.map((keypoint, k) => countKeypoint(keypoint, k, samples)),
    labelledPerPerson,
    byArea: countAreas(samples),
    ...spreads({
      peoplePerImage: [...used.values()],
      boxSize: samples.map(personSize),
      boxAspect: samples.map(({ box }) => box.width / box.height),
      areaShare: samples.map((sample) => sample.area / personSize(sample) ** 2),
      imageWidth: images.map(({ width }) => width),
      imageHeight: images.map(({ height }) => height),
    }),
  };
}

function countLabelled(visibility: Uint8Array): number {
  let count = 0;
  for (const value of visibility) if (value > 0) count++;
  return count;
}

function countKeypoint(name: string, k: number, samples: readonly PoseSample[]): KeypointCount {
  let [labelled, hidden, sumX, sumY] = [0, 0, 0, 0];
  for (const { visibility, keypoints, box } of samples) {
    if (visibility[k] === 0) continue;
    labelled++;
    if (visibility[k] === 1) hidden++;
    sumX += (keypoints[2 * k]! - box.x) / box.width;
    sumY += (keypoints[2 * k + 1]! - box.y) / box.height;
  }
  if (labelled === 0) return { name, labelled, hidden };
  return { name, labelled, hidden, meanPlace: [sumX / labelled, sumY / labelled] };
}

/** COCO's borders: 32 x 32 is medium, 96 x 96 is counted large here so that the three add up. */
function countAreas(samples: readonly PoseSample[]): DatasetStatistics['byArea'] {
  const counts = { small: 0, medium: 0, large: 0 };
  for (const { area } of samples) {
    if (area < 32 ** 2) counts.small++;
    else if (area < 96 ** 2) counts.medium++;
    else counts.large++;
  }
  return counts;
}

function spreads<Name extends string>(
  values: Readonly<Record<Name, readonly number[]>>,
): Partial<Record<Name, Spread>> {
  const found: Partial<Record<Name, Spread>> = {};
  for (const name of Object.keys(values) as Name[]) {
    if (values[name].length > 0) found[name] = spreadOf(values[name]);
  }
  return found;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  return {
    least: at(0),
    lowerQuartile: at(0.25),
    median: at(0.5),
    upperQuartile: at(0.75),
    most: at(1),
  };
}
