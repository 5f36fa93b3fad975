import { run } from '@pose-distill/network-tfjs';

import {
  adamScalars,
  adamUpdate,
  clipByGlobalNorm,
  flattenTensors,
  splitTensor,
} from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { type LoadedModel, loadFolded } from './load-folded.js';
import type { LossTerm, Plan, Targets } from './plan.js';
import { type TrainState, trainedParameters } from './state.js';

/** A batch on the backend: images [B,h,w,3] and what they are trained towards. */
export interface BatchTensors {
  readonly image: tf.Tensor4D;
  readonly targets: Targets;
}

/** The parts of a plan that every step needs, prepared once. */
export interface CompiledPlan {
  readonly plan: Plan;
  readonly shapes: readonly (readonly number[])[];
  /** [P] 1 where weight decay applies. */
  readonly decayMask: tf.Tensor1D;
  /** The plan's teacher with its batch norm folded, on the backend. */
  readonly teacher?: LoadedModel;
}

export interface StepResult {
  readonly state: TrainState;
  /** [1 + terms + 1]: the total, each term before its weight, the norm of the gradient before clipping. */
  readonly terms: tf.Tensor1D;
}

/** Everything that changes between steps but is no state, as one tensor: see `stepScalars`. */
export type StepScalars = tf.Tensor1D;

type Maps = Readonly<Record<string, tf.Tensor4D>>;

const ADAM_SCALARS = 7;

/** [Adam's scalars (7), then one weight a term], for the step that counts from 0. */
export function stepScalars(plan: Plan, step: number): Float32Array {
  const weightOf = ({ weight }: LossTerm): number =>
    typeof weight === 'number' ? weight : weight(step);
  return Float32Array.of(
    ...adamScalars({
      ...plan.optimizer,
      learningRate: plan.learningRate(step),
      step: step + 1,
    }),
    ...plan.terms.map(weightOf),
  );
}

/**
 * One step, as a pure function: (state, batch, scalars) -> (new state, terms). Nothing is read back and nothing is
 * branched on; the caller owns all that goes in and all that comes out.
 */
export function trainStep(
  compiled: CompiledPlan,
  state: TrainState,
  batch: BatchTensors,
  scalars: StepScalars,
): StepResult {
  const { plan } = compiled;
  const names = trainedParameters(plan.student).map(({ name }) => name);
  return tf.tidy(() => {
    const teacher = compiled.teacher
      ? run(compiled.teacher.network, compiled.teacher.variables, { image: batch.image }).outputs
      : {};
    const termWeights = tf.slice(scalars, ADAM_SCALARS, plan.terms.length);

    let terms: tf.Tensor1D | undefined;
    let statistics: Readonly<Record<string, tf.Tensor>> = {};
    const loss = (...parameters: tf.Tensor[]): tf.Scalar => {
      const variables = Object.fromEntries(names.map((name, i) => [name, parameters[i]!]));
      const { outputs, updates } = run(
        plan.student,
        { ...variables, ...state.statistics },
        { image: batch.image },
        { training: true },
      );
      const values = tf.stack(
        plan.terms.map((term) =>
          term.fn({ outputs: outputs as Maps, teacher: teacher as Maps, targets: batch.targets }),
        ),
      ) as tf.Tensor1D;
      const total = tf.sum(tf.mul(values, termWeights)) as tf.Scalar;
      terms = tf.keep(tf.concat([tf.reshape(total, [1]), values]) as tf.Tensor1D);
      statistics = updates;
      for (const update of Object.values(updates)) tf.keep(update);
      return total;
    };
    const { grads } = tf.valueAndGrads(loss)(splitTensor(state.weights, compiled.shapes));

    const { gradient, norm } = clipByGlobalNorm(flattenTensors(grads), plan.clipNorm);
    const updated = adamUpdate({
      weights: state.weights,
      m: state.firstMoment,
      v: state.secondMoment,
      gradient,
      scalars: tf.slice(scalars, 0, ADAM_SCALARS),
      decayMask: compiled.decayMask,
    });
    const read = tf.concat([terms!, tf.reshape(norm, [1])]) as tf.Tensor1D;
    terms!.dispose();
    return {
      state: {
        weights: updated.weights,
        firstMoment: updated.m,
        secondMoment: updated.v,
        statistics,
      },
      terms: read,
    };
  });
}

/** Prepares a plan for its steps; `release` frees what was made. */
export function compilePlan(plan: Plan): CompiledPlan & { release(): void } {
  const parameters = trainedParameters(plan.student);
  const decayMask = tf.tidy(
    () =>
      tf.concat(
        parameters.map(({ shape }) =>
          tf.fill([shape.reduce((a, b) => a * b, 1)], shape.length > 1 ? 1 : 0),
        ),
      ) as tf.Tensor1D,
  );
  const teacher = plan.teacher && loadFolded(plan.teacher);
  return {
    plan,
    shapes: parameters.map(({ shape }) => shape),
    decayMask,
    ...(teacher && { teacher }),
    release: () => tf.dispose([decayMask, ...Object.values(teacher?.variables ?? {})]),
  };
}
