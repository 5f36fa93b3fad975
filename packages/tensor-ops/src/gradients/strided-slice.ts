import * as tf from '@tensorflow/tfjs-core';
import type { ReplacedGradient } from './replaced-gradient.js';
import { alongMiddle } from './scan.js';

interface StridedSliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

/** Puts the elements of one axis back where `begin`, `begin + stride`, … of `size` were read. */
function spreadAxis(
  x: tf.Tensor,
  axis: number,
  begin: number,
  stride: number,
  size: number,
): tf.Tensor {
  const given = alongMiddle(x, axis);
  const [outer, count, inner] = given.shape;
  if (count === size && stride === 1) return x;
  const [forward, start, step] =
    stride > 0
      ? [given, begin, stride]
      : [tf.reverse(given, 1), begin + (count - 1) * stride, -stride];
  const apart = tf.pad(tf.reshape(forward, [outer * count, 1, inner]), [
    [0, 0],
    [0, step - 1],
    [0, 0],
  ]);
  const used = (count - 1) * step + 1;
  const spread = tf.slice(tf.reshape(apart, [outer, count * step, inner]), 0, [outer, used, inner]);
  const whole = tf.pad(spread, [
    [0, 0],
    [start, size - start - used],
    [0, 0],
  ]);
  const shape = x.shape.map((extent, i) => (i === axis ? size : extent));
  return tf.reshape(whole, shape);
}

export const stridedSliceGradient: ReplacedGradient = {
  why: 'stock has none',
  config: {
    kernelName: tf.StridedSlice,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0]!;
      const a = attrs as unknown as StridedSliceAttributes;
      const { begin, end, strides } = tf.slice_util.sliceInfo(
        x.shape,
        a.begin,
        a.end,
        a.strides,
        a.beginMask,
        a.endMask,
        a.ellipsisMask,
        a.newAxisMask,
        a.shrinkAxisMask,
      );
      return {
        x: () => {
          const upstream = dy as tf.Tensor;
          if (upstream.size === 0) return tf.zeros(x.shape);
          const counts = tf.slice_util.computeOutShape(begin, end, strides);
          let gradient = tf.reshape(upstream, counts);
          for (const [axis, size] of x.shape.entries()) {
            gradient = spreadAxis(gradient, axis, begin[axis]!, strides[axis]!, size);
          }
          return tf.reshape(gradient, x.shape);
        },
      };
    },
  },
};

export const flipLeftRightGradient: ReplacedGradient = {
  why: 'stock has none',
  config: {
    kernelName: tf.FlipLeftRight,
    gradFunc: (dy) => ({ image: () => tf.reverse(dy as tf.Tensor, 2) }),
  },
};
