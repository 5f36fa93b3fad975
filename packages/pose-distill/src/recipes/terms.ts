import { heatmapMseLoss, smoothL1Loss, weightedSum } from '@pose-distill/kd-losses';
import { softArgmax } from '@pose-distill/tensor-ops';
import type * as tf from '@tensorflow/tfjs-core';
import type { LossTerm, TermInput } from '../train/plan.js';

/** Squared error of each of these outputs to the target Gaussians, weighted as HRNet does, summed. */
export function heatmapTerm(outputs: readonly string[] = ['heatmaps'], weight = 1): LossTerm {
  return {
    name: 'heatmaps',
    weight,
    fn: (input) => towards(input, outputs, input.targets.heatmaps),
  };
}

/** The same towards the last heatmaps of a teacher. */
export function teacherTerm(outputs: readonly string[] = ['heatmaps'], weight = 1): LossTerm {
  return {
    name: 'teacher',
    weight,
    fn: (input) => towards(input, outputs, input.teachers.teacher!.heatmaps!),
  };
}

function towards(
  { outputs, targets }: TermInput,
  names: readonly string[],
  goal: tf.Tensor4D,
): tf.Scalar {
  const losses = names.map((name) =>
    heatmapMseLoss(outputs[name]!, goal, targets.weights, { weighting: 'hrnet' }),
  );
  return losses.length === 1
    ? losses[0]!
    : weightedSum(
        losses,
        losses.map(() => 1),
      );
}

/** Smooth L1 between soft-argmax coordinates and labels, both in units of the input size. */
export function coordinateTerm(beta: number): LossTerm {
  return {
    name: 'coordinates',
    weight: 1,
    fn: ({ outputs, targets }) =>
      smoothL1Loss(softArgmax(outputs.heatmaps!, { beta }), targets.coordinates, targets.weights),
  };
}
