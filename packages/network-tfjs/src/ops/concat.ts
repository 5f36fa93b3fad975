import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const concat: Lowering<'concat'> = ({ inputs }) =>
  tf.concat([...inputs], inputs[0]!.rank - 1);
