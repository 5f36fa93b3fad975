import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './custom-gradient.js';
import { AlignError } from './errors.js';
import { fromRows, type MapShape, mapShape, sumRows, toRows } from './heatmap-rows.js';

/** How a map is brought to a common scale, over the whole map: L2 norm, L1 norm, softmax, or not at all. */
export type Normalisation = 'l2' | 'l1' | 'softmax' | 'none';

export interface NormaliseOptions {
  /** A map whose norm is at most this becomes zero and gets no gradient. @default 1e-12 */
  readonly epsilon?: number;
}

export const DEFAULT_EPSILON = 1e-12;

/** Norms up to it count as 0 whatever `epsilon` is: one over them times a cell must stay within float32. */
const SMALLEST_NORM = 1e-30;

const NORMALISATIONS: readonly string[] = ['l2', 'l1', 'softmax', 'none'];

/** Refuses what is unknown; the norm up to which a map counts as empty. */
export function checkNormalisation(mode: string, epsilon: number): number {
  if (!NORMALISATIONS.includes(mode))
    throw new AlignError(
      'OUT_OF_RANGE',
      `normalisation: expected one of ${NORMALISATIONS.join(', ')}, got ${String(mode)}.`,
      { normalisation: mode },
    );
  if (!(epsilon >= 0))
    throw new AlignError('OUT_OF_RANGE', `epsilon: expected a number >= 0, got ${epsilon}.`, {
      epsilon,
    });
  return Math.max(epsilon, SMALLEST_NORM);
}

/** Normalised rows are `base * scale`; no scale means `base` itself. */
export interface NormalisedRows {
  readonly base: tf.Tensor2D;
  readonly scale: tf.Tensor2D | undefined;
}

export function normaliseRows(
  rows: tf.Tensor2D,
  mode: Normalisation,
  epsilon: number,
  shape: MapShape,
): NormalisedRows {
  if (mode === 'none') return { base: rows, scale: undefined };
  if (mode === 'softmax') return { base: tf.softmax(rows), scale: undefined };
  return { base: rows, scale: inverseNorm(rows, mode, epsilon, shape) };
}

/** 1/norm of each row `[M,1]`, 0 for rows without a norm. Relative to the largest entry, so that squares neither overflow nor vanish. */
function inverseNorm(
  rows: tf.Tensor2D,
  mode: 'l1' | 'l2',
  epsilon: number,
  shape: MapShape,
): tf.Tensor2D {
  const magnitude = tf.abs(rows);
  const largest = positive(tf.max(magnitude, 1, true));
  const relative = tf.div(magnitude, largest) as tf.Tensor2D;
  const norm =
    mode === 'l1'
      ? sumRows(relative, shape)
      : tf.sqrt(sumRows(tf.mul(relative, relative) as tf.Tensor2D, shape));
  const alive = tf.cast(tf.greater(tf.mul(norm, largest), epsilon), 'float32');
  // Two divisions: the product of a huge entry and a norm may exceed float32.
  return tf.div(tf.div(alive, largest), positive(norm)) as tf.Tensor2D;
}

/** Keeps a divisor away from zero. */
function positive(values: tf.Tensor): tf.Tensor2D {
  return tf.clipByValue(values, SMALLEST_NORM, 3e38) as tf.Tensor2D;
}

/**
 * Gradient of normalised rows.
 *
 * @param dense gradient with respect to the normalised values, `[M,H*W]`
 * @param inner its inner product with the normalised values, `[M,1]`
 */
export function normaliseRowsGradient(
  mode: Normalisation,
  dense: tf.Tensor2D,
  inner: tf.Tensor2D,
  normalised: NormalisedRows,
): tf.Tensor2D {
  const { base, scale } = normalised;
  if (mode === 'none') return dense;
  if (mode === 'softmax') return tf.mul(base, tf.sub(dense, inner)) as tf.Tensor2D;
  const direction =
    mode === 'l1'
      ? tf.mul(signs(base), inner)
      : // Of a map close to zero the product may exceed float32; infinity times a cell of 0 would be NaN.
        tf.mul(base, tf.clipByValue(tf.mul(scale as tf.Tensor2D, inner), -3e38, 3e38));
  return tf.mul(tf.sub(dense, direction), scale as tf.Tensor2D) as tf.Tensor2D;
}

/** -1, 0 or 1, as tf.sign, which is ten times slower on wasm. */
function signs(values: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(tf.step(values), tf.step(tf.neg(values))) as tf.Tensor2D;
}

/**
 * Brings every map to a common scale, separately for each sample and keypoint and over the whole map.
 *
 * `l2` and `l1` divide by the norm without shifting (signs stay), `softmax` makes a distribution, `none` copies.
 * Explicit (Gaussian-supervised) and implicit (soft-argmax) heatmaps become comparable this way.
 *
 * Gradient: with respect to `heatmaps`, own backward, works with stock tfjs. Memory: the caller disposes the result.
 *
 * @param heatmaps raw maps `[B,H,W,K]`
 * @param mode @default 'l2'
 * @returns normalised maps `[B,H,W,K]`
 * @throws {AlignError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Du et al., heterogeneous heatmap distillation, Image and Vision Computing 2024, doi 10.1016/j.imavis.2024.105041
 * @example
 * const unit = normaliseHeatmaps(tf.tensor4d([3, 4], [1, 1, 2, 1])); // 0.6, 0.8
 */
export function normaliseHeatmaps(
  heatmaps: tf.Tensor4D,
  mode: Normalisation = 'l2',
  options: NormaliseOptions = {},
): tf.Tensor4D {
  const shape = mapShape(heatmaps, 'heatmaps');
  const epsilon = checkNormalisation(mode, options.epsilon ?? DEFAULT_EPSILON);
  return withGradient(heatmaps, (maps: tf.Tensor4D) => {
    const normalised = normaliseRows(toRows(maps, shape), mode, epsilon, shape);
    const { base, scale } = normalised;
    const value = scale === undefined ? base : (tf.mul(base, scale) as tf.Tensor2D);
    return {
      value: fromRows(value, shape),
      saved: mode === 'none' ? [] : scale === undefined ? [base] : [base, scale],
      gradient: (dy, saved) => {
        if (mode === 'none') return tf.clone(dy);
        const [base, scale] = saved as [tf.Tensor2D, tf.Tensor2D | undefined];
        const dense = toRows(dy, shape);
        const products = tf.mul(dense, base) as tf.Tensor2D;
        const sum = sumRows(scale === undefined ? products : tf.mul(products, scale), shape);
        return fromRows(normaliseRowsGradient(mode, dense, sum, { base, scale }), shape);
      },
    };
  });
}
