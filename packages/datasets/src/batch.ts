import {
  type EncodedHeatmaps,
  type EncodeOptions,
  encodeHeatmaps,
} from '@pose-distill/heatmap-decode';
import type { Skeleton } from '@pose-distill/skeletons';
import { sampleRandom } from './augment.js';
import { DatasetError, type DatasetErrorCode } from './error.js';
import { requireWhole } from './order.js';
import { createPixelGate } from './pixel-gate.js';
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
  /** Gaussian heatmaps of the keypoints and what each counts; with the option `heatmaps` only. */
  readonly targets?: EncodedHeatmaps;
  /** Samples that were to be in the batch and could not be read; with `onBadRecord: 'skip'` only, where there are any. */
  readonly skipped?: readonly SkippedSample[];
}

/** A sample that could not be read, and why. */
export interface SkippedSample {
  /** Index into the data set's samples. */
  readonly index: number;
  readonly annotation: number;
  readonly file: string;
  readonly code: DatasetErrorCode;
  readonly message: string;
}

/** How target heatmaps are drawn; see `encodeHeatmaps`. */
export type HeatmapSettings = Omit<EncodeOptions, 'batch' | 'keypointCount' | 'inputSize'>;

export interface MakeBatchOptions extends CropSettings {
  /** Used with `augment` only. @default 0 */
  readonly seed?: number;
  /** Used with `augment` only. @default 0 */
  readonly epoch?: number;
  /** Draw the target heatmaps too. @default none */
  readonly heatmaps?: HeatmapSettings;
  /**
   * What happens when a picture is missing, damaged or of another size than annotated: `skip` makes the batch smaller and
   * lists what is missing in `skipped`; a batch of which nothing is left throws all the same. @default 'throw'
   */
  readonly onBadRecord?: 'throw' | 'skip';
}

/** What making a batch takes from a data set. */
export interface BatchSource {
  readonly skeleton: Skeleton;
  readonly samples: { readonly [index: number]: PoseSample; readonly length: number };
  readImage(sample: PoseSample): Promise<RgbImage>;
}

/** Pictures that are decoded at one time. */
const AT_ONCE = 8;
/** Pixels that are decoded at one time, 400 MB with the decoder's own copy; a larger picture is decoded alone. */
const PIXELS_AT_ONCE = 2 ** 26;
const BAD_RECORD: ReadonlySet<unknown> = new Set<DatasetErrorCode>([
  'BAD_IMAGE',
  'BAD_ANNOTATION',
  'SHAPE_MISMATCH',
  'NOT_FOUND',
]);

/**
 * Reads and cuts the samples with these indices.
 *
 * Augmentation is a function of (seed, epoch, sample index): the same sample comes out the same in whatever batch.
 * @throws DatasetError `OUT_OF_RANGE` for an index outside the data set; those of `readImage` and `makeSample`.
 * @example
 * const batch = await makeBatch(dataset, [0, 1, 2], { inputSize: { width: 128, height: 128 }, augment: {}, epoch: 4 });
 * batch.images.length; // 3 * 128 * 128 * 3
 */
export function makeBatch(
  dataset: BatchSource | PoseDataset,
  indices: ArrayLike<number>,
  options: MakeBatchOptions,
): Promise<Batch> {
  return makeRows(rowsOf(dataset, indices), indices, options);
}

/** What a batch is made from, row by row: nothing says that indices are unique. */
export interface RowSource {
  readonly skeleton: Skeleton;
  /** @throws DatasetError `OUT_OF_RANGE` */
  sampleAt(row: number): PoseSample;
  readImage(sample: PoseSample, row: number): Promise<RgbImage>;
}

/** The rows of a data set's samples. */
export function rowsOf(dataset: BatchSource | PoseDataset, indices: ArrayLike<number>): RowSource {
  return {
    skeleton: dataset.skeleton,
    sampleAt(row) {
      const index = indices[row]!;
      const sample = dataset.samples[index];
      if (sample) return sample;
      const range = `0..${dataset.samples.length - 1}`;
      const message = `indices[${row}]: expected a sample index in ${range}, got ${index}.`;
      throw new DatasetError('OUT_OF_RANGE', message, { row, index });
    },
    readImage: (sample) => dataset.readImage(sample),
  };
}

