import type { Skeleton } from '@pose-distill/skeletons';
import { type Batch, type MakeBatchOptions, rowsOf } from '../batch.js';
import { DatasetError } from '../error.js';
import { batchSchedule } from '../order.js';
import type { Split } from '../synthetic.js';
import type { PoseDataset } from '../types.js';
import { closedError, createLocalLane, createWorkerLane, joinLanes, type Lanes } from './lane.js';
import { batchSettings, checkRun } from './loader-settings.js';
import { openDataset } from './open.js';
import type { SourceSpec } from './source.js';
import { type BatchTask, postSample } from './worker-protocol.js';

export interface BatchLoaderOptions extends Omit<MakeBatchOptions, 'seed' | 'epoch'> {
  /** A source as `openDataset` takes it, or a data set that is open already. */
  readonly source: string | SourceSpec | PoseDataset;
  /** Not needed for an open data set. */
  readonly split?: Split;
  readonly batchSize: number;
  /** Of order and augmentation. @default 0 */
  readonly seed?: number;
  /** A new order each epoch. @default true with `augment`, else false */
  readonly shuffle?: boolean;
  /** What happens to samples that do not fill a batch. @default 'drop' when shuffling, else 'keep' */
  readonly lastBatch?: 'drop' | 'keep';
  /** Passes over the data. @default Infinity when shuffling, else 1 */
  readonly epochs?: number;
  /** First batch: the number of batches taken by the run that goes on. @default 0 */
  readonly startStep?: number;
  /** Threads that prepare batches; 0 prepares them in this one. Changes nothing but speed. @default 1 */
  readonly workers?: number;
  /** Batches prepared before they are asked for. @default 3 */
  readonly ahead?: number;
}

/** A stream of batches. Iterating over it ends after the last batch, and closes it. */
export interface BatchLoader extends AsyncIterable<Batch> {
  readonly dataset: PoseDataset;
  readonly skeleton: Skeleton;
  /** Number of samples. */
  readonly length: number;
  readonly stepsPerEpoch: number;
  /** Samples left out of the batches given so far, since `onBadRecord` is 'skip'. */
  readonly skippedRecords: number;
  /** @throws DatasetError of reading a picture; `WORKER_STOPPED`; `CLOSED`; `OUT_OF_RANGE` after the last batch. */
  next(): Promise<Batch>;
  /** Ends the workers. Batches under way are given up. */
  close(): Promise<void>;
}

/**
 * Opens a data set and prepares its batches ahead of their use, in worker threads.
 *
 * Batch n of a run is a function of the data set, n, `seed` and the settings: neither the number of workers nor what was
 * read before changes it. With `augment` it is a training stream (shuffled, without end), without it one pass in order.
 *
 * @throws DatasetError as `openDataset`; `OUT_OF_RANGE` for options out of range.
 * @example
 * const loader = await createBatchLoader({
 *   source: 'coco:/data/coco', split: 'train', inputSize: { width: 192, height: 256 }, batchSize: 32, augment: {},
 * });
 * const batch = await loader.next();
 * await loader.close();
 */
export async function createBatchLoader(options: BatchLoaderOptions): Promise<BatchLoader> {
  const { source, split, batchSize, seed = 0, augment, workers = 1, ahead = 3 } = options;
  const { shuffle = augment !== undefined, startStep = 0 } = options;
  const { epochs = shuffle ? Infinity : 1, lastBatch = shuffle ? 'drop' : 'keep' } = options;
  checkRun({ ...options, workers, ahead, startStep, epochs });

  const dataset =
    typeof source === 'object' && 'samples' in source
      ? source
      : await openDataset(source, { split: split as Split });
  const count = dataset.samples.length;
  const schedule = batchSchedule({ count, batchSize, shuffle, seed, lastBatch });
  const end = epochs * schedule.stepsPerEpoch;
  const settings = batchSettings(options);
  const lanes = createLanes(dataset, workers);
  const prepared = new Map<number, Promise<Batch>>();
  let asked = startStep;
  let ordered = startStep;
  let skippedRecords = 0;
  let closing: Promise<void> | undefined;

  const orderUpTo = (step: number): void => {
    for (; ordered < Math.min(step, end); ordered++) {
      const { epoch, indices } = schedule.at(ordered);
      const task = { indices, options: { ...settings, seed, epoch } };
      prepared.set(ordered, lanes.make({ ...task, ...annotationsOf(dataset, indices) }));
    }
  };
  orderUpTo(startStep + ahead);

  const loader: BatchLoader = {
    dataset,
    skeleton: dataset.skeleton,
    length: count,
    stepsPerEpoch: schedule.stepsPerEpoch,
    get skippedRecords() {
      return skippedRecords;
    },
    async next() {
      if (closing) throw closedError();
      if (asked >= end) {
        const message = `There are ${end} batches; there is no batch ${asked}. Ask for more with epochs.`;
        throw new DatasetError('OUT_OF_RANGE', message, { step: asked, batches: end });
      }
      const step = asked++;
      orderUpTo(asked + ahead);
      const ordered = prepared.get(step)!;
      prepared.delete(step);
      const batch = await lanes.wait(ordered);
      skippedRecords += batch.skipped?.length ?? 0;
      return batch;
    },
    close() {
      closing ??= lanes.close().then(() => prepared.clear());
      return closing;
    },
    async *[Symbol.asyncIterator]() {
      try {
        while (asked < end) yield await loader.next();
      } finally {
        await loader.close();
      }
    },
  };
  return loader;
}

/** What a worker cannot know of these samples. */
function annotationsOf(
  { samples, images }: PoseDataset,
  indices: Int32Array,
): Pick<BatchTask, 'samples' | 'figures'> {
  if (!images) return {};
  if (images.kind === 'figures') return { figures: indices.map((index) => samples[index]!.id - 1) };
  return { samples: Array.from(indices, (index) => postSample(samples[index]!)) };
}

function createLanes(dataset: PoseDataset, workers: number): Lanes {
  if (workers === 0) return joinLanes([createLocalLane(({ indices }) => rowsOf(dataset, indices))]);
  const { images, skeleton } = dataset;
  if (!images) {
    throw new DatasetError(
      'OUT_OF_RANGE',
      `workers: the data set ${dataset.name} does not say where its pictures come from, so no other thread can read them. ` +
        'Pass workers: 0.',
    );
  }
  return joinLanes(Array.from({ length: workers }, () => createWorkerLane({ skeleton, images })));
}
