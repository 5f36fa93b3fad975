import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

export const softmax: Lowering<'softmax'> = ({ inputs }) => tf.softmax(inputs[0]!);
