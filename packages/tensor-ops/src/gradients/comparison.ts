import * as tf from '@tensorflow/tfjs-core';
import type { ReplacedGradient } from './replaced-gradient.js';

const ofTwo: readonly string[] = [
  tf.Equal,
  tf.NotEqual,
  tf.Less,
  tf.LessEqual,
  tf.Greater,
  tf.GreaterEqual,
  tf.LogicalAnd,
  tf.LogicalOr,
];

const ofOne: readonly string[] = [tf.LogicalNot, tf.All, tf.Any];

const why =
  'stock has none: a mask computed from the differentiated value stopped the whole gradient';

/** Conditions are flat wherever they have a derivative, so masks may be computed inside a loss. */
export const comparisonGradients: readonly ReplacedGradient[] = [
  ...ofTwo.map((kernelName) => ({
    why,
    config: {
      kernelName,
      inputsToSave: ['a', 'b'],
      gradFunc: (_dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => {
        const [a, b] = saved as [tf.Tensor, tf.Tensor];
        return { a: () => tf.zeros(a.shape), b: () => tf.zeros(b.shape) };
      },
    },
  })),
  ...ofOne.map((kernelName) => ({
    why,
    config: {
      kernelName,
      inputsToSave: ['x'],
      gradFunc: (_dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => ({
        x: () => tf.zeros(saved[0]!.shape),
      }),
    },
  })),
];
