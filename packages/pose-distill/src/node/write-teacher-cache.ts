import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Batch, PoseDataset, PoseSample } from '@pose-distill/datasets';
import {
  createBatchLoader,
  openDataset,
  parseShare,
  type SourceSpec,
} from '@pose-distill/datasets/node';
import type { Affine } from '@pose-distill/heatmap-decode';
import type { CacheCodec } from '../cache/codec.js';
import {
  badCache,
  type CacheHeader,
  type CachePart,
  decodePart,
  differenceOf,
  partCount,
  partFiles,
  partRange,
  partSizeOf,
} from '../cache/manifest.js';
import { type RecordLayout, recordLayout } from '../cache/record.js';
import { PoseDistillError } from '../errors.js';
import type { Model } from '../model/model.js';
import { inputSizeOf } from '../train/predict.js';
import { hashSamples } from './cache-data.js';
import { checkStorable, createMapMaker, mapShapes } from './cache-maps.js';
import { hashModel } from './model-hash.js';
import { loadModel } from './models.js';
import { createPartWriter, type PartWriter } from './part-writer.js';

export interface WriteCacheOptions {
  /** A run or model folder. */
  readonly teacher: string;
  readonly source: string | SourceSpec;
  /** @default 'train' */
  readonly split?: 'train' | 'val';
  /** The cache's folder; parts that it already has are kept. */
  readonly directory: string;
  /** @default { kind: 'float16' } */
  readonly codec?: CacheCodec;
  /** Which of the teacher's outputs; each has one map a keypoint. @default ['heatmaps'] */
  readonly outputs?: readonly string[];
  /** `i/n`, counted from 0: every n-th part only. @default all */
  readonly shard?: string;
  /** People that the teacher sees at once. @default 32 */
  readonly batchSize?: number;
  /** Threads that read the pictures. @default 1 */
  readonly loaderWorkers?: number;
  /** Once aborted, writing ends after the batch in progress; whole parts stay. */
  readonly signal?: AbortSignal;
  readonly log?: (event: CacheEvent) => void;
}

/** What happened while a cache was written. */
export type CacheEvent =
  | {
      readonly type: 'start';
      /** Parts of this share, and how many of them are already there. */
      readonly parts: number;
      readonly there: number;
      /** Samples that are to be written. */
      readonly samples: number;
      readonly bytesPerSample: number;
    }
  | { readonly type: 'progress'; readonly done: number }
  | { readonly type: 'part'; readonly file: string };

export interface WrittenCache {
  /** Parts of this share that were written now, and that were already there. */
  readonly written: number;
  readonly there: number;
  /** Parts of the whole cache. */
  readonly parts: number;
  readonly bytesPerSample: number;
  readonly interrupted: boolean;
}

/** The plain crop of training: what `createBatchLoader` cuts without options. */
const CROP = { convention: 'classic', padding: 1.25 } as const;

/**
 * Runs a teacher once over the plain crop of every sample and keeps its maps in a folder, for `openTeacherCache`.
 *
 * The folder holds parts of consecutive samples. Each is written under a temporary name, then its description; so parts may be
 * made by several processes (`shard`), and writing again makes only what is missing.
 *
 * @throws PoseDistillError BAD_CACHE when the folder holds parts of another cache; BAD_OPTION for a teacher that does not go with
 * the data or whose maps are no heatmaps; NON_FINITE for maps that cannot be stored. DatasetError as `openDataset`
 * @example
 * await writeTeacherCache({ teacher: 'runs/teacher', source: 'coco:./photos', directory: 'runs/cache' });
 */
export async function writeTeacherCache(options: WriteCacheOptions): Promise<WrittenCache> {
  const { directory, log = () => {}, signal } = options;
  const share = parseShare(options.shard ?? '0/1');
  const model = await loadModel(options.teacher);
  const dataset = await openDataset(options.source, { split: options.split ?? 'train' });
  const header = await describe(options, model, dataset);
  const layout = recordLayout(header.codec, header.outputs);

  const parts = partCount(header);
  const mine = Array.from({ length: parts }, (_, index) => index).filter(
    (index) => index % share.count === share.index,
  );
  await mkdir(directory, { recursive: true });
  const there = new Set<number>();
  for (const index of mine) if (await isThere(directory, header, index)) there.add(index);
  const missing = mine.filter((index) => !there.has(index));
  const samples = missing.flatMap((index) => {
    const { from, to } = partRange(header, index);
    return Array.from({ length: to - from }, (_, i) => from + i);
  });
  const bytesPerSample = layout.bytes;
  log({
    ...{ type: 'start', parts: mine.length, there: there.size },
    ...{ samples: samples.length, bytesPerSample },
  });
  const outcome = { there: there.size, parts, bytesPerSample };
  if (samples.length === 0) return { ...outcome, written: 0, interrupted: false };

  const maker = await createMapMaker(model, Object.keys(header.outputs));
  const loader = await createBatchLoader({
    source: subset(dataset, samples),
    inputSize: header.inputSize,
    ...header.crop,
    batchSize: options.batchSize ?? 32,
    workers: options.loaderWorkers ?? 1,
  });
  let writer: PartWriter | undefined;
  let [done, written] = [0, 0];
  try {
    for await (const batch of loader) {
      if (signal?.aborted) break;
      const maps = await maker.maps(batch);
      for (let row = 0; row < batch.size; row++) {
        const sample = samples[batch.sampleIndices[row]!]!;
        const index = Math.floor(sample / header.partSize);
        writer ??= await createPartWriter(directory, index, layout);
        const record = { sample, transform: transformOf(batch, row) };
        await writer.add(record, mapsOf(maps, row, batch.size, dataset.samples[sample]!));
        if (sample + 1 < partRange(header, index).to) continue;
        log({ type: 'part', file: await writer.finish(partOf(header, dataset, index, layout)) });
        writer = undefined;
        written++;
      }
      done += batch.size;
      log({ type: 'progress', done });
    }
  } finally {
    maker.dispose();
    await writer?.abandon();
    await loader.close();
  }
  return { ...outcome, written, interrupted: done < samples.length };
}

