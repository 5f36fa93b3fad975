import { registered } from '@pose-distill/accelerate/register';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { type Trained, trainSmallModel } from './layers-model.js';

/** What the page found; run by the test beside it. */
export interface Found {
  readonly backend: string;
  readonly kernels: readonly string[];
  readonly here: Trained;
  readonly onCpu: Trained;
}

export default async function run(): Promise<Found> {
  const backend = tf.getBackend();
  const here = await trainSmallModel(2);
  await tf.setBackend('cpu');
  return { backend, kernels: registered.kernels, here, onCpu: await trainSmallModel(2) };
}
