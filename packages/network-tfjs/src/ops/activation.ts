import type { ActivationFunction } from '@pose-distill/network';
import { gelu, hardSigmoid, hardSwish, silu } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

const FUNCTIONS: {
  readonly [Name in ActivationFunction]: (x: tf.Tensor, slope?: number) => tf.Tensor;
} = {
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  leakyRelu: (x, slope) => tf.leakyRelu(x, slope),
  sigmoid: (x) => tf.sigmoid(x),
  hardSigmoid,
  hardSwish,
  silu,
  gelu,
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
