import * as tf from '@tensorflow/tfjs-core';
import { clipByValueGradConfig } from '@tensorflow/tfjs-core/dist/gradients/ClipByValue_grad';
import { leakyReluGradConfig } from '@tensorflow/tfjs-core/dist/gradients/LeakyRelu_grad';
import { meanGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Mean_grad';
import { reluGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Relu_grad';
import { relu6GradConfig } from '@tensorflow/tfjs-core/dist/gradients/Relu6_grad';
import { softmaxGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Softmax_grad';
import { sumGradConfig } from '@tensorflow/tfjs-core/dist/gradients/Sum_grad';
import { hasExactKernel, hasKernel, runKernel } from '../kernels.js';
import type { ReplacedGradient } from './replaced-gradient.js';

/**
 * Gradients of tfjs that are right, and take several passes over memory where a backend may have one kernel:
 * `ReluGrad`, `Relu6Grad`, `LeakyReluGrad`, `ClipByValueGrad` (dy, x → dx, with the attributes of the forward op) and
 * `SoftmaxGrad` (dy, y → dx).
 */
const why = 'stock makes several passes where a backend may have one kernel';

type Gradient = ReturnType<tf.GradFunc>;

function maskGradient(stock: tf.GradConfig): ReplacedGradient[] {
  const { kernelName } = stock;
  const name = `${kernelName}Grad`;
  const gradFunc: tf.GradFunc = (dy, saved, attrs): Gradient => {
    if (!hasKernel(name)) return stock.gradFunc(dy, saved, attrs);
    return { x: () => runKernel(name, { dy: dy as tf.Tensor, x: saved[0]! }, attrs)[0]! };
  };
  // Linear in dy, and flat in x wherever it has a slope.
  const second: tf.GradConfig = {
    kernelName: name,
    inputsToSave: ['x'],
    gradFunc: (upstream, saved, attrs) => ({
      dy: () => runKernel(name, { dy: upstream as tf.Tensor, x: saved[0]! }, attrs)[0]!,
      x: () => tf.zerosLike(saved[0]!),
    }),
  };
  return [
    { why, config: { ...stock, gradFunc } },
    { why, config: second },
  ];
}

const SOFTMAX_GRAD = 'SoftmaxGrad';

const softmaxGradients: readonly ReplacedGradient[] = [
  {
    why,
    config: {
      ...softmaxGradConfig,
      gradFunc: (dy, saved, attrs) =>
        hasKernel(SOFTMAX_GRAD)
          ? {
              logits: () => runKernel(SOFTMAX_GRAD, { dy: dy as tf.Tensor, y: saved[0]! }, {})[0]!,
            }
          : softmaxGradConfig.gradFunc(dy, saved, attrs),
    },
  },
  {
    why,
    config: {
      kernelName: SOFTMAX_GRAD,
      inputsToSave: ['dy', 'y'],
      gradFunc: (upstream, saved) => {
        const [dy, y] = saved as [tf.Tensor, tf.Tensor];
        const u = upstream as tf.Tensor;
        const over = (a: tf.Tensor): tf.Tensor => tf.sum(tf.mul(a, y), -1, true);
        return {
          dy: () => runKernel(SOFTMAX_GRAD, { dy: u, y }, {})[0]!,
          y: () => tf.sub(tf.mul(u, tf.sub(dy, over(dy))), tf.mul(dy, over(u))),
        };
      },
    },
  },
];

/** Spreads dy over what was summed: repeated by one kernel where that is known to be fast and right. */
function spreadGradient(stock: tf.GradConfig, isMean: boolean): ReplacedGradient {
  const gradFunc: tf.GradFunc = (dy, saved, attrs): Gradient => {
    const x = saved[0]!;
    const upstream = dy as tf.Tensor;
    if (!hasExactKernel(tf.Tile) || x.shape.length > 6 || x.size === 0) {
      return stock.gradFunc(dy, saved, attrs);
    }
    const { axis } = attrs as unknown as { axis: number | number[] };
    const axes = tf.util.parseAxisParam(axis, x.shape);
    const reps = x.shape.map((extent, i) => (axes.includes(i) ? extent : 1));
    const small = x.shape.map((extent, i) => (axes.includes(i) ? 1 : extent));
    const part = isMean ? tf.mul(upstream, upstream.size / x.size) : upstream;
    return { x: () => tf.tile(tf.reshape(part, small), reps) };
  };
  return { why, config: { ...stock, gradFunc } };
}

export const oneKernelGradients: readonly ReplacedGradient[] = [
  ...[reluGradConfig, relu6GradConfig, leakyReluGradConfig, clipByValueGradConfig].flatMap(
    maskGradient,
  ),
  ...softmaxGradients,
  spreadGradient(sumGradConfig, false),
  spreadGradient(meanGradConfig, true),
];
