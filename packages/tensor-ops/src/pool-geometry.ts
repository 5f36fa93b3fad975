import * as tf from '@tensorflow/tfjs-core';
import type { Padding, Pair } from './convolution-geometry.js';

/** The attributes of tfjs's pooling kernels. */
export interface PoolAttributes {
  readonly filterSize: Pair;
  readonly strides: Pair;
  readonly pad: Padding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
}

export type PoolInfo = tf.backend_util.Conv2DInfo;

export function poolInfo(x: tf.Tensor4D, attributes: PoolAttributes): PoolInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  return tf.backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode);
}

/** Padding in numbers that needs no rounding mode: windows that rounding pushed over the edge count as padded. */
export function enlargedPadding(info: PoolInfo): tf.backend_util.ExplicitPadding {
  const { top, left } = info.padInfo;
  const reach = (output: number, stride: number, kernel: number): number =>
    (output - 1) * stride + kernel;
  const bottom = reach(info.outHeight, info.strideHeight, info.filterHeight) - info.inHeight - top;
  const right = reach(info.outWidth, info.strideWidth, info.filterWidth) - info.inWidth - left;
  return [
    [0, 0],
    [top, Math.max(0, bottom)],
    [left, Math.max(0, right)],
    [0, 0],
  ];
}
