import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { tarEnd, tarMember } from '@pose-distill/internal-formats';
import { DatasetError } from '../../error.js';
import { requireWhole } from '../../order.js';
import type { PoseDataset, PoseSample } from '../../types.js';
import { loadSharp } from '../image-file.js';
import { writeWhole } from '../write-whole.js';
import {
  MANIFEST,
  type ManifestShard,
  manifestOf,
  PICTURES,
  recordJson,
  type ShardManifest,
} from './form.js';

export interface WriteShardsOptions {
  /** First part of the files' names: `name-000000.tar`. @default 'shard' */
  readonly name?: string;
  /** Pictures in a file. @default 10000 */
  readonly maxCount?: number;
  /** Bytes of a file; one with a single larger picture has more. @default 2 ** 30 */
  readonly maxBytes?: number;
  /** What happens when a picture cannot be read. Damaged files are copied as they are. @default 'throw' */
  readonly onBadRecord?: 'throw' | 'skip';
}

export interface WrittenShards {
  readonly manifest: ShardManifest;
  /** People whose picture could not be read, with `onBadRecord: 'skip'`. */
  readonly skippedRecords: number;
}

/** The people of one picture, with their places in the data set. */
type Picture = (readonly [index: number, sample: PoseSample])[];

/**
 * Writes a data set as tar files in WebDataset's form, to be read in sequence: for each picture `KEY.jpg`, the file as it
 * is, and `KEY.json` with its people; then `manifest.json`. Pictures that are not files (synthetic figures) become PNG.
 *
 * The same data give the same bytes. Files are written under another name and renamed, the manifest last; after an error
 * nothing is left behind. A folder that holds a manifest already is refused.
 *
 * @throws DatasetError `BAD_IMAGE` naming a picture that cannot be read; `OUT_OF_RANGE` for limits below 1, and for a
 * folder with a manifest
 * @example
 * const { manifest } = await writeShards(dataset, '/data/shards', { maxCount: 2000 });
 * manifest.shards.map(({ file }) => file); // ['shard-000000.tar', ...]
 */
export async function writeShards(
  dataset: PoseDataset,
  directory: string,
  options: WriteShardsOptions = {},
): Promise<WrittenShards> {
  const { name = 'shard', maxCount = 10_000, maxBytes = 2 ** 30, onBadRecord = 'throw' } = options;
  requireWhole('maxCount', maxCount, 1);
  requireWhole('maxBytes', maxBytes, 1);
  if (!/^[\w.-]+$/.test(name) || name.startsWith('.')) {
    const message = `name: expected letters, digits, '-', '_' and '.', got ${JSON.stringify(name)}.`;
    throw new DatasetError('OUT_OF_RANGE', message, { name });
  }
  await mkdir(directory, { recursive: true });
  await requireNone(join(directory, MANIFEST));
  const made: ManifestShard[] = [];
  let current: ShardFile | undefined;
  let skippedRecords = 0;
  let key = 0;
  const finish = async (): Promise<void> => {
    if (current) made.push(await current.finish());
    current = undefined;
  };
  try {
    for (const picture of pictures(dataset)) {
      const bytes = await pictureBytes(dataset, picture[0]![1]).catch((error: unknown) => {
        const skip = onBadRecord === 'skip' && error instanceof DatasetError;
        if (!skip || error.code !== 'BAD_IMAGE') throw error;
        skippedRecords += picture.length;
        return undefined;
      });
      if (!bytes) continue;
      const stem = String(key++).padStart(9, '0');
      const json = new TextEncoder().encode(recordJson(picture));
      const members = [
        ...tarMember(`${stem}.${bytes.extension}`, bytes.data),
        ...tarMember(`${stem}.json`, json),
      ];
      const size = members.reduce((sum, part) => sum + part.length, 0);
      if (current && !current.hasRoom(size, maxCount, maxBytes)) await finish();
      current ??= await createShardFile(directory, shardName(name, made.length));
      await current.add(members, size, picture.length);
    }
    await finish();
    const { skeleton } = dataset;
    const samples = made.reduce((sum, shard) => sum + shard.samples, 0);
    const manifest = manifestOf({ name: dataset.name, skeleton, samples, shards: made });
    await writeWhole(join(directory, MANIFEST), `${JSON.stringify(manifest, undefined, 1)}\n`);
    return { manifest, skippedRecords };
  } catch (error) {
    await current?.abandon();
    for (const { file } of made) await rm(join(directory, file), { force: true });
    throw error;
  }
}

