import * as tf from '@tensorflow/tfjs-core';
import type { BatchStatistics } from './lowering.js';

/**
 * New running statistics, PyTorch's way: `running = (1 - momentum) * running + momentum * batch`, with the unbiased
 * variance of the batch. All batch norms are done together, as a handful of operations on one long vector.
 */
export function updatedStatistics(
  batches: readonly BatchStatistics[],
  variables: Readonly<Record<string, tf.Tensor>>,
): Record<string, tf.Tensor> {
  if (batches.length === 0) return {};
  return tf.tidy(() => {
    const running: tf.Tensor1D[] = [];
    const measured: tf.Tensor1D[] = [];
    const names: string[] = [];
    const sizes: number[] = [];
    const shares: number[] = [];
    const rests: number[] = [];
    for (const { node, mean, variance, count } of batches) {
      const { momentum } = node.attributes;
      for (const [role, batch, factor] of [
        ['mean', mean, 1],
        ['variance', variance, count / (count - 1)],
      ] as const) {
        const name = node.parameters[role]!;
        names.push(name);
        sizes.push(batch.size);
        running.push(variables[name] as tf.Tensor1D);
        measured.push(batch as tf.Tensor1D);
        for (let i = 0; i < batch.size; i++) {
          shares.push(momentum * factor);
          rests.push(1 - momentum);
        }
      }
    }
    const next = tf.add(
      tf.mul(tf.concat1d(running), tf.tensor1d(rests)),
      tf.mul(tf.concat1d(measured), tf.tensor1d(shares)),
    );
    const parts = tf.split(next, sizes);
    return Object.fromEntries(names.map((name, index) => [name, parts[index]!]));
  });
}
