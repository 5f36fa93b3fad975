import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';
import { tfjsPadding } from '../padding.js';

export const maxPool: Lowering<'maxPool'> = ({ node, inputs }) => {
  const { kernel, strides, padding } = node.attributes;
  return tf.maxPool(
    inputs[0] as tf.Tensor4D,
    [kernel.height, kernel.width],
    [strides.height, strides.width],
    tfjsPadding(padding),
  );
};

export const avgPool: Lowering<'avgPool'> = ({ node, inputs }) => {
  const { kernel, strides, padding } = node.attributes;
  return tf.avgPool(
    inputs[0] as tf.Tensor4D,
    [kernel.height, kernel.width],
    [strides.height, strides.width],
    tfjsPadding(padding),
  );
};
