import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom, shuffledIndices } from '@pose-distill/internal-random';
import type { Skeleton } from '@pose-distill/skeletons';
import { DatasetError } from '../../error.js';
import { requireWhole } from '../../order.js';
import type { PoseSample } from '../../types.js';
import { badShard, MANIFEST, parseManifest } from './form.js';
import { type BadRecordRule, readShard, shuffled } from './records.js';
import { checkShare, parseShare, type Share } from './share.js';

/** One archive, wherever it lies. */
export interface ShardFile {
  /** Says in errors which one it is. */
  readonly name: string;
  /** People in it, where known: lets a run that goes on pass over whole epochs unread. */
  readonly samples?: number;
  /** Its bytes from the beginning. A response of `fetch` has them as `body`. */
  open(): AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>;
}

/** Archives that are not files of a folder. */
export interface ShardList {
  readonly skeleton: Skeleton;
  readonly shards: readonly ShardFile[];
}

export interface OpenShardsOptions {
  /** Read every `count`-th archive only: `{ index, count }` or `'i/n'`, counted from 0. @default all */
  readonly shard?: Share | string;
  /**
   * People held back to be mixed; 0 keeps the order of the archives. With more the archives are put in a new order each
   * epoch too. Holds the files of as many people in memory. @default 0
   */
  readonly shuffleBuffer?: number;
  /** @default 0 */
  readonly seed?: number;
  /** What happens to a record that cannot be used; a damaged archive always throws. @default 'throw' */
  readonly onBadRecord?: 'throw' | 'skip';
}

/** One person on their way to a batch. */
export interface ShardRecord {
  /** Place of the sample in the data set that the shards were written from. */
  readonly index: number;
  readonly sample: PoseSample;
  /** The picture as a file: JPEG, PNG, ... Shared by the people in it. */
  readonly picture: Uint8Array;
}

/** Archives to be read one after another. Iterating over it reads epoch 0. */
export interface ShardStream extends AsyncIterable<ShardRecord> {
  readonly skeleton: Skeleton;
  /** Number of archives of all shares together. */
  readonly shardCount: number;
  /** Records left out so far, since `onBadRecord` is 'skip'. */
  readonly skippedRecords: number;
  /** People of this share in an epoch; undefined where not every archive says. */
  sampleCount(epoch: number): number | undefined;
  /** Names of the archives of this share, in the order in which an epoch reads them. */
  order(epoch: number): string[];
  /** Reads all records of this share once, in an order that is a function of (seed, epoch, share). */
  epoch(epoch: number): AsyncGenerator<ShardRecord, void, undefined>;
}

/**
 * Opens archives that `writeShards` wrote: a folder, or a list of archives wherever they lie. Nothing is read at random
 * and one archive is open at a time.
 *
 * @throws DatasetError `NOT_FOUND` for a folder without a manifest, or whose archives are not all there; `BAD_SHARD`;
 * `OUT_OF_RANGE` for a share without archives
 * @example
 * const stream = await openShards('/data/shards', { shard: '0/4', shuffleBuffer: 1000, seed: 1 });
 * for await (const { sample, picture } of stream) console.log(sample.file, picture.length);
 */
export async function openShards(
  source: string | ShardList,
  options: OpenShardsOptions = {},
): Promise<ShardStream> {
  const { shard = { index: 0, count: 1 }, shuffleBuffer = 0, seed = 0 } = options;
  const { index, count } = typeof shard === 'string' ? parseShare(shard) : checkShare(shard);
  requireWhole('shuffleBuffer', shuffleBuffer, 0);
  const { skeleton, shards } = typeof source === 'string' ? await openFolder(source) : source;
  if (shards.length <= index) {
    const message =
      `shard: there are ${shards.length} archives, none is left for share ${index} of ${count}. ` +
      'Use fewer shares, or write more archives with a smaller maxCount.';
    throw new DatasetError('OUT_OF_RANGE', message, { index, count, shards: shards.length });
  }
  const rule: BadRecordRule = { skip: options.onBadRecord === 'skip', skipped: 0 };
  const order = (epoch: number): ShardFile[] => {
    const mixed = shuffleBuffer > 0;
    const all = mixed
      ? Array.from(
          shuffledIndices(shards.length, createRandom(seed, 'shards', epoch)),
          (i) => shards[i]!,
        )
      : shards;
    return all.filter((_, i) => i % count === index);
  };
  async function* inOrder(epoch: number): AsyncGenerator<ShardRecord, void, undefined> {
    for (const file of order(epoch)) yield* readShard(file, skeleton, rule);
  }
  const epoch = (number: number): AsyncGenerator<ShardRecord, void, undefined> => {
    requireWhole('epoch', number, 0);
    const records = inOrder(number);
    if (shuffleBuffer === 0) return records;
    return shuffled(records, shuffleBuffer, createRandom(seed, 'records', number, index, count));
  };
  return {
    skeleton,
    shardCount: shards.length,
    get skippedRecords() {
      return rule.skipped;
    },
    sampleCount(number) {
      const counts = order(number).map(({ samples = Number.NaN }) => samples);
      const total = counts.reduce((sum, samples) => sum + samples, 0);
      return Number.isNaN(total) ? undefined : total;
    },
    order: (number) => order(number).map(({ name }) => name),
    epoch,
    [Symbol.asyncIterator]: () => epoch(0),
  };
}

const CHUNK = 2 ** 20;

async function openFolder(directory: string): Promise<ShardList> {
  const path = join(directory, MANIFEST);
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    const message = `${path} cannot be read (${cause.message}). It is written last: was the writing of the shards finished?`;
    throw new DatasetError('NOT_FOUND', message, { path }, { cause });
  });
  const { skeleton, shards } = parseManifest(text, path);
  const sizes = await Promise.all(shards.map(({ file }) => sizeOf(join(directory, file))));
  const missing = shards.filter((_, i) => sizes[i] === undefined).map(({ file }) => file);
  if (missing.length > 0) {
    const shown = missing.slice(0, 3).join(', ') + (missing.length > 3 ? ', ...' : '');
    const message = `${missing.length} of ${shards.length} archives are not in ${directory}: ${shown}. Copy them there.`;
    throw new DatasetError('NOT_FOUND', message, { directory, missing });
  }
  shards.forEach(({ file, bytes }, i) => {
    if (sizes[i] === bytes) return;
    const what = `${join(directory, file)} has ${sizes[i]} bytes, its manifest says ${bytes}`;
    throw badShard(what, { file, bytes: sizes[i], stated: bytes });
  });
  const files = shards.map(({ file, samples }) => ({
    name: join(directory, file),
    samples,
    open: () => createReadStream(join(directory, file), { highWaterMark: CHUNK }),
  }));
  return { skeleton, shards: files };
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}
