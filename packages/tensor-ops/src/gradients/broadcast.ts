import * as tf from '@tensorflow/tfjs-core';
import type { ReplacedGradient } from './replaced-gradient.js';

/** Sums what a broadcast had spread, back to the shape of the operand. */
function reduceTo(gradient: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.backend_util.getReductionAxes(shape, gradient.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(gradient, axes) : gradient, shape);
}

type Factor = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** A gradient of the form dy times a factor of both operands. */
function binaryGradient(kernelName: string, byA: Factor, byB: Factor): ReplacedGradient {
  return {
    why: 'stock fails when an operand was broadcast',
    config: {
      kernelName,
      inputsToSave: ['a', 'b'],
      gradFunc: (dy, saved) => {
        const [a, b] = saved as [tf.Tensor, tf.Tensor];
        return {
          a: () => reduceTo(tf.mul(dy as tf.Tensor, byA(a, b)), a.shape),
          b: () => reduceTo(tf.mul(dy as tf.Tensor, byB(a, b)), b.shape),
        };
      },
    },
  };
}

const asNumber = (condition: tf.Tensor): tf.Tensor => tf.cast(condition, 'float32');

/** On a tie the first operand takes the gradient, as in tfjs. */
export const broadcastGradients: readonly ReplacedGradient[] = [
  binaryGradient(
    tf.Maximum,
    (a, b) => asNumber(tf.greaterEqual(a, b)),
    (a, b) => asNumber(tf.less(a, b)),
  ),
  binaryGradient(
    tf.Minimum,
    (a, b) => asNumber(tf.lessEqual(a, b)),
    (a, b) => asNumber(tf.greater(a, b)),
  ),
  binaryGradient(
    tf.SquaredDifference,
    (a, b) => tf.mul(tf.sub(a, b), 2),
    (a, b) => tf.mul(tf.sub(b, a), 2),
  ),
];
