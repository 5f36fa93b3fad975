import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';
import { ADAM_UPDATE, hasKernel, runKernel } from './kernels.js';

export interface AdamScalarsOptions {
  readonly learningRate: number;
  /** Number of this update, counted from 1. */
  readonly step: number;
  /** Decay of the first moment, 0 <= beta1 < 1. @default 0.9 */
  readonly beta1?: number;
  /** Decay of the second moment, 0 <= beta2 < 1. @default 0.999 */
  readonly beta2?: number;
  /** Added to the root of the corrected second moment. @default 1e-8 */
  readonly epsilon?: number;
  /** Decoupled weight decay (AdamW). @default 0 */
  readonly weightDecay?: number;
}

/**
 * The seven scalars of one Adam update, in the order `adamUpdate` reads them:
 * learning rate, beta1, beta2, epsilon, weight decay, correction1, correction2.
 *
 * The corrections `1 / (1 - beta^step)` are taken from the float32 values of the betas, the ones the
 * update will use, so that each corrected moment is a mean with weights that sum to one.
 *
 * @throws TensorOpsError OUT_OF_RANGE
 */
export function adamScalars(options: AdamScalarsOptions): Float32Array {
  const {
    learningRate,
    step,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0,
  } = options;
  const isDecay = (beta: number): boolean => beta >= 0 && Math.fround(beta) < 1;
  if (!(step >= 1) || !isDecay(beta1) || !isDecay(beta2)) {
    throw new TensorOpsError(
      'OUT_OF_RANGE',
      `adamScalars expected step >= 1 and betas in [0, 1), got step ${step}, beta1 ${beta1}, beta2 ${beta2}.`,
      { step, beta1, beta2 },
    );
  }
  const correction = (beta: number): number => 1 / (1 - Math.fround(beta) ** step);
  return new Float32Array([
    learningRate,
    beta1,
    beta2,
    epsilon,
    weightDecay,
    correction(beta1),
    correction(beta2),
  ]);
}

export interface AdamUpdateInputs {
  /** All weights in one row `[P]`. */
  readonly weights: tf.Tensor1D;
  /** First moment `[P]`, zeros before the first step. */
  readonly m: tf.Tensor1D;
  /** Second moment `[P]`, zeros before the first step. */
  readonly v: tf.Tensor1D;
  readonly gradient: tf.Tensor1D;
  /** The seven numbers of `adamScalars` `[7]`. */
  readonly scalars: tf.Tensor1D;
  /** 1 where weight decay applies and 0 elsewhere `[P]`. @default decays everything */
  readonly decayMask?: tf.Tensor1D;
}

/** Weights and slots after an update; new tensors, which the caller disposes. */
export interface AdamState {
  readonly weights: tf.Tensor1D;
  readonly m: tf.Tensor1D;
  readonly v: tf.Tensor1D;
}

/**
 * One step of Adam with decoupled weight decay over all weights at once.
 *
 * m' = beta1 m + (1 - beta1) g, v' = beta2 v + (1 - beta2) g²,
 * w' = w - learningRate (correction1 m' / (sqrt(correction2 v') + epsilon) + weightDecay mask w).
 * Nothing is changed in place and nothing is read back. Not differentiable. Runs the kernel
 * `AdamUpdate` of the current backend where it has one, and composes tfjs ops otherwise.
 *
 * @throws TensorOpsError SHAPE_MISMATCH
 * @see Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019, algorithm 2
 * @example
 * const scalars = tf.tensor1d(adamScalars({ learningRate: 1e-3, step: 1 }));
 * const next = adamUpdate({ weights, m, v, gradient, scalars });
 */
export function adamUpdate(inputs: AdamUpdateInputs): AdamState {
  check(inputs);
  const { weights, m, v, gradient, scalars, decayMask } = inputs;
  const [nextWeights, nextM, nextV] = hasKernel(ADAM_UPDATE)
    ? runKernel(
        ADAM_UPDATE,
        { weights, m, v, gradient, scalars, ...(decayMask && { decayMask }) },
        {},
      )
    : compose(inputs);
  return {
    weights: nextWeights as tf.Tensor1D,
    m: nextM as tf.Tensor1D,
    v: nextV as tf.Tensor1D,
  };
}

function compose(inputs: AdamUpdateInputs): tf.Tensor[] {
  return tf.tidy(() => {
    const { weights, gradient, decayMask } = inputs;
    const [learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2] = tf.unstack(
      inputs.scalars,
    ) as [tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar, tf.Scalar];
    const m = tf.add(tf.mul(inputs.m, beta1), tf.mul(gradient, tf.sub(1, beta1)));
    const v = tf.add(tf.mul(inputs.v, beta2), tf.mul(tf.square(gradient), tf.sub(1, beta2)));
    const root = tf.add(tf.sqrt(tf.mul(v, correction2)), epsilon);
    const direction = tf.div(tf.mul(m, correction1), root);
    const decayed = tf.mul(decayMask ? tf.mul(weights, decayMask) : weights, weightDecay);
    const next = tf.sub(weights, tf.mul(tf.add(direction, decayed), learningRate));
    return [next, m, v];
  });
}

function check(inputs: AdamUpdateInputs): void {
  const { weights, m, v, gradient, scalars, decayMask } = inputs;
  const rows = { weights, m, v, gradient, ...(decayMask && { decayMask }) };
  const fits = Object.values(rows).every((t) => t.shape.length === 1 && t.size === weights.size);
  if (fits && scalars.shape.length === 1 && scalars.size === 7) return;
  const shapes = Object.entries({ ...rows, scalars }).map(([name, t]) => `${name} [${t.shape}]`);
  throw new TensorOpsError(
    'SHAPE_MISMATCH',
    `adamUpdate expected rank-1 tensors of one length and scalars [7] from adamScalars(); got ${shapes.join(', ')}.`,
    Object.fromEntries(Object.entries({ ...rows, scalars }).map(([name, t]) => [name, t.shape])),
  );
}
