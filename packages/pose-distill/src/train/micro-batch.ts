import type { Batch } from '@pose-distill/datasets';
import { PoseDistillError } from '../errors.js';
import type { Plan } from './plan.js';

/** A contiguous part of a batch that is computed at once: batch norm sees these people only. */
export interface MicroBatch {
  readonly batch: Batch;
  /** Its part of the whole batch, 0..1: what its losses and gradient count in the step. */
  readonly share: number;
}

/**
 * Micro-batches of a step: as many as the plan's `accumulate` and those of the run that goes on, and at least one for each
 * worker; a multiple of the workers.
 */
export function microBatchCount(
  plan: Pick<Plan, 'accumulate' | 'syncBatchNorm'>,
  workers = 1,
  before = 1,
): number {
  if (plan.syncBatchNorm) return workers;
  return workers * Math.ceil(Math.max(plan.accumulate ?? 1, before) / workers);
}

/**
 * The largest number of workers, up to `most`, that a batch can be divided among.
 *
 * @param before micro-batches of the run that goes on: then only a number that divides them, so that the same next loss comes
 */
export function largestWorkerCount(plan: Plan, most: number, before?: number): number {
  for (let count = most; count > 1; count--) {
    if (before !== undefined && before % count !== 0 && !plan.syncBatchNorm) continue;
    if (microBatchCount(plan, count, before) <= plan.batchSize) return count;
  }
  return 1;
}

/** Cuts a batch into parts of as equal a size as can be; views, not copies. */
export function splitBatch(batch: Batch, count: number): MicroBatch[] {
  const { size } = batch;
  if (count > size)
    throw new PoseDistillError(
      'BAD_OPTION',
      `A batch of ${size} cannot be cut into ${count} micro-batches. Lower accumulate or the number of workers, or raise batchSize.`,
      { size, count },
    );
  if (count === 1) return [{ batch, share: 1 }];
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * size) / count);
    const to = Math.floor(((i + 1) * size) / count);
    return { batch: rowsOf(batch, from, to), share: (to - from) / size };
  });
}

function rowsOf(batch: Batch, from: number, to: number): Batch {
  const rows = <T extends Float32Array | Float64Array | Int32Array>(values: T): T => {
    const each = values.length / batch.size;
    return values.subarray(from * each, to * each) as T;
  };
  return {
    size: to - from,
    images: rows(batch.images),
    keypoints: rows(batch.keypoints),
    weights: rows(batch.weights),
    sampleIndices: rows(batch.sampleIndices),
    transforms: rows(batch.transforms),
  };
}
