import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

/** Rows keep apart, so that one transposition of rank 5 puts sub-rows behind rows and sub-columns behind columns. */
export const pixelShuffle: Lowering<'pixelShuffle'> = ({ node, inputs }) => {
  const [batch, height, width] = inputs[0]!.shape as [number, number, number, number];
  const { factor, order } = node.attributes;
  const channels = node.shape[2]!;
  const isTorch = order === 'torch';
  const cells = isTorch ? [channels, factor, factor] : [factor, factor, channels];
  const apart = tf.reshape(inputs[0]!, [batch * height, width, ...cells]);
  const together = tf.transpose(apart, isTorch ? [0, 3, 1, 4, 2] : [0, 2, 1, 3, 4]);
  return tf.reshape(together, [batch, ...node.shape]);
};
