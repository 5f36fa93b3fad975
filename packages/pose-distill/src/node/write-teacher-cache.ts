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
} from '../cache/manifest.js';
import { type RecordLayout, recordLayout } from '../cache/record.js';
import type { Model } from '../model/model.js';
import { hashSamples } from './cache-data.js';
import { describeCache } from './cache-header.js';
import { checkStorable, createMapMaker } from './cache-maps.js';
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
  const { directory, log = () => {} } = options;
  const share = parseShare(options.shard ?? '0/1');
  const model = await loadModel(options.teacher);
  const dataset = await openDataset(options.source, { split: options.split ?? 'train' });
  const header = await describeCache(options, model, dataset);
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

  const done = await writeParts(options, { model, dataset, header, layout, samples });
  return { ...outcome, ...done };
}

/** What the parts are written from; `samples` are those of whole parts, in order. */
interface Work {
  readonly model: Model;
  readonly dataset: PoseDataset;
  readonly header: CacheHeader;
  readonly layout: RecordLayout;
  readonly samples: readonly number[];
}

async function writeParts(
  { directory, signal, log = () => {}, batchSize = 32, loaderWorkers = 1 }: WriteCacheOptions,
  { model, dataset, header, layout, samples }: Work,
): Promise<Pick<WrittenCache, 'written' | 'interrupted'>> {
  const { inputSize, crop, outputs, partSize } = header;
  const maker = await createMapMaker(model, Object.keys(outputs));
  const source = subset(dataset, samples);
  const loader = await createBatchLoader({
    ...{ source, inputSize, ...crop, batchSize, workers: loaderWorkers },
  });
  let writer: PartWriter | undefined;
  let [done, written] = [0, 0];
  try {
    for await (const batch of loader) {
      if (signal?.aborted) break;
      const maps = await maker.maps(batch);
      for (let row = 0; row < batch.size; row++) {
        const sample = samples[batch.sampleIndices[row]!]!;
        const part = Math.floor(sample / partSize);
        writer ??= await createPartWriter(directory, part, layout);
        const record = { sample, transform: transformOf(batch, row) };
        await writer.add(record, mapsOf(maps, row, batch.size, dataset.samples[sample]!));
        if (sample + 1 < partRange(header, part).to) continue;
        log({ type: 'part', file: await writer.finish(partOf(header, dataset, part, layout)) });
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
  return { written, interrupted: done < samples.length };
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
