import * as tf from '@tensorflow/tfjs-core';

/** What a forward computation hands back: its value, what its backward needs, and the backward. */
export interface WithGradient<T extends tf.Tensor> {
  readonly value: T;
  readonly saved: readonly tf.Tensor[];
  readonly gradient: (dy: T, saved: readonly tf.Tensor[]) => tf.Tensor;
}

/** One input, one output, an own backward: works with stock tfjs, which registers no gradients in Node. */
export function withGradient<I extends tf.Tensor, O extends tf.Tensor>(
  input: I,
  forward: (input: I) => WithGradient<O>,
): O {
  const operation = tf.customGrad(((x: I, save: (tensors: tf.Tensor[]) => void) => {
    const { value, saved, gradient } = forward(x);
    save([...saved]);
    return {
      value,
      gradFunc: (dy: O, kept: tf.Tensor[]) => tf.tidy(() => gradient(dy, kept)),
    };
  }) as unknown as Parameters<typeof tf.customGrad>[0]);
  return operation(input) as O;
}

/** A computation whose input is a constant to the gradient. */
export function withoutGradient<I extends tf.Tensor, O extends tf.Tensor>(
  input: I,
  forward: (input: I) => O,
): O {
  return withGradient(input, (x: I) => ({
    value: forward(x),
    saved: [],
    gradient: () => tf.zeros(input.shape),
  }));
}
