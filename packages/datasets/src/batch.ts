import type { Skeleton } from '@pose-distill/skeletons';
import { sampleRandom } from './augment.js';
import { DatasetError } from './error.js';
import { requireWhole } from './order.js';
import { type CropSettings, makeSample } from './sample.js';
import type { PoseDataset, PoseSample, RgbImage } from './types.js';

/** B people as a network sees them. */
export interface Batch {
  /** B. */
  readonly size: number;
  /** [B, h, w, 3] normalised RGB. */
  readonly images: Float32Array;
  /** [B, K, 2] input pixels; 0 where not labelled. */
  readonly keypoints: Float32Array;
  /** [B, K] 1 where labelled and inside the input, else 0. */
  readonly weights: Float32Array;
  /** [B] indices into the data set's samples. */
  readonly sampleIndices: Int32Array;
  /** [B, 6] affine maps a b c d e f from image pixels to input pixels. */
  readonly transforms: Float64Array;
}

export interface MakeBatchOptions extends CropSettings {
  /** Used with `augment` only. @default 0 */
  readonly seed?: number;
  /** Used with `augment` only. @default 0 */
  readonly epoch?: number;
}

/** What making a batch takes from a data set. */
export interface BatchSource {
  readonly skeleton: Skeleton;
  readonly samples: { readonly [index: number]: PoseSample; readonly length: number };
  readImage(sample: PoseSample): Promise<RgbImage>;
}

/** Pictures that are decoded at one time; bounds the memory of large photographs. */
const AT_ONCE = 8;

/**
 * Reads and cuts the samples with these indices.
 *
 * Augmentation is a function of (seed, epoch, sample index): the same sample comes out the same in whatever batch.
 * @throws DatasetError `OUT_OF_RANGE` for an index outside the data set; those of `readImage` and `makeSample`.
 * @example
 * const batch = await makeBatch(dataset, [0, 1, 2], { inputSize: { width: 128, height: 128 }, augment: {}, epoch: 4 });
 * batch.images.length; // 3 * 128 * 128 * 3
 */
export async function makeBatch(
  dataset: BatchSource | PoseDataset,
  indices: ArrayLike<number>,
  options: MakeBatchOptions,
): Promise<Batch> {
  const { seed = 0, epoch = 0, ...settings } = options;
  const { width, height } = settings.inputSize;
  requireWhole('inputSize.width', width, 1);
  requireWhole('inputSize.height', height, 1);
  const size = indices.length;
  const pixelCount = width * height * 3;
  const keypointCount = dataset.skeleton.keypoints.length;
  const batch = {
    size,
    images: new Float32Array(size * pixelCount),
    keypoints: new Float32Array(size * keypointCount * 2),
    weights: new Float32Array(size * keypointCount),
    sampleIndices: Int32Array.from(indices),
    transforms: new Float64Array(size * 6),
  };
  let next = 0;
  const work = async (): Promise<void> => {
    for (let row = next++; row < size; row = next++) await fill(row);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, size) }, work));
  } catch (error) {
    next = size; // the others stop after the picture they are at
    throw error;
  }
  return batch;

  async function fill(row: number): Promise<void> {
    const index = indices[row]!;
    const sample = dataset.samples[index];
    if (!sample) {
      const range = `0..${dataset.samples.length - 1}`;
      const message = `indices[${row}]: expected a sample index in ${range}, got ${index}.`;
      throw new DatasetError('OUT_OF_RANGE', message, { row, index });
    }
    const made = makeSample(await dataset.readImage(sample), sample, {
      ...settings,
      skeleton: dataset.skeleton,
      random: sampleRandom(seed, epoch, index),
      out: batch.images.subarray(row * pixelCount, (row + 1) * pixelCount),
    });
    batch.keypoints.set(made.keypoints, row * keypointCount * 2);
    batch.weights.set(made.weights, row * keypointCount);
    batch.transforms.set(made.transform, row * 6);
  }
}