async function describe(
  {
    teacher: folder,
    source,
    split = 'train',
    codec = { kind: 'float16' },
    ...options
  }: WriteCacheOptions,
  model: Model,
  dataset: PoseDataset,
): Promise<CacheHeader> {
  const { skeleton } = model;
  const names = skeleton.keypoints.join(', ');
  const wanted = dataset.skeleton.keypoints.join(', ');
  if (names !== wanted)
    throw new PoseDistillError(
      'BAD_OPTION',
      `The teacher in ${folder} has the keypoints ${names}; the data have ${wanted}. Take a teacher that was trained for these keypoints in this order.`,
    );
  if (model.decode.kind !== 'heatmap')
    throw new PoseDistillError(
      'BAD_OPTION',
      `The teacher in ${folder} is decoded by "${model.decode.kind}": its maps are not near 0 away from the keypoint, so a crop that reaches beyond the stored one cannot be filled. ` +
        'Take a teacher trained with heatmaps (--head heatmap), or use this one live with --teacher.',
    );
  const samples = dataset.samples.length;
  const hashes = await hashModel(folder);
  return {
    teacher: { folder, ...hashes! },
    data: { source, split, samples, sha256: hashSamples(dataset) },
    codec,
    skeleton,
    outputs: mapShapes(model, options.outputs ?? ['heatmaps'], folder),
    inputSize: inputSizeOf(model),
    crop: CROP,
    partSize: partSizeOf(samples),
  };
}

/** Whether a part is there and whole. @throws PoseDistillError BAD_CACHE when it is of another cache */
async function isThere(directory: string, header: CacheHeader, index: number): Promise<boolean> {
  const files = partFiles(index);
  const place = join(directory, files.json);
  const json = await readFile(place, 'utf8').catch(() => undefined);
  if (json === undefined) return false;
  const part = decodePart(json, place);
  const differing = differenceOf(part.header, header);
  if (differing)
    throw badCache(
      `${place} is of another cache (${differing.field}): there ${differing.one}, wanted now ${differing.other}. ` +
        'Choose another --out, or delete the folder first.',
      { place, ...differing },
    );
  const found = await stat(join(directory, files.maps)).catch(() => undefined);
  return found?.size === part.bytes;
}

/** Some samples of a data set as a data set of their own. */
function subset(dataset: PoseDataset, indices: readonly number[]): PoseDataset {
  const { name, skeleton, images } = dataset;
  return {
    name,
    skeleton,
    samples: indices.map((index) => dataset.samples[index]!),
    readImage: (sample) => dataset.readImage(sample),
    groundTruth: () => dataset.groundTruth(),
    ...(images && { images }),
  };
}

function partOf(
  header: CacheHeader,
  dataset: PoseDataset,
  index: number,
  layout: RecordLayout,
): CachePart {
  const { from, to } = partRange(header, index);
  const bytes = (to - from) * layout.bytes;
  const ids = Array.from({ length: to - from }, (_, i) => dataset.samples[from + i]!.id);
  return { header, index, bytes, ids, sha256: hashSamples(dataset, from, to) };
}

function transformOf({ transforms }: Batch, row: number): Affine {
  return [...transforms.subarray(6 * row, 6 * row + 6)] as unknown as Affine;
}

/** One person's maps, fit to be stored. */
function mapsOf(
  maps: Readonly<Record<string, Float32Array>>,
  row: number,
  rows: number,
  { id, file }: PoseSample,
): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(
    Object.entries(maps).map(([name, all]) => {
      const each = all.length / rows;
      const own = all.subarray(row * each, (row + 1) * each);
      checkStorable(own, `Annotation ${id} (${file}), ${name}`);
      return [name, own];
    }),
  );
}
