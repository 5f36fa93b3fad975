import * as tf from '@tensorflow/tfjs-core';

/** A tensor seen as `[outer, n, inner]`, with n along the axis. */
export function alongMiddle(x: tf.Tensor, axis: number): tf.Tensor3D {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const outer = tf.util.sizeFromShape(x.shape.slice(0, at));
  const inner = tf.util.sizeFromShape(x.shape.slice(at + 1));
  return tf.reshape(x, [outer, x.shape[at] ?? 1, inner]);
}

/** Moves elements by `by` places along the middle axis (backwards if negative) and fills what is free. */
export function shifted(x: tf.Tensor3D, by: number, fill: number): tf.Tensor3D {
  const [outer, n, inner] = x.shape;
  const kept = Math.max(0, n - Math.abs(by));
  const part = tf.slice(x, [0, Math.max(0, -by), 0], [outer, kept, inner]);
  const [before, after] = by > 0 ? [n - kept, 0] : [0, n - kept];
  return tf.pad(
    part,
    [
      [0, 0],
      [before, after],
      [0, 0],
    ],
    fill,
  );
}

/** The product of each element and all before it along the middle axis, in log2(n) multiplications. */
export function runningProduct(x: tf.Tensor3D): tf.Tensor3D {
  let result = x;
  for (let reach = 1; reach < x.shape[1]; reach *= 2) {
    result = tf.mul(result, shifted(result, reach, 1));
  }
  return result;
}

/** The product of all before each element. */
export function productBefore(x: tf.Tensor3D): tf.Tensor3D {
  return shifted(runningProduct(x), 1, 1);
}

/** Solves `r[i] = b[i] + x[i + 1] r[i + 1]` along the middle axis, in log2(n) steps. */
export function sumOfProductsAfter(x: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  let factor = shifted(x, -1, 0);
  let sum = b;
  for (let reach = 1; reach < x.shape[1]; reach *= 2) {
    sum = tf.add(sum, tf.mul(factor, shifted(sum, -reach, 0)));
    factor = tf.mul(factor, shifted(factor, -reach, 0));
  }
  return sum;
}
