import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const reshape: Lowering<'reshape'> = ({ node, inputs, batch }) =>
  tf.reshape(inputs[0]!, [batch, ...node.shape]);
