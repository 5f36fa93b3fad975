import * as tf from '@tensorflow/tfjs-core';
import type { ReplacedGradient } from './replaced-gradient.js';
import { alongMiddle, productBefore, shifted, sumOfProductsAfter } from './scan.js';

interface CumulativeAttributes {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/**
 * From the end to the beginning, by turning the tensor around: webgpu keeps a reversed program by its
 * name without its length and then runs it for other lengths.
 */
function sumFromTheEnd(x: tf.Tensor, axis: number, exclusive: boolean): tf.Tensor {
  return tf.reverse(tf.cumsum(tf.reverse(x, axis), axis, exclusive), axis);
}

export const cumsumGradient: ReplacedGradient = {
  why: 'stock swaps axes unless the sum runs along the last one',
  config: {
    kernelName: tf.Cumsum,
    gradFunc: (dy, _saved, attrs) => {
      const { axis, exclusive, reverse } = attrs as unknown as CumulativeAttributes;
      const upstream = dy as tf.Tensor;
      return {
        x: () =>
          reverse ? tf.cumsum(upstream, axis, exclusive) : sumFromTheEnd(upstream, axis, exclusive),
      };
    },
  },
};

/** The product of all others is the product before times the product after, so zeros are no trouble. */
export const prodGradient: ReplacedGradient = {
  why: 'stock uses ops that the Node build lacks',
  config: {
    kernelName: tf.Prod,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0]!;
      const given = (attrs as unknown as { axis: number | number[] }).axis;
      const axes = tf.util.parseAxisParam(given, x.shape);
      const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
      const order = [...kept, ...axes];
      return {
        x: () => {
          const outer = tf.util.sizeFromShape(kept.map((i) => x.shape[i]!));
          const moved = tf.transpose(x, order);
          const rows: tf.Tensor3D = tf.reshape(moved, [outer, x.size / outer, 1]);
          const after = tf.reverse(productBefore(tf.reverse(rows, 1) as tf.Tensor3D), 1);
          const others = tf.mul(productBefore(rows), after);
          const gradient = tf.mul(others, tf.reshape(dy as tf.Tensor, [outer, 1, 1]));
          const undo = order.map((_, i) => order.indexOf(i));
          return tf.transpose(tf.reshape(gradient, moved.shape), undo);
        },
      };
    },
  },
};

/**
 * An element is a factor of all products from its own on: what comes before it times a sum over what
 * comes after it. Nothing is divided, so zeros are no trouble.
 */
export const cumprodGradient: ReplacedGradient = {
  why: 'stock has none',
  config: {
    kernelName: tf.Cumprod,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0]!;
      const { axis, exclusive, reverse } = attrs as unknown as CumulativeAttributes;
      const turned = (t: tf.Tensor3D): tf.Tensor3D =>
        reverse ? (tf.reverse(t, 1) as tf.Tensor3D) : t;
      return {
        x: () => {
          const values = turned(alongMiddle(x, axis));
          const given = turned(alongMiddle(dy as tf.Tensor, axis));
          const upstream = exclusive ? shifted(given, -1, 0) : given;
          const after = sumOfProductsAfter(values, upstream);
          const gradient: tf.Tensor3D = tf.mul(productBefore(values), after);
          return tf.reshape(turned(gradient), x.shape);
        },
      };
    },
  },
};

export const tileGradient: ReplacedGradient = {
  why: 'stock stops at rank 4 and adds one slice per repetition',
  config: {
    kernelName: tf.Tile,
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const x = saved[0]!;
      const { reps } = attrs as unknown as { reps: number[] };
      return {
        x: () => {
          const shape = [...(dy as tf.Tensor).shape];
          let gradient = dy as tf.Tensor;
          for (const [axis, repetitions] of reps.entries()) {
            const before = tf.util.sizeFromShape(shape.slice(0, axis));
            const after = tf.util.sizeFromShape(shape.slice(axis)) / repetitions;
            if (repetitions > 1) {
              gradient = tf.sum(tf.reshape(gradient, [before, repetitions, after]), 1);
            }
            shape[axis] = x.shape[axis]!;
          }
          return tf.reshape(gradient, x.shape);
        },
      };
    },
  },
};
