import * as tf from '@tensorflow/tfjs-core';
import { LossError } from './errors.js';

/**
 * Sum of loss terms, each times its weight, with its own backward: composes losses where stock tfjs has no gradients (Node). A term of
 * weight 0 adds nothing, even if it is infinite.
 *
 * @param terms scalars
 * @param weights one for each term
 * @throws {LossError} OUT_OF_RANGE
 * @example
 * const total = weightedSum([heatmapMseLoss(maps, target), hhdLoss(maps, teacher)], [1, 0.5]);
 */
export function weightedSum(terms: readonly tf.Scalar[], weights: readonly number[]): tf.Scalar {
  if (terms.length === 0 || terms.length !== weights.length)
    throw new LossError(
      'OUT_OF_RANGE',
      `terms: expected one or more with a weight each, got ${terms.length} terms and ${weights.length} weights.`,
      { terms: terms.length, weights },
    );
  const operation = tf.customGrad(((...inputs: unknown[]) => {
    const values = inputs.slice(0, terms.length) as tf.Tensor[];
    return {
      value: tf.addN(
        values.map((value, i) =>
          weights[i] === 0 ? tf.zerosLike(value) : tf.mul(value, weights[i]!),
        ),
      ),
      gradFunc: (dy: tf.Tensor) => weights.map((weight) => tf.mul(dy, weight)),
    };
  }) as unknown as Parameters<typeof tf.customGrad>[0]);
  return operation(...terms) as tf.Scalar;
}
