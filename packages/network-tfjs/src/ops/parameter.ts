import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const parameter: Lowering<'parameter'> = ({ parameter: of, batch }) =>
  repeatForBatch(of('value'), batch);

/** One copy for each image. */
export function repeatForBatch(x: tf.Tensor, batch: number): tf.Tensor {
  return tf.tile(tf.expandDims(x, 0), [batch, ...x.shape.map(() => 1)]);
}
