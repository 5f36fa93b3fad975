import * as tf from '@tensorflow/tfjs-core';
import { hasExactKernel, hasKernel, runKernel } from '../kernels.js';
import { enlargedPadding, type PoolAttributes, type PoolInfo, poolInfo } from '../pool-geometry.js';
import { maxPoolGradientReference } from './max-pool-reference.js';
import type { ReplacedGradient } from './replaced-gradient.js';

/** The forward op's geometry in words that gradient kernels understand: they are handed no rounding mode. */
function kernelAttributes(info: PoolInfo, { filterSize, strides }: PoolAttributes): object {
  return { filterSize, strides, pad: enlargedPadding(info) };
}

/** How many real pixels each window holds along one direction. */
function validCounts(
  output: number,
  stride: number,
  before: number,
  kernel: number,
  input: number,
): number[] {
  return Array.from({ length: output }, (_, i) => {
    const start = i * stride - before;
    return Math.max(1, Math.min(start + kernel, input) - Math.max(start, 0));
  });
}

/** Window area over real pixels in the window, `[1, outputHeight, outputWidth, 1]`. */
function areaOverValid(info: PoolInfo): tf.Tensor4D {
  const { outHeight, strideHeight, filterHeight, inHeight, padInfo } = info;
  const { outWidth, strideWidth, filterWidth, inWidth } = info;
  const rows = validCounts(outHeight, strideHeight, padInfo.top, filterHeight, inHeight);
  const columns = validCounts(outWidth, strideWidth, padInfo.left, filterWidth, inWidth);
  const area = filterHeight * filterWidth;
  const factors = rows.flatMap((r) => columns.map((c) => area / (r * c)));
  return tf.tensor4d(factors, [1, outHeight, outWidth, 1]);
}

/** Forward divides by the real pixels in a window and the stock kernel by its area: scaled before. */
export const avgPoolGradient: ReplacedGradient = {
  why: 'stock divides by the whole window where padding takes part of it, and forgets the rounding mode',
  config: {
    kernelName: tf.AvgPool,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0] as tf.Tensor4D;
      const attributes = attrs as unknown as PoolAttributes;
      const info = poolInfo(x, attributes);
      const upstream = dy as tf.Tensor;
      return {
        x: () =>
          hasExactKernel(tf.AvgPoolGrad)
            ? runKernel(tf.AvgPoolGrad, { dy: upstream, input: x }, attributes)[0]!
            : runKernel(
                tf.AvgPoolGrad,
                { dy: tf.mul(upstream, areaOverValid(info)), input: x },
                kernelAttributes(info, attributes),
              )[0]!,
      };
    },
  },
};

export const maxPoolGradient: ReplacedGradient = {
  why: 'on wasm stock is wrong where the largest value of a window is not positive; it forgets the rounding mode',
  config: {
    kernelName: tf.MaxPool,
    inputsToSave: ['x'],
    outputsToSave: [true],
    gradFunc: (dy, saved, attrs) => {
      const [x, y] = saved as [tf.Tensor4D, tf.Tensor4D];
      const attributes = attrs as unknown as PoolAttributes;
      const info = poolInfo(x, attributes);
      const inputs = { dy: dy as tf.Tensor4D, input: x, output: y };
      const stockIsRight = hasKernel(tf.MaxPoolGrad) && tf.getBackend() !== 'wasm';
      return {
        x: () => {
          if (hasExactKernel(tf.MaxPoolGrad)) {
            return runKernel(tf.MaxPoolGrad, inputs, attributes)[0]!;
          }
          return stockIsRight
            ? runKernel(tf.MaxPoolGrad, inputs, kernelAttributes(info, attributes))[0]!
            : maxPoolGradientReference(inputs.dy, x, y, info);
        },
      };
    },
  },
};
