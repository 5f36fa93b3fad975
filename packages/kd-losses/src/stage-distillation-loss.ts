import type * as tf from '@tensorflow/tfjs-core';
import { type HeatmapWeighting, heatmapMseLoss } from './heatmap-loss.js';
import { pixelKlLoss } from './pixel-kl-loss.js';
import { weightedSum } from './weighted-sum.js';

export interface StageDistillationOptions {
  /** Whom a stage follows: the teacher, or the stage behind it (the last one still the teacher). @default 'teacher' */
  readonly towards?: 'teacher' | 'next';
  /** Weight of each stage's term. @default 1 for all */
  readonly stageWeights?: readonly number[];
  /** Squared error of heatmaps, or divergence of their softmax over space. @default 'mse' */
  readonly distance?: 'mse' | 'kl';
  /** Of `heatmapMseLoss`. @default 'hrnet' */
  readonly weighting?: HeatmapWeighting;
}

/**
 * Knowledge that flows along a chain of stages inside one training: the weighted sum of each stage's distance to the teacher's map,
 * or to the stage behind it. For LSPD (one chain of student stages and a teacher stage) and ULPD (applications of one module).
 *
 * Gradient: with respect to the stages that learn; none to the map that a stage follows. Own backward, works with stock tfjs.
 *
 * @param stages heatmaps `[B,H,W,K]` of each student stage, in order
 * @param teacher heatmaps `[B,H,W,K]`
 * @param weights `[B,K]` or `[B,K,1]` in 0..1; all 1 when absent
 * @returns scalar
 * @throws {LossError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see our reading of LSPD (Zhang et al., IEEE Sensors Journal 23(22), 2023), whose formula is not published
 * @example
 * const term = stageDistillationLoss([first, second], teacherStage, weights, { towards: 'next' });
 */
export function stageDistillationLoss(
  stages: readonly tf.Tensor4D[],
  teacher: tf.Tensor4D,
  weights?: tf.Tensor,
  options: StageDistillationOptions = {},
): tf.Scalar {
  const { towards = 'teacher', distance = 'mse', weighting = 'hrnet' } = options;
  const { stageWeights = stages.map(() => 1) } = options;
  const terms = stages.map((stage, index) => {
    const followed = towards === 'next' ? (stages[index + 1] ?? teacher) : teacher;
    return distance === 'kl'
      ? pixelKlLoss(stage, followed, weights, { detachTeacher: true })
      : heatmapMseLoss(stage, followed, weights, { weighting });
  });
  return weightedSum(terms, stageWeights);
}
