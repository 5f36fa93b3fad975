import { batchNormTrain, batchNormTrainAcross, recomputeBatchNorm } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { RunError } from '../error.js';
import type { Lowering } from '../lowering.js';
import { applyActivation } from './activation.js';

/** Training: one fused operation with the activation behind it. Inference: the running statistics. */
export const batchNorm: Lowering<'batchNorm'> = (call) => {
  const { node, inputs, parameter, training, activation, gather, collect, remake } = call;
  const x = inputs[0]!;
  const { epsilon } = node.attributes;
  if (!training) {
    const y = tf.batchNorm(
      x,
      parameter('mean') as tf.Tensor1D,
      parameter('variance') as tf.Tensor1D,
      parameter('beta') as tf.Tensor1D,
      parameter('gamma') as tf.Tensor1D,
      epsilon,
    );
    return activation ? applyActivation(y, activation) : y;
  }
  const count = x.size / x.shape.at(-1)!;
  if (count < 2)
    throw new RunError(
      'OUT_OF_RANGE',
      `batchNorm '${node.name}' needs at least 2 values per channel to train on, the batch gives [${x.shape}]; use a larger batch`,
      { shape: x.shape },
    );
  const options = { epsilon, activation: activation ?? ('none' as const) };
  const gamma = parameter('gamma') as tf.Tensor1D;
  const beta = parameter('beta') as tf.Tensor1D;
  const { y, ...batch } = gather
    ? batchNormTrainAcross(x, gamma, beta, gather, options)
    : { ...batchNormTrain(x, gamma, beta, options), count };
  collect({ node, ...batch });
  remake((saved) => recomputeBatchNorm(saved, options));
  return y;
};
