import type { Skeleton } from '@pose-distill/skeletons';
import type { Batch, MakeBatchOptions } from '../../batch.js';
import { DatasetError } from '../../error.js';
import type { ReadImageOptions } from '../../types.js';
import { closedError, createLocalLane, createWorkerLane, joinLanes } from '../lane.js';
import { batchSettings, checkRun } from '../loader-settings.js';
import { openSource } from '../serve.js';
import type { BatchTask, WorkerSetup } from '../worker-protocol.js';
import { type OpenShardsOptions, openShards, type ShardList, type ShardRecord } from './open.js';

export interface ShardLoaderOptions
  extends Omit<MakeBatchOptions, 'seed' | 'epoch'>,
    OpenShardsOptions {
  /** A folder of shards or a list of archives. */
  readonly source: string | ShardList;
  readonly batchSize: number;
  /** @default 'drop' with `augment`, else 'keep' */
  readonly lastBatch?: 'drop' | 'keep';
  /** Passes over the data. @default Infinity with `augment`, else 1 */
  readonly epochs?: number;
  /**
   * First batch: the number of batches taken by the run that goes on. Whole epochs before it are passed over where the
   * number of samples is known (and `onBadRecord` is 'throw'); the rest is read, but not decoded. @default 0
   */
  readonly startStep?: number;
  /** Threads that prepare batches; 0 prepares them in this one. Changes nothing but speed. @default 1 */
  readonly workers?: number;
  /** Batches prepared before they are asked for. @default 3 */
  readonly ahead?: number;
  /** How the pictures become pixels. */
  readonly reading?: ReadImageOptions;
}

/** A stream of batches from shards. Iterating over it ends after the last batch, and closes it. */
export interface ShardLoader extends AsyncIterable<Batch> {
  readonly skeleton: Skeleton;
  /** Samples and records left out so far, since `onBadRecord` is 'skip'. */
  readonly skippedRecords: number;
  /** @throws DatasetError of reading an archive or a picture; `WORKER_STOPPED`; `CLOSED`; `OUT_OF_RANGE` after the last batch. */
  next(): Promise<Batch>;
  close(): Promise<void>;
}

/**
 * Prepares batches from shards ahead of their use, in worker threads. Memory holds the shuffle buffer and `ahead` batches.
 *
 * Batch n of a run is a function of the shards, the share, n, `seed` and the settings. `sampleIndices`, and with them the
 * augmentation, are those of the data set that the shards were written from.
 *
 * @throws DatasetError as `openShards`; `OUT_OF_RANGE` for options out of range.
 * @example
 * const loader = await createShardLoader({
 *   source: '/data/shards', shard: '0/4', shuffleBuffer: 2000, seed: 1,
 *   inputSize: { width: 192, height: 256 }, batchSize: 32, augment: 'hrnet',
 * });
 * const batch = await loader.next();
 */
export async function createShardLoader(options: ShardLoaderOptions): Promise<ShardLoader> {
  const { augment, batchSize, seed = 0, startStep = 0, workers = 1, ahead = 3 } = options;
  const { epochs = augment ? Infinity : 1, lastBatch = augment ? 'drop' : 'keep' } = options;
  checkRun({ ...options, workers, ahead, startStep, epochs });
  const stream = await openShards(options.source, options);
  const { skeleton } = stream;
  const { reading } = options;
  const setup: WorkerSetup = {
    skeleton,
    images: { kind: 'posted', ...(reading ? { reading } : {}) },
  };
  const lanes = joinLanes(
    workers === 0
      ? [createLocalLane(openSource(setup))]
      : Array.from({ length: workers }, () => createWorkerLane(setup)),
  );
  const settings = batchSettings(options);
  const tasks = tasksOf();
  const ordered: Promise<{ readonly batch: Promise<Batch> } | undefined>[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  let skipped = 0;
  let ended = false;
  let closing: Promise<void> | undefined;

  const order = (): void => {
    const mine = turn.then(async () => {
      const task = closing ? undefined : await tasks.next();
      return task?.done === false ? { batch: lanes.make(task.value) } : undefined;
    });
    mine.catch(() => {}); // told to whoever asks for it
    turn = mine;
    ordered.push(mine);
  };
  for (let i = 0; i < ahead; i++) order();

  const take = async (): Promise<Batch | undefined> => {
    if (closing) throw closedError();
    order();
    const made = await ordered.shift()!;
    if (closing) throw closedError();
    if (!made) {
      ended = true;
      return undefined;
    }
    const batch = await lanes.wait(made.batch);
    skipped += batch.skipped?.length ?? 0;
    return batch;
  };
  const loader: ShardLoader = {
    skeleton,
    get skippedRecords() {
      return skipped + stream.skippedRecords;
    },
    async next() {
      const batch = ended ? undefined : await take();
      if (batch) return batch;
      if (closing) throw closedError();
      const message = 'There are no more batches in the shards. Ask for more with epochs.';
      throw new DatasetError('OUT_OF_RANGE', message);
    },
    close() {
      closing ??= lanes
        .close()
        .then(() => turn.catch(() => {}))
        .then(() => tasks.return())
        .then(() => {});
      return closing;
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          const batch = ended ? undefined : await take();
          if (!batch) return;
          yield batch;
        }
      } finally {
        await loader.close();
      }
    },
  };
  return loader;

  async function* tasksOf(): AsyncGenerator<BatchTask, void, undefined> {
    let passing = startStep;
    for (let epoch = 0; epoch < epochs; epoch++) {
      const known = passing > 0 ? batchCount(epoch) : undefined;
      if (known !== undefined && known <= passing) {
        passing -= known;
        continue;
      }
      for await (const records of batchesOf(epoch)) {
        if (passing > 0) passing--;
        else yield taskOf(records, epoch);
      }
    }
  }

  /** Batches in an epoch, where that can be told before reading it. */
  function batchCount(epoch: number): number | undefined {
    const samples = options.onBadRecord === 'skip' ? undefined : stream.sampleCount(epoch);
    if (!samples) return undefined; // unknown, or none, which is told when it is read
    if (lastBatch === 'keep') return Math.ceil(samples / batchSize);
    return Math.max(1, Math.floor(samples / batchSize));
  }

  async function* batchesOf(epoch: number): AsyncGenerator<ShardRecord[], void, undefined> {
    let records: ShardRecord[] = [];
    let batches = 0;
    for await (const record of stream.epoch(epoch)) {
      records.push(record);
      if (records.length < batchSize) continue;
      yield records;
      records = [];
      batches++;
    }
    if (batches + records.length === 0) {
      const message = 'The archives of this share have no sample.';
      throw new DatasetError('BAD_SHARD', message, { archives: stream.order(epoch) });
    }
    // Fewer samples than a batch are one batch all the same, as in createBatchLoader.
    if (records.length > 0 && (lastBatch === 'keep' || batches === 0)) yield records;
  }

  function taskOf(records: readonly ShardRecord[], epoch: number): BatchTask {
    return {
      indices: Int32Array.from(records, ({ index }) => index),
      options: { ...settings, seed, epoch },
      samples: records.map(({ sample }) => sample),
      pictures: records.map(({ picture }) => picture),
    };
  }
}
