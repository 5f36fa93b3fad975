import * as tf from '@tensorflow/tfjs-core';
import type { ReplacedGradient } from './replaced-gradient.js';

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

type Cumulative = (x: tf.Tensor, axis: number, exclusive: boolean) => tf.Tensor;

/**
 * From the end to the beginning, by turning the tensor around: webgpu keeps a reversed program by its
 * name without its length and then runs it for other lengths.
 */
function fromTheEnd(op: Cumulative, x: tf.Tensor, axis: number, exclusive: boolean): tf.Tensor {
  return tf.reverse(op(tf.reverse(x, axis), axis, exclusive), axis);
}

export const cumsumGradient: ReplacedGradient = {
  why: 'stock swaps axes unless the sum runs along the last one',
  config: {
    kernelName: tf.Cumsum,
    gradFunc: (dy, _saved, attrs) => {
      const { axis, exclusive, reverse } = attrs as unknown as {
        axis: number;
        exclusive: boolean;
        reverse: boolean;
      };
      const upstream = dy as tf.Tensor;
      return {
        x: () =>
          reverse
            ? tf.cumsum(upstream, axis, exclusive)
            : fromTheEnd(tf.cumsum, upstream, axis, exclusive),
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
          const outer = product(kept.map((i) => x.shape[i]!));
          const moved = tf.transpose(x, order);
          const rows = tf.reshape(moved, [outer, x.size / outer]);
          const others = tf.mul(tf.cumprod(rows, 1, true), fromTheEnd(tf.cumprod, rows, 1, true));
          const gradient = tf.mul(others, tf.reshape(dy as tf.Tensor, [outer, 1]));
          const undo = order.map((_, i) => order.indexOf(i));
          return tf.transpose(tf.reshape(gradient, moved.shape), undo);
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
            const before = product(shape.slice(0, axis));
            const after = product(shape.slice(axis)) / repetitions;
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