/** Makes a batch of rows; `indices` are told in the batch and decide, with seed and epoch, what is drawn. */
export async function makeRows(
  source: RowSource,
  indices: ArrayLike<number>,
  options: MakeBatchOptions,
): Promise<Batch> {
  const { seed = 0, epoch = 0, heatmaps, onBadRecord = 'throw', ...settings } = options;
  const { width, height } = settings.inputSize;
  requireWhole('inputSize.width', width, 1);
  requireWhole('inputSize.height', height, 1);
  const size = indices.length;
  const pixelCount = width * height * 3;
  const keypointCount = source.skeleton.keypoints.length;
  const rows: Rows = {
    images: { values: new Float32Array(size * pixelCount), each: pixelCount },
    keypoints: { values: new Float32Array(size * keypointCount * 2), each: keypointCount * 2 },
    weights: { values: new Float32Array(size * keypointCount), each: keypointCount },
    sampleIndices: { values: Int32Array.from(indices), each: 1 },
    transforms: { values: new Float64Array(size * 6), each: 6 },
  };
  const gate = createPixelGate(PIXELS_AT_ONCE);
  const bad: (DatasetError | undefined)[] = new Array(size);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let row = next++; row < size; row = next++) await fillOrSkip(row);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, size) }, work));
  } catch (error) {
    next = size; // the others stop after the picture they are at
    throw error;
  }
  const skipped = bad.flatMap((error, row) => (error ? [describe(error, row)] : []));
  if (size > 0 && skipped.length === size) throw bad[0]!;
  const left = size - skipped.length;
  const kept = skipped.length === 0 ? rows : withoutRows(rows, (row) => bad[row] !== undefined);
  const keypoints = kept.keypoints.values;
  const weights = kept.weights.values;
  const targets =
    heatmaps &&
    encodeHeatmaps(
      { keypoints, weights },
      { ...heatmaps, batch: left, keypointCount, inputSize: settings.inputSize },
    );
  return {
    size: left,
    images: kept.images.values,
    keypoints,
    weights,
    sampleIndices: kept.sampleIndices.values,
    transforms: kept.transforms.values,
    ...(targets ? { targets } : {}),
    ...(skipped.length > 0 ? { skipped } : {}),
  };

  async function fillOrSkip(row: number): Promise<void> {
    try {
      await fill(row);
    } catch (error) {
      const skippable = error instanceof DatasetError && BAD_RECORD.has(error.code);
      if (onBadRecord !== 'skip' || !skippable) throw error;
      bad[row] = error;
    }
  }

  async function fill(row: number): Promise<void> {
    const index = indices[row]!;
    const sample = source.sampleAt(row);
    const pixels = sample.imageSize.width * sample.imageSize.height;
    await gate.enter(pixels);
    try {
      const image = await source.readImage(sample, row).catch((error: unknown) => {
        throw ofAnnotation(error, sample);
      });
      const made = makeSample(image, sample, {
        ...settings,
        skeleton: source.skeleton,
        random: sampleRandom(seed, epoch, index),
        out: rows.images.values.subarray(row * pixelCount, (row + 1) * pixelCount),
      });
      rows.keypoints.values.set(made.keypoints, row * keypointCount * 2);
      rows.weights.values.set(made.weights, row * keypointCount);
      rows.transforms.values.set(made.transform, row * 6);
    } finally {
      gate.leave(pixels);
    }
  }

  function describe(error: DatasetError, row: number): SkippedSample {
    const index = indices[row]!;
    const { id, file } = source.sampleAt(row);
    return { index, annotation: id, file, code: error.code, message: error.message };
  }
}

/** Says whose picture it was. */
function ofAnnotation(error: unknown, { id, file }: PoseSample): unknown {
  if (!(error instanceof DatasetError) || error.code === 'MISSING_PEER') return error;
  const details = { ...error.details, id, file };
  return new DatasetError(error.code, `Annotation ${id}: ${error.message}`, details, {
    cause: error.cause,
  });
}

/** A row of `each` values for every sample. */
interface Rows {
  readonly images: { readonly values: Float32Array; readonly each: number };
  readonly keypoints: { readonly values: Float32Array; readonly each: number };
  readonly weights: { readonly values: Float32Array; readonly each: number };
  readonly sampleIndices: { readonly values: Int32Array; readonly each: number };
  readonly transforms: { readonly values: Float64Array; readonly each: number };
}

/** Closes the gaps, in place. */
function withoutRows(rows: Rows, missing: (row: number) => boolean): Rows {
  const close = <T extends Float32Array | Float64Array | Int32Array>({
    values,
    each,
  }: {
    readonly values: T;
    readonly each: number;
  }): { values: T; each: number } => {
    let to = 0;
    for (let row = 0; row * each < values.length; row++) {
      if (missing(row)) continue;
      values.copyWithin(to * each, row * each, (row + 1) * each);
      to++;
    }
    return { values: values.slice(0, to * each) as T, each };
  };
  return {
    images: close(rows.images),
    keypoints: close(rows.keypoints),
    weights: close(rows.weights),
    sampleIndices: close(rows.sampleIndices),
    transforms: close(rows.transforms),
  };
}
