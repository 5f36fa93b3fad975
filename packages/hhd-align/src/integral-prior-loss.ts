import * as tf from '@tensorflow/tfjs-core';
import { checkCentreOptions, DEFAULT_BETA } from './centres.js';
import { withGradient } from './custom-gradient.js';
import { AlignError } from './errors.js';
import { fromRows, mapShape, sumRows, toRows } from './heatmap-rows.js';

export interface IntegralPriorOptions {
  /** Sharpness of the softmax; > 0. @default 10 */
  readonly beta?: number;
  /** Width of the prior in heatmap cells; > 0. @default 2 */
  readonly sigma?: number;
}

/**
 * Keeps the implicit map of an integral student in the shape of a Gaussian: the mean over all cells of the squared difference between
 * `softmax(beta * logits)` and a Gaussian of sum 1 around the label.
 *
 * Gradient: with respect to the logits. Own backward, works with stock tfjs. Memory: the caller disposes the scalar.
 *
 * @param logits `[B,H,W,K]`
 * @param coordinates labels `[B,K,2]` in heatmap cells, x before y; may lie outside the map, and be anything (NaN too) where the weight is 0
 * @param weights `[B,K]` in 0..1; all 1 when absent
 * @returns scalar
 * @throws {AlignError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Gu et al., Bias-compensated integral regression, arXiv 2301.10431, whose abstract names the prior; the squared difference and its mean
 * are our choice
 */
export function integralPriorLoss(
  logits: tf.Tensor4D,
  coordinates: tf.Tensor3D,
  weights?: tf.Tensor2D,
  options: IntegralPriorOptions = {},
): tf.Scalar {
  const { beta = DEFAULT_BETA, sigma = 2 } = options;
  const shape = mapShape(logits, 'logits');
  const { batch, height, width, keypoints } = shape;
  checkCentreOptions('paper', beta);
  if (!(sigma > 0 && sigma < Infinity))
    throw new AlignError('OUT_OF_RANGE', `sigma: expected a number > 0, got ${sigma}.`, { sigma });
  const fits = (tensor: tf.Tensor, expected: readonly number[]): boolean =>
    tensor.shape.join() === expected.join();
  if (!fits(coordinates, [batch, keypoints, 2]) || (weights && !fits(weights, [batch, keypoints])))
    throw new AlignError(
      'SHAPE_MISMATCH',
      `expected coordinates [${batch},${keypoints},2] and weights [${batch},${keypoints}] for logits [${logits.shape}], got ` +
        `[${coordinates.shape}] and [${weights?.shape ?? 'none'}].`,
      { logits: logits.shape, coordinates: coordinates.shape, weights: weights?.shape },
    );
  const count = batch * keypoints;

  return withGradient(logits, (maps: tf.Tensor4D) => {
    const rows = sharpSoftmax(toRows(maps, shape), beta);
    const scale = weights
      ? tf.reshape(tf.cast(weights, 'float32'), [count, 1])
      : tf.ones([count, 1]);
    // A label of weight 0 may be anything, NaN too.
    const labels = tf.where(
      tf.tile(tf.notEqual(scale, 0), [1, 2]),
      tf.reshape(coordinates, [count, 2]),
      tf.zeros([count, 2]),
    );
    const prior = gaussianRows(labels as tf.Tensor2D, width, height, sigma);
    const difference = tf.sub(rows, prior) as tf.Tensor2D;
    const scaled = tf.mul(difference, scale) as tf.Tensor2D;
    const squares = sumRows(tf.mul(scaled, difference) as tf.Tensor2D, shape);
    const slope = tf.mul(scaled, 2 / maps.size) as tf.Tensor2D;
    const inner = sumRows(tf.mul(slope, rows) as tf.Tensor2D, shape);
    return {
      value: tf.div(tf.sum(squares), maps.size) as tf.Scalar,
      saved: [tf.mul(tf.mul(rows, tf.sub(slope, inner)), beta)],
      gradient: (dy, [saved]) => fromRows(tf.mul(saved!, dy), shape),
    };
  });
}

/** `softmax(beta * rows)`; the largest entry is taken off first, so that the product does not overflow to infinities that cancel. */
function sharpSoftmax(rows: tf.Tensor2D, beta: number): tf.Tensor2D {
  return tf.softmax(tf.mul(tf.sub(rows, tf.max(rows, 1, true)), beta) as tf.Tensor2D);
}

/** Beyond it a label lies infinitely far outside the map. */
const FAR = 1e15;

/** Gaussians of sum 1 over the cells, `[M,H*W]`. */
function gaussianRows(
  centres: tf.Tensor2D,
  width: number,
  height: number,
  sigma: number,
): tf.Tensor2D {
  const steepness = Math.min(1 / (2 * sigma ** 2), 1e15);
  const axis = (index: number, cells: number): tf.Tensor2D => {
    const centre = tf.clipByValue(tf.slice(centres, [0, index], [-1, 1]), -FAR, FAR);
    // Squared distances beyond that of the nearest cell, (d + e)^2 - e^2: exact for a label far outside, which leaves all to the border.
    const nearest = tf.clipByValue(tf.round(centre), 0, cells - 1);
    const d = tf.sub(tf.range(0, cells), nearest);
    const e = tf.sub(nearest, centre);
    const farther = tf.mul(d, tf.add(d, tf.mul(e, 2)));
    return tf.softmax(tf.mul(farther, -steepness) as tf.Tensor2D);
  };
  const [x, y] = [axis(0, width), axis(1, height)];
  const grid = tf.mul(tf.expandDims(y, 2), tf.expandDims(x, 1));
  return tf.reshape(grid, [centres.shape[0], height * width]);
}
