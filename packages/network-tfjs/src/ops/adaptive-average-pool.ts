import { adaptiveWindow } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering.js';

/** A plain pool where the sizes divide; otherwise means of runs, first of rows, then of columns. */
export const adaptiveAveragePool: Lowering<'adaptiveAveragePool'> = ({ node, inputs }) => {
  const x = inputs[0] as tf.Tensor4D;
  const [, height, width] = x.shape;
  const { size } = node.attributes;
  if (height % size.height === 0 && width % size.width === 0) {
    const window: [number, number] = [height / size.height, width / size.width];
    return tf.avgPool(x, window, window, 'valid');
  }
  return meansAlong(meansAlong(x, 1, size.height), 2, size.width);
};

function meansAlong(x: tf.Tensor, axis: number, size: number): tf.Tensor {
  const length = x.shape[axis]!;
  if (length === size) return x;
  const parts = Array.from({ length: size }, (_, index) => {
    const { begin, end } = adaptiveWindow(index, length, size);
    const start = x.shape.map((_, at) => (at === axis ? begin : 0));
    return tf.mean(tf.slice(x, start, x.shape.with(axis, end - begin)), axis, true);
  });
  return parts.length === 1 ? parts[0]! : tf.concat(parts, axis);
}
