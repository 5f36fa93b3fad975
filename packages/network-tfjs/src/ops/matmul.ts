import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

/** The factor goes to the first matrix: in attention it is much smaller than the product. */
export const matmul: Lowering<'matmul'> = ({ node, inputs }) => {
  const [a, b] = inputs as [tf.Tensor, tf.Tensor];
  const { transposeA, transposeB, scale } = node.attributes;
  return tf.matMul(scale === undefined ? a : tf.mul(a, scale), b, transposeA, transposeB);
};
