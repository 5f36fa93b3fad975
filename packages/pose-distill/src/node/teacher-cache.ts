import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Batch, PoseDataset } from '@pose-distill/datasets';
import type { Affine } from '@pose-distill/heatmap-decode';
import { flipIndices } from '@pose-distill/skeletons';
import { badCache, type CacheHeader, partFiles, partRange } from '../cache/manifest.js';
import {
  type CacheRecord,
  type RecordOutput,
  readMaps,
  readRecord,
  recordLayout,
} from '../cache/record.js';
import { betweenHeatmaps, createMapWarp, type Interpolation } from '../cache/warp.js';
import type { MapShape, MapSource } from '../train/teacher.js';
import { firstDifference } from './cache-data.js';
import { damaged, readParts } from './cache-parts.js';

/** A teacher's maps, kept in a folder by `writeTeacherCache`. */
export interface TeacherCache extends MapSource {
  /** What the cache was made from, and how. */
  readonly header: CacheHeader;
  check(dataset: PoseDataset): Promise<void>;
}

export interface OpenCacheOptions {
  /** How maps are read between their pixels. @default 'bicubic' */
  readonly interpolation?: Interpolation;
}

/**
 * Opens a folder that `writeTeacherCache` filled, as a teacher: the stored maps are drawn into each sample's training crop, left
 * and right exchanged where it is mirrored. In the plain crop they are the stored values. Where the training crop reaches
 * beyond the plain one, they are 0.
 *
 * Reads what a batch needs when it needs it; any number of threads may have the same folder open.
 *
 * @throws PoseDistillError BAD_CACHE when parts are missing (with the command that makes them), damaged or of different caches, or
 * when the teacher was trained again since
 * @example
 * const cache = await openTeacherCache('runs/cache');
 * const { heatmaps } = await cache.maps(batch); // [B,H,W,K]
 */
export async function openTeacherCache(
  directory: string,
  { interpolation = 'bicubic' }: OpenCacheOptions = {},
): Promise<TeacherCache> {
  const parts = await readParts(directory);
  const { header } = parts[0]!;
  const { skeleton, inputSize, partSize, data, outputs } = header;
  const records = openRecords(directory, header);
  const partners = flipIndices(skeleton);
  const drawers = records.outputs.map((output) => createDrawer(output, interpolation));

  return {
    name: `cache ${directory}`,
    ...{ header, skeleton, outputs, inputSize },
    async maps(batch) {
      checkBatch(batch, header, directory);
      const { size, sampleIndices, transforms } = batch;
      const maps = Object.fromEntries(
        drawers.map(({ name, length }) => [name, new Float32Array(size * length)]),
      );
      const draw = (row: number, { transform: plain }: CacheRecord, bytes: Uint8Array): void => {
        const wanted = [...transforms.subarray(6 * row, 6 * row + 6)] as unknown as Affine;
        const mirrored = wanted[0] * wanted[4] - wanted[1] * wanted[3] < 0;
        for (const { name, length, shape, stored, warp, output } of drawers) {
          readMaps(bytes, output, stored);
          const between = betweenHeatmaps(wanted, plain, inputSize, shape);
          const out = maps[name]!.subarray(row * length, (row + 1) * length);
          warp(stored, between, mirrored ? partners : undefined, out);
        }
      };
      const byPart = groupRows(sampleIndices, partSize);
      const reading = [...byPart].map(([part, rows]) => records.read(part, rows, draw));
      await Promise.all(reading);
      return maps;
    },
    async check(dataset) {
      const transformOf = async (sample: number): Promise<readonly number[]> => {
        let transform: readonly number[] = [];
        const row = { row: 0, sample };
        await records.read(Math.floor(sample / partSize), [row], (_, record) => {
          transform = record.transform;
        });
        return transform;
      };
      const [ours, theirs] = [skeleton, dataset.skeleton].map(({ keypoints }) =>
        keypoints.join(', '),
      );
      const differing =
        ours === theirs
          ? await firstDifference({ header, parts, transformOf }, dataset)
          : `the keypoints are ${ours} in the cache and ${theirs} in the data`;
      if (differing === undefined) return;
      const { source, split, samples } = data;
      const cached = typeof source === 'string' ? source : JSON.stringify(source);
      throw badCache(
        `The cache in ${directory} is not of these samples. Cache: ${samples} samples of ${cached}, ${split}; ` +
          `data: ${dataset.samples.length} samples of ${dataset.name}. What differs first: ${differing}. ` +
          'Train on the data that the cache was made from, or make a cache of these.',
        { cached: samples, came: dataset.samples.length, differing },
      );
    },
  };
}

