import * as tf from '@tensorflow/tfjs-core';

/** Largest error of a scalar's gradient against central differences of it, divided by the largest gradient. */
export async function gradientError(
  f: (x: tf.Tensor) => tf.Scalar,
  x: tf.Tensor,
  step: number,
): Promise<number> {
  const gradient = tf.tidy(() => tf.grad((v) => f(v))(x));
  const analytic = await gradient.data();
  gradient.dispose();
  const values = (await x.data()) as Float32Array;
  const evaluate = async (at: Float32Array): Promise<number> => {
    const result = tf.tidy(() => f(tf.tensor(at, x.shape)));
    const [value] = await result.data();
    result.dispose();
    return value!;
  };
  let largest = 0;
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const up = Float32Array.from(values);
    const down = Float32Array.from(values);
    up[i]! += step;
    down[i]! -= step;
    const numeric = ((await evaluate(up)) - (await evaluate(down))) / (up[i]! - down[i]!);
    largest = Math.max(largest, Math.abs(numeric), Math.abs(analytic[i]!));
    error = Math.max(error, Math.abs(numeric - analytic[i]!));
  }
  return error / largest;
}
