import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';

/**
 * Which input channel a pixel comes from: with `'torch'` the pixels of one output channel lie together
 * (`c * r * r + i * r + j`), with `'tensorflow'` the channels of one pixel (`(i * r + j) * C + c`).
 */
export type PixelOrder = 'torch' | 'tensorflow';

/** Runs an op that only moves elements; its gradient moves them back. */
function moving(
  x: tf.Tensor,
  move: (x: tf.Tensor) => tf.Tensor,
  moveBack: (dy: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const moved = tf.customGrad((...args) => ({
    value: tf.tidy(() => move(args[0] as tf.Tensor)),
    gradFunc: (dy: tf.Tensor) => tf.tidy(() => moveBack(dy)),
  }));
  return moved(x);
}

/**
 * Turns channels into pixels: `[B, H, W, C * r * r]` to `[B, H * r, W * r, C]` with `r` the factor.
 *
 * First-order gradient of its own, so `installGradients` is not needed. The caller disposes the result.
 *
 * @param factor whole number of 1 and more
 * @param order `'torch'` is PyTorch's PixelShuffle, `'tensorflow'` is `tf.depthToSpace`
 * @throws TensorOpsError SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Shi et al. 2016, equation 4
 * @example
 * pixelShuffle(x, 2); // x [B, 16, 12, 64] to [B, 32, 24, 16]
 */
export function pixelShuffle(
  x: tf.Tensor4D,
  factor: number,
  order: PixelOrder = 'torch',
): tf.Tensor4D {
  if (!(Number.isInteger(factor) && factor >= 1) || !['torch', 'tensorflow'].includes(order)) {
    throw new TensorOpsError(
      'OUT_OF_RANGE',
      `pixelShuffle expected a whole factor of 1 and more and the order 'torch' or 'tensorflow'; got ${factor}, '${order}'.`,
      { factor, order },
    );
  }
  const area = factor * factor;
  if (x.shape.length !== 4 || x.shape[3] % area !== 0) {
    throw new TensorOpsError(
      'SHAPE_MISMATCH',
      `pixelShuffle expected x [B, H, W, C * ${area}], got [${x.shape}].`,
      { shape: x.shape, factor },
    );
  }
  const [batch, height, width, inner] = x.shape;
  const channels = inner / area;
  const rows = batch * height;
  const [apart, permutation, undo]: [number[], number[], number[]] =
    order === 'torch'
      ? [
          [rows, width, channels, factor, factor],
          [0, 3, 1, 4, 2],
          [0, 2, 4, 1, 3],
        ]
      : [
          [rows, width, factor, factor * channels],
          [0, 2, 1, 3],
          [0, 2, 1, 3],
        ];
  const shape = [batch, height * factor, width * factor, channels];
  return moving(
    x,
    (a) => tf.reshape(tf.transpose(tf.reshape(a, apart), permutation), shape),
    (dy) => {
      const together = permutation.map((axis) => apart[axis]!);
      return tf.reshape(tf.transpose(tf.reshape(dy, together), undo), x.shape);
    },
  ) as tf.Tensor4D;
}

/**
 * Mixes groups of channels: `[..., C]` seen as `[..., groups, C / groups]` is transposed, so channel `c` of
 * the result is channel `(c mod groups) * C / groups + floor(c / groups)` of the input.
 *
 * First-order gradient of its own, so `installGradients` is not needed. The caller disposes the result.
 *
 * @param groups divides the channels
 * @throws TensorOpsError SHAPE_MISMATCH
 * @see Zhang et al. 2018 (ShuffleNet), section 3.1
 * @example
 * channelShuffle(tf.tensor1d([0, 1, 2, 3, 4, 5]), 2); // [0, 3, 1, 4, 2, 5]
 */
export function channelShuffle<T extends tf.Tensor>(x: T, groups: number): T {
  const channels = x.shape[x.shape.length - 1] ?? 0;
  if (!(Number.isInteger(groups) && groups >= 1) || channels === 0 || channels % groups !== 0) {
    throw new TensorOpsError(
      'SHAPE_MISMATCH',
      `channelShuffle expected x [..., C] with C divisible by groups, got x [${x.shape}], groups ${groups}.`,
      { shape: x.shape, groups },
    );
  }
  const swapped = (t: tf.Tensor, outer: number): tf.Tensor =>
    tf.reshape(tf.transpose(tf.reshape(t, [-1, outer, channels / outer]), [0, 2, 1]), x.shape);
  return moving(
    x,
    (a) => swapped(a, groups),
    (dy) => swapped(dy, channels / groups),
  ) as T;
}
