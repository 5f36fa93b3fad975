import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

/** The channels as a matrix of groups, transposed. */
export const channelShuffle: Lowering<'channelShuffle'> = ({ node, inputs }) => {
  const x = inputs[0]!;
  const { groups } = node.attributes;
  const apart = tf.reshape(x, [-1, groups, node.shape[2]! / groups]);
  return tf.reshape(tf.transpose(apart, [0, 2, 1]), x.shape);
};
