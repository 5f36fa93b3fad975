import type { AugmentOptions } from '@pose-distill/datasets';
import type { Size } from '@pose-distill/heatmap-decode';
import type { Network } from '@pose-distill/network';
import type { Recompute } from '@pose-distill/network-tfjs';
import type { Skeleton } from '@pose-distill/skeletons';
import type { Scalar, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import type { DecodeRule } from '../model/model.js';
import type { Schedule } from './schedule.js';
import type { Teacher } from './teacher.js';

/** What a batch is trained towards. B batch, K keypoints, H x W the heatmap's size. */
export interface Targets {
  /** [B,H,W,K] Gaussians of peak 1; empty maps for keypoints of weight 0. */
  readonly heatmaps: Tensor4D;
  /** [B,K,2] x / input width, y / input height. */
  readonly coordinates: Tensor3D;
  /** [B,K] 1 for labelled keypoints inside the input, else 0. */
  readonly weights: Tensor2D;
}

/** Maps by output name, [B,H,W,C]. */
export type Maps = Readonly<Record<string, Tensor4D>>;

/** What a loss term sees. Maps of teachers carry no gradient. */
export interface TermInput {
  /** The student's. */
  readonly outputs: Maps;
  /** Each teacher's, by the name the plan gives it. */
  readonly teachers: Readonly<Record<string, Maps>>;
  readonly targets: Targets;
}

/** One named part of the loss; its weight may change with the step. */
export interface LossTerm {
  readonly name: string;
  readonly weight: number | Schedule;
  fn(input: TermInput): Scalar;
}

export interface OptimizerRule {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled (AdamW), on tensors of two axes and more; 0 is Adam. */
  readonly weightDecay: number;
}

/** Everything that decides a training run. Built by a module's `plan(options)`, from JSON options alone. */
export interface Plan {
  readonly name: string;
  readonly skeleton: Skeleton;
  readonly inputSize: Size;
  readonly heatmapSize: Size;
  /** Width of the target Gaussian in heatmap pixels. */
  readonly sigma: number;
  /** All that is trained, with one input `image`: the student itself and what helps it in training only. */
  readonly student: Network;
  /**
   * Outputs [B,H,W,K] that the decode rule can read and that are fit for use; the best by validation is deployed, with the parts of
   * the network it needs and no others. Default: `heatmaps`.
   */
  readonly deploys?: readonly string[];
  /** Outputs of that form that validation scores too and nobody deploys, such as an ensemble. Default: none. */
  readonly watches?: readonly string[];
  readonly decode: DecodeRule;
  /** By the names that loss terms see them under. Default: none. */
  readonly teachers?: Readonly<Record<string, Teacher>>;
  readonly terms: readonly LossTerm[];
  readonly optimizer: OptimizerRule;
  readonly learningRate: Schedule;
  /** Gradients of a larger global norm are scaled down to it. */
  readonly clipNorm: number;
  readonly batchSize: number;
  /**
   * Micro-batches that a step's batch is cut into, their gradients added up: less memory, and batch norm sees that many fewer
   * people at once. A run on n threads has at least n. Default 1.
   */
  readonly accumulate?: number;
  /** Batch norm over the whole batch though several threads compute it; not together with `accumulate`. Default false. */
  readonly syncBatchNorm?: boolean;
  /** What the gradient computes again instead of keeping it in memory; see `run` of network-tfjs. Default: nothing. */
  readonly recompute?: Recompute;
  /** Decay, in (0, 1), of an average of the weights that is evaluated and exported in their place. Default: none. */
  readonly ema?: number;
  readonly augment: AugmentOptions;
  readonly steps: number;
  readonly seed: number;
}

export const ADAM: OptimizerRule = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** A plan by name, so that another thread or a later run builds the same one. */
export interface PlanReference {
  /** A recipe's name or the URL of a module that exports `plan(options, materials)`. */
  readonly module: string;
  readonly options: Readonly<Record<string, unknown>>;
}
