import * as tf from '@tensorflow/tfjs-core';
import { addBias } from '../bias.js';
import type { Lowering } from '../lowering.js';
import { tfjsPadding } from '../padding.js';

/** The gradient of a convolution with respect to its input, which is what tfjs runs for it. */
export const convTranspose2d: Lowering<'convTranspose2d'> = ({ node, inputs, parameter }) => {
  const x = inputs[0] as tf.Tensor4D;
  const { strides, padding, bias } = node.attributes;
  const [height, width, channels] = node.shape as [number, number, number];
  const y = tf.conv2dTranspose(
    x,
    parameter('weight') as tf.Tensor4D,
    [x.shape[0], height, width, channels],
    [strides.height, strides.width],
    tfjsPadding(padding),
  );
  return bias ? addBias(y, parameter('bias')) : y;
};
