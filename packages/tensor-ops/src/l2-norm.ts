import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';

export interface L2NormOptions {
  /** Axes to sum over; negative ones count from the end. @default all axes */
  readonly axes?: number | readonly number[];
  /** Added to the sum of squares: `sqrt(sum(x²) + epsilon)`. @default 0 */
  readonly epsilon?: number;
  /** Whether the axes stay, with one element each. @default false */
  readonly keepDims?: boolean;
}

/**
 * Euclidean norm whose gradient is a number everywhere: `x / norm`, and 0 at the zero vector, where
 * `tf.norm` gives NaN.
 *
 * First-order gradient of its own, so `installGradients` is not needed. The caller disposes the result.
 *
 * @throws TensorOpsError OUT_OF_RANGE
 * @example
 * tf.grad((x) => l2Norm(x))(tf.zeros([3])); // [0, 0, 0]
 */
export function l2Norm(x: tf.Tensor, options: L2NormOptions = {}): tf.Tensor {
  const { epsilon = 0, keepDims = false } = options;
  const axes = checkedAxes(x, options.axes, epsilon);
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const norm = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    const squares = tf.sum(tf.square(input), axes, true);
    const length = tf.sqrt(epsilon === 0 ? squares : tf.add(squares, epsilon));
    save([input, length]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor =>
      tf.tidy(() => {
        const [at, divisor] = saved as [tf.Tensor, tf.Tensor];
        const safe = tf.where(tf.greater(divisor, 0), divisor, tf.onesLike(divisor));
        return tf.mul(tf.div(at, safe), tf.reshape(dy, kept));
      });
    const dropped = x.shape.filter((_, axis) => !axes.includes(axis));
    return { value: keepDims ? length : tf.reshape(length, dropped), gradFunc };
  });
  return norm(x);
}

function checkedAxes(
  x: tf.Tensor,
  given: number | readonly number[] | undefined,
  epsilon: number,
): number[] {
  const rank = x.shape.length;
  const list = given === undefined ? x.shape.map((_, axis) => axis) : [given].flat();
  const axes = list.map((axis) => (axis < 0 ? axis + rank : axis));
  const fits = axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < rank);
  if (!fits || new Set(axes).size !== axes.length || !(epsilon >= 0)) {
    throw new TensorOpsError(
      'OUT_OF_RANGE',
      `l2Norm expected different axes of a tensor [${x.shape}] and epsilon >= 0, got axes [${list}], epsilon ${epsilon}.`,
      { shape: x.shape, axes: list, epsilon },
    );
  }
  return axes;
}
