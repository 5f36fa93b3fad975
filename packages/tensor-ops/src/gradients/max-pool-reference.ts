import * as tf from '@tensorflow/tfjs-core';
import { padOrCrop } from '../convolution-geometry.js';

/** Below every finite float32, so that padding is never the largest value of a window. */
const LOWEST = -3.4028234663852886e38;

/**
 * Gradient of max pooling, composed from tfjs ops: the first largest pixel of each window, in
 * row-major order, takes the whole gradient.
 *
 * @param dy `[B, outputHeight, outputWidth, C]`
 * @param x `[B, H, W, C]`
 * @param y what the forward op gave for x
 * @returns `[B, H, W, C]`; the caller disposes it
 */
export function maxPoolGradientReference(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  y: tf.Tensor4D,
  info: tf.backend_util.Conv2DInfo,
): tf.Tensor4D {
  return tf.tidy(() => {
    const { strideHeight, strideWidth, filterHeight, filterWidth, outHeight, outWidth } = info;
    const [batch, , , channels] = x.shape;
    const { top, left } = info.padInfo;
    const rows = Math.ceil(((outHeight - 1) * strideHeight + filterHeight) / strideHeight);
    const columns = Math.ceil(((outWidth - 1) * strideWidth + filterWidth) / strideWidth);
    const below = rows * strideHeight - top - info.inHeight;
    const right = columns * strideWidth - left - info.inWidth;

    // One pass puts pixels of equal (row mod stride, column mod stride) together, so that what a tap
    // sees at every output position is one contiguous block.
    const padded = padOrCrop(x, [top, below], [left, right], LOWEST);
    const blocks = [batch, rows, strideHeight, columns, strideWidth, channels];
    const phases = tf.reshape(tf.transpose(tf.reshape(padded, blocks), [2, 4, 0, 1, 3, 5]), [
      strideHeight * strideWidth * batch,
      rows,
      columns,
      channels,
    ]);
    const gradients: (tf.Tensor4D | undefined)[] = Array(strideHeight * strideWidth).fill(
      undefined,
    );
    let open: tf.Tensor = tf.onesLike(y);
    for (let i = 0; i < filterHeight; i++) {
      for (let j = 0; j < filterWidth; j++) {
        const phase = (i % strideHeight) * strideWidth + (j % strideWidth);
        const [row, column] = [Math.floor(i / strideHeight), Math.floor(j / strideWidth)];
        const begin = [phase * batch, row, column, 0];
        const underTap = tf.slice(phases, begin, [batch, outHeight, outWidth, channels]);
        const chosen = tf.mul(tf.cast(tf.equal(underTap, y), 'float32'), open);
        open = tf.sub(open, chosen);
        const given = padOrCrop(
          tf.mul(dy, chosen) as tf.Tensor4D,
          [row, rows - row - outHeight],
          [column, columns - column - outWidth],
        );
        const sum = gradients[phase];
        gradients[phase] = sum === undefined ? given : (tf.add(sum, given) as tf.Tensor4D);
      }
    }
    const none = (): tf.Tensor4D => tf.zeros([batch, rows, columns, channels]);
    const joined = tf.concat(gradients.map((gradient) => gradient ?? none()));
    const restored = tf.reshape(
      tf.transpose(
        tf.reshape(joined, [strideHeight, strideWidth, batch, rows, columns, channels]),
        [2, 3, 0, 4, 1, 5],
      ),
      [batch, rows * strideHeight, columns * strideWidth, channels],
    ) as tf.Tensor4D;
    return padOrCrop(restored, [-top, -below], [-left, -right]);
  });
}
