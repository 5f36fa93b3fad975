import * as tf from '@tensorflow/tfjs-core';
import { checkCentreOptions, DEFAULT_BETA, FLAT_MEAN, partitionSum } from './centres.js';
import { withGradient } from './custom-gradient.js';
import { AlignError } from './errors.js';
import { mapShape, toRows } from './heatmap-rows.js';

export interface RemoveBiasOptions {
  /** Sharpness of the soft-argmax that gave the coordinates; > 0. @default 10 */
  readonly beta?: number;
  /** What a coordinate of 1 means: a heatmap cell, or the map's width and height. @default 'map' */
  readonly unit?: 'cell' | 'map';
  /** `paper`: the closed form. `reference`: what mmpose's `debias` computes, which is nearly always no change. @default 'paper' */
  readonly variant?: 'paper' | 'reference';
}

/**
 * Takes the pull of soft-argmax toward the middle of the map back. The background of a map of logits near 0 draws the answer J_r to the
 * grid's mean g; with c the mean of exp(beta * logit), the blob lies at `(c J_r - g) / (c - 1)`.
 *
 * `reference` is `C / (C - 1) (J_r - 1 / (2 C))` with C the *sum* of exp(logit), in units of the map. Maps so flat that c < 1.05 keep their
 * coordinates. Gradient: with respect to the coordinates, c being a constant; none to the logits. Works with stock tfjs.
 * Memory: the caller disposes the result.
 *
 * @param coordinates `[B,K,2]` of a soft-argmax whose grid is column / W and row / H (or column and row: `unit: 'cell'`)
 * @param logits `[B,H,W,K]` that it was computed from
 * @throws {AlignError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Gu et al., Removing the bias of integral pose regression, ICCV 2021; DSNTHead of mmpose
 * @example
 * const unbiased = removeIntegralBias(softArgmax(logits, { beta: 10 }), logits, { beta: 10 });
 */
export function removeIntegralBias(
  coordinates: tf.Tensor3D,
  logits: tf.Tensor4D,
  options: RemoveBiasOptions = {},
): tf.Tensor3D {
  const { beta = DEFAULT_BETA, unit = 'map', variant = 'paper' } = options;
  const shape = mapShape(logits, 'logits');
  const { batch, height, width, keypoints } = shape;
  checkCentreOptions(variant, beta);
  if (coordinates.shape.join() !== [batch, keypoints, 2].join())
    throw new AlignError(
      'SHAPE_MISMATCH',
      `coordinates: expected [${batch},${keypoints},2] for logits [${logits.shape}], got [${coordinates.shape}].`,
      { coordinates: coordinates.shape, logits: logits.shape },
    );
  if (unit !== 'cell' && unit !== 'map')
    throw new AlignError('OUT_OF_RANGE', `unit: expected 'cell' or 'map', got ${String(unit)}.`);
  const extent = unit === 'cell' ? [width, height] : [1, 1];

  return withGradient(coordinates, (values: tf.Tensor3D) => {
    const rows = toRows(logits, shape);
    const paper = variant === 'paper';
    const sum = partitionSum(rows, paper ? beta : 1);
    const c = tf.reshape(paper ? tf.div(sum, height * width) : sum, [batch, keypoints, 1]);
    const safe = tf.maximum(c, FLAT_MEAN);
    // Means of the grid; the reference takes half the map for the mean and the sum for c.
    const middle = tf.tensor1d(
      paper
        ? [((width - 1) / (2 * width)) * extent[0]!, ((height - 1) / (2 * height)) * extent[1]!]
        : [extent[0]! / 2, extent[1]! / 2],
    );
    const excess = tf.reciprocal(tf.sub(safe, 1));
    const steep = tf.where(tf.greaterEqual(c, FLAT_MEAN), excess, tf.zerosLike(excess));
    return {
      // J + (J - g) / (c - 1), which float32 keeps for large c.
      value: tf.add(values, tf.mul(tf.sub(values, middle), steep)) as tf.Tensor3D,
      saved: [steep],
      gradient: (dy, [slope]) => tf.mul(dy, tf.add(slope!, 1)),
    };
  });
}
