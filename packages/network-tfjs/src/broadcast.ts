import type { Shape } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';

/** Puts axes of length 1 behind the batch, so that a value of lower rank meets the others at their last axes. */
export function alignRanks(inputs: readonly tf.Tensor[], { length }: Shape): tf.Tensor[] {
  return inputs.map((x) => {
    const missing = length + 1 - x.rank;
    const [batch, ...rest] = x.shape as [number, ...number[]];
    return missing === 0 ? x : tf.reshape(x, [batch, ...new Array(missing).fill(1), ...rest]);
  });
}
