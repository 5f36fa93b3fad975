import type { Gather } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import type { StateArrays } from './state.js';

/** How the replicas of a run become one: the only place where a step meets another thread. */
export interface Exchange {
  /** Replicas that compute every step together. */
  readonly workers: number;
  /**
   * Adds up the rows of a step's micro-batches, those of the other replicas too, in the order of the batch, one float32
   * addition after the other: the same bits on every replica, and for any number of them. Takes the rows over.
   */
  sum(rows: readonly tf.Tensor1D[]): Promise<tf.Tensor1D>;
  /** Whether the run is to end before the next step; the same answer on every replica. */
  stopping(): boolean;
  /** Rejects when the replicas' weights are not the same bits. */
  agree(state: StateArrays): Promise<void>;
  /** Batch statistics over all replicas, for plans with `syncBatchNorm`. */
  readonly gather?: Gather;
}

/** The exchange of a run that computes in one thread. */
export function exchangeAlone(signal?: AbortSignal): Exchange {
  return {
    workers: 1,
    sum: async (rows) => rows.reduce(addAndDispose),
    stopping: () => signal?.aborted === true,
    agree: async () => {},
  };
}

function addAndDispose(sum: tf.Tensor1D, row: tf.Tensor1D): tf.Tensor1D {
  const next = tf.add(sum, row) as tf.Tensor1D;
  tf.dispose([sum, row]);
  return next;
}
