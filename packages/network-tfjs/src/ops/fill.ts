import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const fill: Lowering<'fill'> = ({ node, batch }) =>
  tf.fill([batch, ...node.shape], node.attributes.value, 'float32');
