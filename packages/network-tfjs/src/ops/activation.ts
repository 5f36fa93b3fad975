import type { ActivationFunction } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

const hardSigmoid = (x: tf.Tensor): tf.Tensor => tf.div(tf.relu6(tf.add(x, 3)), 6);

const FUNCTIONS: {
  readonly [Name in ActivationFunction]: (x: tf.Tensor, slope?: number) => tf.Tensor;
} = {
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  leakyRelu: (x, slope) => tf.leakyRelu(x, slope),
  sigmoid: (x) => tf.sigmoid(x),
  hardSigmoid,
  hardSwish: (x) => tf.mul(x, hardSigmoid(x)),
  silu: (x) => tf.mul(x, tf.sigmoid(x)),
  gelu: (x) => tf.mul(x, tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5)),
  softplus: (x) => tf.softplus(x),
  tanh: (x) => tf.tanh(x),
};

export function applyActivation(
  x: tf.Tensor,
  which: ActivationFunction,
  slope?: number,
): tf.Tensor {
  return FUNCTIONS[which](x, slope);
}

export const activation: Lowering<'activation'> = ({ node, inputs }) =>
  applyActivation(inputs[0]!, node.attributes.function, node.attributes.slope);
