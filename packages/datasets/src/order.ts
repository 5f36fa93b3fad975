import { createRandom, shuffledIndices } from '@pose-distill/internal-random';
import { DatasetError } from './error.js';

/** The order in which an epoch visits `count` samples: a permutation, a function of (count, seed, epoch) alone. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  return shuffledIndices(count, createRandom(seed, 'order', epoch));
}

export interface BatchScheduleOptions {
  /** Number of samples. */
  readonly count: number;
  /** Samples a batch. Range 1 and up. */
  readonly batchSize: number;
  /** Visit samples in a new order each epoch. @default false, which is the data set's own order. */
  readonly shuffle?: boolean;
  /** @default 0 */
  readonly seed?: number;
  /**
   * What happens to the samples that do not fill a batch at the end of an epoch. With `drop` all batches have one size; a
   * data set smaller than a batch gives one batch an epoch, of all samples. @default 'drop' when shuffling, else 'keep'
   */
  readonly lastBatch?: 'drop' | 'keep';
}

/** One batch of a run: which samples, in which epoch. */
export interface ScheduledBatch {
  readonly step: number;
  readonly epoch: number;
  /** Steps since the start of the epoch. */
  readonly position: number;
  readonly indices: Int32Array;
}

/** Maps the step of a run to its samples; without state, so a run can go on from any step. */
export interface BatchSchedule {
  readonly stepsPerEpoch: number;
  at(step: number): ScheduledBatch;
}

/**
 * Lays out a run of batches.
 * @throws DatasetError `OUT_OF_RANGE` for an empty data set or a batch size below 1.
 * @example
 * const schedule = batchSchedule({ count: 1000, batchSize: 32, shuffle: true, seed: 1 });
 * schedule.stepsPerEpoch; // 31
 * schedule.at(40); // { step: 40, epoch: 1, position: 9, indices: Int32Array(32) }
 */
export function batchSchedule(options: BatchScheduleOptions): BatchSchedule {
  const { count, batchSize, shuffle = false, seed = 0 } = options;
  const { lastBatch = shuffle ? 'drop' : 'keep' } = options;
  requireWhole('count', count, 1, 'the data set must have samples');
  requireWhole('batchSize', batchSize, 1);
  const stepsPerEpoch =
    lastBatch === 'keep'
      ? Math.ceil(count / batchSize)
      : Math.max(1, Math.floor(count / batchSize));
  // Kept only to spare work: the same epoch always gives the same order.
  let order: Int32Array = Int32Array.from({ length: count }, (_, i) => i);
  let orderEpoch = -1;
  const orderOf = (epoch: number): Int32Array => {
    if (shuffle && orderEpoch !== epoch) {
      order = epochOrder(count, seed, epoch);
      orderEpoch = epoch;
    }
    return order;
  };
  return {
    stepsPerEpoch,
    at(step) {
      requireWhole('step', step, 0);
      const epoch = Math.floor(step / stepsPerEpoch);
      const position = step - epoch * stepsPerEpoch;
      const start = position * batchSize;
      return { step, epoch, position, indices: orderOf(epoch).slice(start, start + batchSize) };
    },
  };
}

/** Throws unless the value is a whole number of at least `least`. */
export function requireWhole(name: string, value: number, least: number, why?: string): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  const advice = why ? `: ${why}` : '';
  throw new DatasetError(
    'OUT_OF_RANGE',
    `${name}: expected a whole number of at least ${least}, got ${value}${advice}.`,
    { name, value },
  );
}
