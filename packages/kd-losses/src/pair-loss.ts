import * as tf from '@tensorflow/tfjs-core';

/** A scalar and what its gradient with respect to the first input is made of. */
export interface PairForward {
  readonly value: tf.Scalar;
  /** Gradient of the value with respect to the first input. */
  readonly gradient: tf.Tensor;
  /** With respect to the second; absent where that is the negative of the first, as of a function of the difference. */
  readonly secondGradient?: () => tf.Tensor;
}

/**
 * A scalar function of two tensors with its own backward, which stock tfjs needs in Node. The gradient is made on the way forward (one more product), so that nothing else has to be kept.
 */
export function pairLoss(
  first: tf.Tensor,
  second: tf.Tensor,
  detachSecond: boolean,
  forward: (first: tf.Tensor, second: tf.Tensor) => PairForward,
): tf.Scalar {
  const operation = tf.customGrad(((
    a: tf.Tensor,
    b: tf.Tensor,
    save: (tensors: tf.Tensor[]) => void,
  ) => {
    const { value, gradient, secondGradient } = forward(a, b);
    save(secondGradient && !detachSecond ? [gradient, secondGradient()] : [gradient]);
    return {
      value,
      gradFunc: (dy: tf.Scalar, saved: tf.Tensor[]) => {
        const forFirst = tf.mul(saved[0] as tf.Tensor, dy);
        if (detachSecond) return [forFirst, tf.zerosLike(forFirst)];
        return [forFirst, saved[1] ? tf.mul(saved[1], dy) : tf.neg(forFirst)];
      },
    };
  }) as unknown as Parameters<typeof tf.customGrad>[0]);
  return operation(first, second) as tf.Scalar;
}

/** Beyond it numbers are taken for it: products of them with weights and slopes still fit a float32. */
export const LARGEST = 1e30;

/**
 * `a - b`, at most `LARGEST` from 0, for losses that square it: a difference of finite maps that overflows would be NaN times a weight
 * of 0, and its gradient infinite.
 */
export function difference(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.clipByValue(tf.sub(a, b), -LARGEST, LARGEST);
}

/** Sum of all entries, line by line first, so that float32 keeps its digits over a whole batch of maps. */
export function sumAll(values: tf.Tensor): tf.Scalar {
  const lines = values.rank > 2 ? (values.shape[0] as number) * (values.shape[1] as number) : 1;
  return tf.sum(tf.sum(tf.reshape(values, [lines, values.size / lines]), 1)) as tf.Scalar;
}

/** `weight * value`, and 0 wherever the weight is 0, even if the value is not finite. */
export function masked(value: tf.Tensor, weight: tf.Tensor | undefined): tf.Tensor {
  if (weight === undefined) return value;
  return tf.where(tf.equal(weight, 0), tf.zerosLike(value), tf.mul(value, weight));
}
