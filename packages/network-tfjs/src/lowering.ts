import type { NodeOf, OpName } from '@pose-distill/network';
import type { Gather } from '@pose-distill/tensor-ops';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Remake } from './remake.js';

/** Activations that run in the kernel of what is before them. */
export type FusedActivation = 'relu' | 'relu6';

/** What one node becomes: its inputs and parameters as tensors in, one tensor out. */
export interface Call<Op extends OpName> {
  readonly node: NodeOf<Op>;
  readonly inputs: readonly Tensor[];
  /** The parameter of a role; a missing one was noticed before. */
  readonly parameter: (role: string) => Tensor;
  /** Images in the batch. */
  readonly batch: number;
  readonly training: boolean;
  /** Whether a gradient is being recorded: fused kernels of tfjs bring gradients of their own, so they are left out. */
  readonly recording: boolean;
  /** Batch statistics over all replicas. */
  readonly gather: Gather | undefined;
  /** An activation that the plan found behind this node and only there. */
  readonly activation: FusedActivation | undefined;
  /** Takes a batch norm's batch statistics during training. */
  readonly collect: (statistics: BatchStatistics) => void;
  /** Says how to make the value again, so that it need not be kept for the gradients of its readers. */
  readonly remake: (make: Remake) => void;
}

/** Mean and biased variance of one batch norm over one batch, with the number of values per channel. */
export interface BatchStatistics {
  readonly node: NodeOf<'batchNorm'>;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly count: number;
}

/** Computes nodes of one kind on tfjs. */
export type Lowering<Op extends OpName> = (call: Call<Op>) => Tensor;
