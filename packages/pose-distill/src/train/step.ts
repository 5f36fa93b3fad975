import { run } from '@pose-distill/network-tfjs';
import {
  adamScalars,
  adamUpdate,
  clipByGlobalNorm,
  emaUpdate,
  flattenTensors,
  type Gather,
  splitTensor,
} from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { emaDecay } from './average.js';
import { type LoadedModel, loadFolded } from './load-folded.js';
import type { LossTerm, Maps, Plan, Targets, TermInput } from './plan.js';
import { statisticParameters, type TrainState, trainedParameters } from './state.js';
import { isMapSource } from './teacher.js';

/** A batch on the backend: images [B,h,w,3], what they are trained towards, and the maps of teachers that are no networks. */
export interface BatchTensors {
  readonly image: tf.Tensor4D;
  readonly targets: Targets;
  readonly teachers?: TermInput['teachers'];
}

/** The parts of a plan that every step needs, prepared once. */
export interface CompiledPlan {
  readonly plan: Plan;
  readonly names: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly statistics: { readonly names: readonly string[]; readonly shapes: readonly number[][] };
  /** Length of a gradient row: P + 1 + terms + S. */
  readonly rowLength: number;
  /** [P] 1 where weight decay applies. */
  readonly decayMask: tf.Tensor1D;
  /** The plan's teachers that are networks, with their batch norm folded, on the backend. */
  readonly teachers: Readonly<Record<string, LoadedModel>>;
}

export interface StepResult {
  readonly state: TrainState;
  /** [1 + terms + 1]: the total, each term before its weight, the norm of the gradient before clipping. */
  readonly terms: tf.Tensor1D;
}

/** Everything that changes between steps but is no state, as one tensor: see `stepScalars`. */
export type StepScalars = tf.Tensor1D;

/**
 * What a micro-batch brings to a step, in one row: the gradient [P], the total and each term [1 + terms], the new running
 * statistics [S]. Rows times their shares add up to the step's, so all that replicas exchange is a sum.
 */
export type GradientRow = tf.Tensor1D;

export interface GradientOptions {
  /** The micro-batch's part of the batch. Default 1. */
  readonly share?: number;
  /** Batch statistics over all replicas. Default: of the micro-batch alone. */
  readonly gather?: Gather;
}

const ADAM_SCALARS = 7;

/** [Adam's scalars (7), one weight a term, the decay of the averaged weights], for the step that counts from 0. */
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
    emaDecay(plan, step),
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
  const row = computeGradient(compiled, state, batch, scalars);
  const result = applyGradient(compiled, state, row, scalars);
  row.dispose();
  return result;
}

/** The first half of a step: forward, terms, gradient. */
export function computeGradient(
  compiled: CompiledPlan,
  state: TrainState,
  { image, targets, teachers: given = {} }: BatchTensors,
  scalars: StepScalars,
  { share = 1, gather }: GradientOptions = {},
): GradientRow {
  const { plan, names } = compiled;
  return tf.tidy(() => {
    const teachers: Record<string, Maps> = { ...given };
    for (const [name, { network, variables }] of Object.entries(compiled.teachers))
      teachers[name] = run(network, variables, { image }).outputs as Maps;
    const termWeights = tf.slice(scalars, ADAM_SCALARS, plan.terms.length);

    let terms: tf.Tensor1D | undefined;
    let statistics: tf.Tensor[] = [];
    const loss = (...parameters: tf.Tensor[]): tf.Scalar => {
      const variables = Object.fromEntries(names.map((name, i) => [name, parameters[i]!]));
      const { outputs, updates } = run(
        plan.student,
        { ...variables, ...state.statistics },
        { image },
        { training: true, recompute: plan.recompute ?? false, ...(gather && { gather }) },
      );
      const values = tf.stack(
        plan.terms.map((term) => term.fn({ outputs: outputs as Maps, teachers, targets })),
      ) as tf.Tensor1D;
      const total = tf.sum(tf.mul(values, termWeights)) as tf.Scalar;
      terms = tf.keep(tf.concat([tf.reshape(total, [1]), values]) as tf.Tensor1D);
      statistics = compiled.statistics.names.map((name) => tf.keep(updates[name]!));
      return total;
    };
    const { grads } = tf.valueAndGrads(loss)(splitTensor(state.weights, compiled.shapes));
    const row = flattenTensors([...grads, terms!, ...statistics]);
    tf.dispose([terms!, ...statistics]);
    return share === 1 ? row : (tf.mul(row, share) as tf.Tensor1D);
  });
}

/** The second half: the sum of the rows -> clip -> update -> average. */
export function applyGradient(
  compiled: CompiledPlan,
  state: TrainState,
  row: GradientRow,
  scalars: StepScalars,
): StepResult {
  const { plan, statistics } = compiled;
  const weightCount = state.weights.size;
  const termCount = 1 + plan.terms.length;
  return tf.tidy(() => {
    const { gradient, norm } = clipByGlobalNorm(tf.slice(row, 0, weightCount), plan.clipNorm);
    const updated = adamUpdate({
      weights: state.weights,
      m: state.firstMoment,
      v: state.secondMoment,
      gradient,
      scalars: tf.slice(scalars, 0, ADAM_SCALARS),
      decayMask: compiled.decayMask,
    });
    const terms = tf.concat([tf.slice(row, weightCount, termCount), tf.reshape(norm, [1])]);
    const measured = tf.slice(row, weightCount + termCount);
    const parts = measured.size > 0 ? splitTensor(measured, statistics.shapes) : [];
    const decay = tf.reshape(tf.slice(scalars, scalars.size - 1, 1), []) as tf.Scalar;
    return {
      state: {
        weights: updated.weights,
        firstMoment: updated.m,
        secondMoment: updated.v,
        statistics: Object.fromEntries(statistics.names.map((name, i) => [name, parts[i]!])),
        ...(state.average && {
          average: emaUpdate(
            state.average,
            tf.concat([updated.weights, measured]) as tf.Tensor1D,
            decay,
          ),
        }),
      },
      terms: terms as tf.Tensor1D,
    };
  });
}

/** Prepares a plan for its steps; `release` frees what was made. */
export function compilePlan(plan: Plan): CompiledPlan & { release(): void } {
  const parameters = trainedParameters(plan.student);
  const decayMask = tf.tidy(
    () =>
      tf.concat(
        parameters.map(({ shape }) => tf.fill([sizeOf(shape)], shape.length > 1 ? 1 : 0)),
      ) as tf.Tensor1D,
  );
  const teachers: Record<string, LoadedModel> = {};
  for (const [name, teacher] of Object.entries(plan.teachers ?? {}))
    if (!isMapSource(teacher)) teachers[name] = loadFolded(teacher);
  const statistics = statisticParameters(plan.student);
  return {
    plan,
    names: parameters.map(({ name }) => name),
    shapes: parameters.map(({ shape }) => shape),
    statistics: {
      names: statistics.map(({ name }) => name),
      shapes: statistics.map(({ shape }) => [...shape]),
    },
    rowLength: rowLength(plan),
    decayMask,
    teachers,
    release() {
      tf.dispose(decayMask);
      for (const { variables } of Object.values(teachers)) tf.dispose(Object.values(variables));
    },
  };
}

/** Length of a plan's gradient rows. */
export function rowLength(plan: Plan): number {
  const values = [...trainedParameters(plan.student), ...statisticParameters(plan.student)];
  return values.reduce((sum, { shape }) => sum + sizeOf(shape), 1 + plan.terms.length);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
