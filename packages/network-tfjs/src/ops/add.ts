import * as tf from '@tensorflow/tfjs-core';
import { alignRanks } from '../broadcast.js';
import type { Lowering } from '../lowering.js';

export const add: Lowering<'add'> = ({ node, inputs }) =>
  alignRanks(inputs, node.shape).reduce((sum, x) =>
    tf.util.arraysEqual(sum.shape, x.shape) ? sumOf(sum, x) : tf.add(sum, x),
  );

/** tfjs's sum saves both maps, though its gradient needs their shapes only. */
const sumOf = tf.customGrad((...args) => {
  const [a, b] = args as [tf.Tensor, tf.Tensor];
  return { value: tf.add(a, b), gradFunc: (dy: tf.Tensor) => [tf.clone(dy), tf.clone(dy)] };
});
