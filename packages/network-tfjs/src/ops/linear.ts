import * as tf from '@tensorflow/tfjs-core';
import { addBias } from '../bias.js';
import type { Lowering } from '../lowering.js';

/** As one matrix product over all leading axes; tfjs's batched product is slow on wasm. */
export const linear: Lowering<'linear'> = ({ node, inputs, parameter }) => {
  const x = inputs[0]!;
  const { channels, bias } = node.attributes;
  const rows: tf.Tensor2D = tf.reshape(x, [-1, x.shape.at(-1)!]);
  let y: tf.Tensor = tf.matMul(rows, parameter('weight') as tf.Tensor2D);
  if (bias) y = addBias(y, parameter('bias'));
  return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), channels]);
};
