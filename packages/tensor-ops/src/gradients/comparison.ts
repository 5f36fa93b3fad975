import * as tf from '@tensorflow/tfjs-core';
import type { ReplacedGradient } from './replaced-gradient.js';

const names: readonly string[] = [
  tf.Equal,
  tf.NotEqual,
  tf.Less,
  tf.LessEqual,
  tf.Greater,
  tf.GreaterEqual,
];

/** A comparison is flat wherever it has a derivative, so masks may be computed inside a loss. */
export const comparisonGradients: readonly ReplacedGradient[] = names.map((kernelName) => ({
  why: 'stock has none: a mask computed from the differentiated value stopped the whole gradient',
  config: {
    kernelName,
    inputsToSave: ['a', 'b'],
    gradFunc: (_dy, saved) => {
      const [a, b] = saved as [tf.Tensor, tf.Tensor];
      return { a: () => tf.zeros(a.shape), b: () => tf.zeros(b.shape) };
    },
  },
}));
