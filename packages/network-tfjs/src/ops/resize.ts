import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const resizeNearest: Lowering<'resizeNearest'> = ({ node, inputs }) => {
  const { height, width } = node.attributes.size;
  return tf.image.resizeNearestNeighbor(inputs[0] as tf.Tensor4D, [height, width]);
};

export const resizeBilinear: Lowering<'resizeBilinear'> = ({ node, inputs }) => {
  const { size, alignCorners = false } = node.attributes;
  const x = inputs[0] as tf.Tensor4D;
  return tf.image.resizeBilinear(x, [size.height, size.width], alignCorners, !alignCorners);
};