/** What turns an output's record into maps of a training crop. */
interface Drawer {
  readonly name: string;
  readonly shape: MapShape;
  readonly output: RecordOutput;
  /** Numbers of one person's maps. */
  readonly length: number;
  /** Where they are read to. */
  readonly stored: Float32Array;
  readonly warp: ReturnType<typeof createMapWarp>;
}

function createDrawer(output: RecordOutput, interpolation: Interpolation): Drawer {
  const { name, shape } = output;
  const length = shape[0] * shape[1] * shape[2];
  const warp = createMapWarp(shape, interpolation);
  return { name, shape, output, length, stored: new Float32Array(length), warp };
}

/** A row of a batch and the sample in it. */
interface RowOfSample {
  readonly row: number;
  readonly sample: number;
}

function groupRows(samples: Int32Array, partSize: number): Map<number, RowOfSample[]> {
  const groups = new Map<number, RowOfSample[]>();
  samples.forEach((sample, row) => {
    const part = Math.floor(sample / partSize);
    const rows = groups.get(part);
    if (rows) rows.push({ row, sample });
    else groups.set(part, [{ row, sample }]);
  });
  return groups;
}

/** The records of a cache, read when they are asked for; no file stays open. */
function openRecords(
  directory: string,
  header: CacheHeader,
): {
  readonly outputs: readonly RecordOutput[];
  read(
    part: number,
    rows: readonly RowOfSample[],
    found: (row: number, record: CacheRecord, bytes: Uint8Array) => void,
  ): Promise<void>;
} {
  const { outputs, bytes: length } = recordLayout(header.codec, header.outputs);
  return {
    outputs,
    async read(part, rows, found) {
      const path = join(directory, partFiles(part).maps);
      const { from } = partRange(header, part);
      const file = await open(path).catch((error: NodeJS.ErrnoException) => {
        throw damaged(path, error.message, header, directory);
      });
      try {
        for (const { row, sample } of rows) {
          const bytes = new Uint8Array(length);
          const { bytesRead } = await file.read(bytes, 0, length, (sample - from) * length);
          const record = bytesRead === length ? readRecord(bytes, crc32) : undefined;
          if (record?.sample !== sample)
            throw damaged(path, `the checksum of sample ${sample} is wrong`, header, directory);
          found(row, record, bytes);
        }
      } finally {
        await file.close();
      }
    },
  };
}

function checkBatch(batch: Batch, { inputSize, data }: CacheHeader, directory: string): void {
  const { height, width } = inputSize;
  const pixels = batch.images.length / batch.size / 3;
  if (pixels !== height * width)
    throw badCache(
      `The cache in ${directory} is for inputs of ${height}x${width}; images of ${pixels} pixels came. Train with --input ${height}x${width}.`,
      { inputSize, pixels },
    );
  const stranger = batch.sampleIndices.find((index) => index < 0 || index >= data.samples);
  if (stranger === undefined) return;
  throw badCache(
    `The cache in ${directory} has samples 0 to ${data.samples - 1}; sample ${stranger} came. Train on the data that the cache was made from.`,
    { sample: stranger, samples: data.samples },
  );
}
