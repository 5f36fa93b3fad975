import * as tf from '@tensorflow/tfjs-core';

/**
 * Largest error of a gradient against central differences of the float32 function itself, divided by the largest
 * gradient. `tf.grad` gets its upstream gradient by hand, so nothing but the function's own backward is needed.
 */
export async function gradientError(
  f: (x: tf.Tensor4D) => tf.Tensor,
  x: tf.Tensor4D,
  step: number,
): Promise<number> {
  const output = tf.tidy(() => f(x));
  const weights = Float32Array.from({ length: output.size }, (_, i) => Math.sin(1.7 * i + 0.4));
  const dy = tf.tensor(weights, output.shape);
  const gradient = tf.tidy(() => tf.grad((v) => f(v as tf.Tensor4D))(x, dy));
  const analytic = await gradient.data();
  const values = (await x.data()) as Float32Array;
  tf.dispose([output, dy, gradient]);

  const evaluate = async (at: Float32Array): Promise<ArrayLike<number>> => {
    const result = tf.tidy(() => f(tf.tensor4d(at, x.shape)));
    const data = await result.data();
    result.dispose();
    return data;
  };
  let largest = 0;
  let error = 0;
  for (let i = 0; i < values.length; i++) {
    const up = Float32Array.from(values);
    const down = Float32Array.from(values);
    up[i]! += step;
    down[i]! -= step;
    const [high, low] = [await evaluate(up), await evaluate(down)];
    let change = 0;
    for (let j = 0; j < high.length; j++) change += weights[j]! * (high[j]! - low[j]!);
    const numeric = change / (up[i]! - down[i]!);
    largest = Math.max(largest, Math.abs(numeric), Math.abs(analytic[i]!));
    error = Math.max(error, Math.abs(numeric - analytic[i]!));
  }
  return error / largest;
}
