import type { ActivationAttributes } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

const FUNCTIONS: {
  readonly [Name in ActivationAttributes['function']]: (x: tf.Tensor) => tf.Tensor;
} = {
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
};

export function applyActivation(x: tf.Tensor, which: ActivationAttributes['function']): tf.Tensor {
  return FUNCTIONS[which](x);
}

export const activation: Lowering<'activation'> = ({ node, inputs }) =>
  applyActivation(inputs[0]!, node.attributes.function);
