import * as tf from '@tensorflow/tfjs-core';
import type { ReplacedGradient } from './replaced-gradient.js';

export const absGradient: ReplacedGradient = {
  why: 'stock has slope -1 at zero, so a loss pulls at a value that is right',
  config: {
    kernelName: tf.Abs,
    inputsToSave: ['x'],
    gradFunc: (dy, saved) => ({ x: () => tf.mul(dy as tf.Tensor, tf.sign(saved[0]!)) }),
  },
};

/** Equal extremes share the gradient evenly, as in TensorFlow and in PyTorch's amax and amin. */
function extremeGradient(kernelName: string, axesName: string): ReplacedGradient {
  return {
    why: 'stock gives each of several equal extremes the whole gradient',
    config: {
      kernelName,
      inputsToSave: ['x'],
      outputsToSave: [true],
      gradFunc: (dy, saved, attrs) => {
        const [x, y] = saved as [tf.Tensor, tf.Tensor];
        const axes = tf.util.parseAxisParam(attrs[axesName] as number | number[], x.shape);
        const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
        return {
          x: () => {
            const chosen = tf.cast(tf.equal(x, tf.reshape(y, kept)), 'float32');
            const share = tf.div(tf.reshape(dy as tf.Tensor, kept), tf.sum(chosen, axes, true));
            return tf.mul(chosen, share);
          },
        };
      },
    },
  };
}

export const maxGradient: ReplacedGradient = extremeGradient(tf.Max, 'reductionIndices');
export const minGradient: ReplacedGradient = extremeGradient(tf.Min, 'axis');

export const topKGradient: ReplacedGradient = {
  why: 'stock has none',
  config: {
    kernelName: tf.TopK,
    inputsToSave: ['x'],
    outputsToSave: [false, true],
    gradFunc: (dy, saved) => {
      const [x, indices] = saved as [tf.Tensor, tf.Tensor];
      const upstream = (dy as tf.Tensor[])[0]!;
      const length = x.shape[x.shape.length - 1]!;
      return {
        x: () => {
          const places = tf.cast(tf.oneHot(indices as tf.Tensor1D, length), 'float32');
          return tf.sum(tf.mul(places, tf.expandDims(upstream, -1)), -2);
        },
      };
    },
  },
};
