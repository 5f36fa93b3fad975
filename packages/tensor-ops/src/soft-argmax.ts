import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';

export interface SpatialSoftmaxOptions {
  /** Sharpness: logits are multiplied by it first. @default 1 */
  readonly beta?: number;
}

export interface SoftArgmaxOptions extends SpatialSoftmaxOptions {
  /**
   * `'normalised'`: column / W and row / H, the unit of mmpose's integral regression.
   * `'heatmap'`: columns and rows, where integers are pixel centres.
   * @default 'normalised'
   */
  readonly space?: 'normalised' | 'heatmap';
}

/**
 * Softmax over the pixels of each heatmap: `[B, H, W, K]` to probabilities of the same shape that sum
 * to one per image and keypoint.
 *
 * The largest logit is subtracted first, so any logits are safe whose product with beta is finite. Differentiable (first order,
 * with its own gradient, so `installGradients` is not needed). The caller disposes the result.
 *
 * @throws TensorOpsError SHAPE_MISMATCH, OUT_OF_RANGE
 */
export function spatialSoftmax(
  logits: tf.Tensor4D,
  options: SpatialSoftmaxOptions = {},
): tf.Tensor4D {
  const { beta = 1 } = options;
  check('spatialSoftmax', logits, beta);
  const softmax = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [tf.Tensor4D, tf.GradSaveFunc];
    const rows = softmaxRows(x, beta);
    save([rows]);
    const gradFunc = (dy: tf.Tensor, [p]: tf.Tensor[]): tf.Tensor =>
      tf.tidy(() => toMaps(rowsGradient(p!, toRows(dy as tf.Tensor4D), beta), x.shape));
    return { value: toMaps(rows, x.shape), gradFunc };
  });
  return softmax(logits) as tf.Tensor4D;
}

/**
 * The expected position under the spatial softmax of each heatmap: `[B, H, W, K]` to `[B, K, 2]`, x
 * first.
 *
 * Integer positions are pixel centres: the result is the mean of `column / W` and `row / H` (or of
 * column and row with `space: 'heatmap'`). Differentiable (first order, with its own gradient, so
 * `installGradients` is not needed). The caller disposes the result.
 *
 * @throws TensorOpsError SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Sun et al. 2018, "Integral human pose regression", equation 2
 * @example
 * softArgmax(heatmaps, { beta: 10, space: 'heatmap' }); // [B, K, 2], in heatmap pixels
 */
export function softArgmax(logits: tf.Tensor4D, options: SoftArgmaxOptions = {}): tf.Tensor3D {
  const { beta = 1, space = 'normalised' } = options;
  check('softArgmax', logits, beta);
  const [batch, height, width, keypoints] = logits.shape;
  const expectation = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [tf.Tensor4D, tf.GradSaveFunc];
    const rows = softmaxRows(x, beta);
    const positions = pixelPositions(height, width, space);
    save([rows, positions]);
    const value = tf.reshape(tf.matMul(rows, positions), [batch, keypoints, 2]);
    const gradFunc = (dy: tf.Tensor, [p, at]: tf.Tensor[]): tf.Tensor =>
      tf.tidy(() => {
        const upstream = tf.matMul(
          tf.reshape(dy, [batch * keypoints, 2]) as tf.Tensor2D,
          tf.transpose(at as tf.Tensor2D),
        );
        return toMaps(rowsGradient(p!, upstream as tf.Tensor2D, beta), x.shape);
      });
    return { value, gradFunc };
  });
  return expectation(logits) as tf.Tensor3D;
}

/** `[B, H, W, K]` to one row per heatmap `[B * K, H * W]`. */
function toRows(maps: tf.Tensor4D): tf.Tensor2D {
  const [batch, height, width, keypoints] = maps.shape;
  const channelsFirst = tf.transpose(
    tf.reshape(maps, [batch, height * width, keypoints]),
    [0, 2, 1],
  );
  return tf.reshape(channelsFirst, [batch * keypoints, height * width]);
}

function toMaps(rows: tf.Tensor, shape: readonly number[]): tf.Tensor4D {
  const [batch, height, width, keypoints] = shape as [number, number, number, number];
  const channelsFirst = tf.reshape(rows, [batch, keypoints, height * width]);
  return tf.reshape(tf.transpose(channelsFirst, [0, 2, 1]), [batch, height, width, keypoints]);
}

function softmaxRows(maps: tf.Tensor4D, beta: number): tf.Tensor2D {
  const rows = toRows(maps);
  return tf.softmax(beta === 1 ? rows : tf.mul(rows, beta)) as tf.Tensor2D;
}

/** beta p (dy - sum(p dy)), row by row. */
function rowsGradient(p: tf.Tensor, dy: tf.Tensor2D, beta: number): tf.Tensor2D {
  const mean = tf.sum(tf.mul(p, dy), 1, true);
  const gradient = tf.mul(p, tf.sub(dy, mean));
  return (beta === 1 ? gradient : tf.mul(gradient, beta)) as tf.Tensor2D;
}

function pixelPositions(
  height: number,
  width: number,
  space: 'normalised' | 'heatmap',
): tf.Tensor2D {
  const [unitX, unitY] = space === 'normalised' ? [width, height] : [1, 1];
  const positions = new Float32Array(height * width * 2);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const pixel = row * width + column;
      positions[2 * pixel] = column / unitX;
      positions[2 * pixel + 1] = row / unitY;
    }
  }
  return tf.tensor2d(positions, [height * width, 2]);
}

function check(name: string, logits: tf.Tensor, beta: number): void {
  if (logits.shape.length !== 4 || logits.size === 0) {
    throw new TensorOpsError(
      'SHAPE_MISMATCH',
      `${name} expected heatmaps [B, H, W, K], not empty, got [${logits.shape}].`,
      { shape: logits.shape },
    );
  }
  if (!Number.isFinite(beta)) {
    throw new TensorOpsError('OUT_OF_RANGE', `${name} expected a finite beta, got ${beta}.`, {
      beta,
    });
  }
}