function shardName(name: string, index: number): string {
  return `${name}-${String(index).padStart(6, '0')}.tar`;
}

async function requireNone(manifest: string): Promise<void> {
  const there = await readFile(manifest).then(
    () => true,
    () => false,
  );
  if (!there) return;
  const message = `${manifest} exists already. Write to another folder, or take the old shards away.`;
  throw new DatasetError('OUT_OF_RANGE', message, { manifest });
}

/** Samples by picture, in the order in which the pictures first appear. */
function pictures({ samples }: PoseDataset): Iterable<Picture> {
  const byFile = new Map<string, Picture>();
  for (let index = 0; index < samples.length; index++) {
    const sample = samples[index]!;
    const same = byFile.get(sample.file);
    if (same) same.push([index, sample]);
    else byFile.set(sample.file, [[index, sample]]);
  }
  return byFile.values();
}

async function pictureBytes(
  dataset: PoseDataset,
  sample: PoseSample,
): Promise<{ data: Uint8Array; extension: string }> {
  if (dataset.images?.kind === 'files') {
    const path = join(dataset.images.directory, sample.file);
    const ending = extname(sample.file).slice(1).toLowerCase();
    const extension = PICTURES.has(ending) ? ending : 'img';
    const data = await readFile(path).catch((cause: Error) => {
      const reason = cause.message;
      const message = `${path} cannot be read (${reason}). Fetch it again, or take its annotations out of the data set.`;
      throw new DatasetError('BAD_IMAGE', message, { path, reason, id: sample.id }, { cause });
    });
    return { data, extension };
  }
  const { data, width, height } = await dataset.readImage(sample);
  const sharp = await loadSharp();
  const png = sharp(data, { raw: { width, height, channels: 3 } }).png();
  return { data: await png.toBuffer(), extension: 'png' };
}

/** One archive while it is written. */
interface ShardFile {
  hasRoom(size: number, maxCount: number, maxBytes: number): boolean;
  add(members: readonly Uint8Array[], size: number, samples: number): Promise<void>;
  finish(): Promise<ManifestShard>;
  abandon(): Promise<void>;
}

async function createShardFile(directory: string, file: string): Promise<ShardFile> {
  const path = join(directory, file);
  const temporary = `${path}.tmp`;
  const handle = await open(temporary, 'w');
  const hash = createHash('sha256');
  let [bytes, pictureCount, sampleCount] = [0, 0, 0];
  const write = async (parts: readonly Uint8Array[]): Promise<void> => {
    const whole = Buffer.concat(parts);
    hash.update(whole);
    await handle.writeFile(whole);
    bytes += whole.length;
  };
  return {
    hasRoom: (size, maxCount, maxBytes) =>
      pictureCount < maxCount && bytes + size + tarEnd().length <= maxBytes,
    async add(members, _, samples) {
      await write(members);
      pictureCount++;
      sampleCount += samples;
    },
    async finish() {
      await write([tarEnd()]);
      await handle.sync();
      await handle.close();
      await rename(temporary, path);
      const counts = { pictures: pictureCount, samples: sampleCount };
      return { file, bytes, sha256: hash.digest('hex'), ...counts };
    },
    async abandon() {
      await handle.close().catch(() => {});
      await rm(temporary, { force: true });
    },
  };
}
