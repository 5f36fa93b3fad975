import type { NodeOf, PoolAttributes, Sides } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';
import { tfjsPadding } from '../padding.js';

const NONE: Sides = { top: 0, bottom: 0, left: 0, right: 0 };

export const maxPool: Lowering<'maxPool'> = ({ node, inputs }) => {
  const { kernel, strides, padding } = node.attributes;
  return tf.maxPool(
    inputs[0] as tf.Tensor4D,
    [kernel.height, kernel.width],
    [strides.height, strides.width],
    tfjsPadding(reach(node, inputs[0]!, padding)),
  );
};

/** tfjs leaves padding out of averages, so padding that counts is written out first. */
export const avgPool: Lowering<'avgPool'> = ({ node, inputs }) => {
  const { kernel, strides, padding, countPadding } = node.attributes;
  const { top, bottom, left, right } = padding;
  const x = countPadding
    ? tf.pad(inputs[0]!, [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ])
    : inputs[0]!;
  return tf.avgPool(
    x as tf.Tensor4D,
    [kernel.height, kernel.width],
    [strides.height, strides.width],
    tfjsPadding(reach(node, x, countPadding ? NONE : padding)),
  );
};

/** The padding, enlarged at the bottom and right to where the last windows of a size rounded up end. */
function reach(node: NodeOf<'maxPool'> | NodeOf<'avgPool'>, x: tf.Tensor, padding: Sides): Sides {
  const { kernel, strides, ceilMode }: PoolAttributes = node.attributes;
  if (!ceilMode) return padding;
  const [, height, width] = x.shape as [number, number, number, number];
  const end = (count: number, stride: number, window: number): number =>
    (count - 1) * stride + window;
  return {
    ...padding,
    bottom: Math.max(
      padding.bottom,
      end(node.shape[0]!, strides.height, kernel.height) - height - padding.top,
    ),
    right: Math.max(
      padding.right,
      end(node.shape[1]!, strides.width, kernel.width) - width - padding.left,
    ),
  };
}
