import * as tf from '@tensorflow/tfjs-core';
import { withoutGradient } from './custom-gradient.js';
import { AlignError } from './errors.js';
import { type MapShape, sameMapShape, toRows } from './heatmap-rows.js';
import { HHD_CENTRES, HHD_PEAKS, runKernel } from './kernels.js';

/**
 * Where the student's window goes. `paper`: the bias of soft-argmax taken back in closed form, in pixels, with the
 * student's sharpness. `reference`: the formula of the released code, which is nearly always the teacher's peak itself.
 */
export type CentreVariant = 'paper' | 'reference';

export interface CentreOptions {
  /** @default 'paper' */
  readonly variant?: CentreVariant;
  /** Sharpness of the student's soft-argmax, used by `paper` only; > 0. @default 10 */
  readonly beta?: number;
}

/** A pair of heatmaps of one shape `[B,H,W,K]`. */
export interface HeatmapPair {
  /** Raw student logits. */
  readonly student: tf.Tensor4D;
  /** Raw teacher maps. */
  readonly teacher: tf.Tensor4D;
}

/** Window centres in heatmap cells, integers, `[B,K,2]` as (x, y). */
export interface WindowCentres {
  readonly student: tf.Tensor3D;
  readonly teacher: tf.Tensor3D;
}

export const DEFAULT_BETA = 10;

/** Below this mean of exp(beta * logit) a map is too flat for its bias to mean anything. */
export const FLAT_MEAN = 1.05;

/** Column or row of each map, `[M,1]` float32 with whole numbers. */
export interface RowCentres {
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor2D;
}

export function checkCentreOptions(variant: string, beta: number): void {
  if (variant !== 'paper' && variant !== 'reference')
    throw new AlignError(
      'OUT_OF_RANGE',
      `variant: expected 'paper' or 'reference', got ${String(variant)}.`,
      { variant },
    );
  if (!(beta > 0 && beta < Infinity))
    throw new AlignError('OUT_OF_RANGE', `beta: expected a number > 0, got ${beta}.`, { beta });
}

/** First cell, row by row, that holds each row's maximum, int32 `[B,K,2]` as (x, y). */
export function peaksOfRows(rows: tf.Tensor2D, shape: MapShape): tf.Tensor3D {
  const fast = runKernel(HHD_PEAKS, { rows }, shape);
  return fast ? (fast[0] as tf.Tensor3D) : packCentres(composedPeaks(rows, shape), shape);
}

/** tf.argMax is not used: on webgpu it may return a later maximum; nor tf.equal, which is a hundred times slower than tf.step on wasm. */
function composedPeaks(rows: tf.Tensor2D, shape: MapShape): RowCentres {
  const cells = shape.height * shape.width;
  const isPeak = tf.sub(1, tf.step(tf.sub(tf.max(rows, 1, true), rows)));
  const countdown = tf.reshape(tf.range(cells, 0, -1), [1, cells]);
  const first = tf.max(tf.mul(isPeak, countdown), 1, true);
  const index = tf.clipByValue(tf.sub(cells, first), 0, cells - 1);
  // Half a cell keeps the quotient away from whole numbers, where float32 division may round down.
  const y = tf.floor(tf.div(tf.add(index, 0.5), shape.width)) as tf.Tensor2D;
  const x = tf.sub(index, tf.mul(y, shape.width)) as tf.Tensor2D;
  return { x, y };
}

/** Sum of exp(beta * value) of each row, `[M,1]`; infinite where float32 cannot hold it. */
export function partitionSum(rows: tf.Tensor2D, beta: number): tf.Tensor2D {
  // The largest entry of a softmax is exp(0) over the sum relative to the maximum.
  const logits = beta === 1 ? rows : (tf.mul(rows, beta) as tf.Tensor2D);
  const relative = tf.reciprocal(tf.max(tf.softmax(logits), 1, true));
  return tf.mul(tf.exp(tf.max(logits, 1, true)), relative) as tf.Tensor2D;
}

/** The student's window centres from its own rows and the teacher's peaks, both int32 `[B,K,2]`. */
export function studentCentres(
  rows: tf.Tensor2D,
  peaks: tf.Tensor3D,
  shape: MapShape,
  variant: CentreVariant,
  beta: number,
): tf.Tensor3D {
  const settings = variant === 'paper' ? { beta, flatMean: FLAT_MEAN } : { beta: 1, flatMean: -1 };
  const fast = runKernel(HHD_CENTRES, { rows, peaks }, { ...shape, ...settings });
  if (fast) return fast[0] as tf.Tensor3D;
  const peak = unpackCentres(peaks, shape);
  return packCentres(composedCentres(rows, peak, shape, variant, beta), shape);
}

function composedCentres(
  rows: tf.Tensor2D,
  peak: RowCentres,
  shape: MapShape,
  variant: CentreVariant,
  beta: number,
): RowCentres {
  if (variant === 'reference') {
    const excess = tf.sub(partitionSum(rows, 1), 1) as tf.Tensor2D;
    return {
      x: releasedCentre(peak.x, excess, shape.width),
      y: releasedCentre(peak.y, excess, shape.height),
    };
  }
  const mean = tf.div(partitionSum(rows, beta), shape.height * shape.width) as tf.Tensor2D;
  return {
    x: unbiasedCentre(peak.x, mean, shape.width),
    y: unbiasedCentre(peak.y, mean, shape.height),
  };
}

/** C/(C-1) * (t - 1/(2C)) cut toward zero, written as t + (t - 1/2)/(C-1), which float32 keeps for large C. */
function releasedCentre(peak: tf.Tensor2D, excess: tf.Tensor2D, size: number): tf.Tensor2D {
  const centre = tf.add(peak, tf.div(tf.sub(peak, 0.5), excess));
  // The released program has no answer outside the map (its slices come out short); NaN fails both comparisons.
  const usable = tf.logicalAnd(tf.greater(centre, -1), tf.less(centre, size));
  return tf.where(usable, tf.floor(tf.maximum(centre, 0)), peak) as tf.Tensor2D;
}

/** Inverse of the pull toward the map's middle g: (c*t - g)/(c - 1) = t + (t - g)/(c - 1), rounded, inside the map. */
function unbiasedCentre(peak: tf.Tensor2D, mean: tf.Tensor2D, size: number): tf.Tensor2D {
  const safe = tf.maximum(mean, FLAT_MEAN);
  const shift = tf.div(tf.sub(peak, (size - 1) / 2), tf.sub(safe, 1));
  const rounded = tf.clipByValue(tf.floor(tf.add(tf.add(peak, shift), 0.5)), 0, size - 1);
  return tf.where(tf.greaterEqual(mean, FLAT_MEAN), rounded, peak) as tf.Tensor2D;
}

/** `[M,1]` columns and rows to `[B,K,2]` int32. */
function packCentres(centres: RowCentres, shape: MapShape): tf.Tensor3D {
  const pairs = tf.cast(tf.concat([centres.x, centres.y], 1), 'int32');
  return tf.reshape(pairs, [shape.batch, shape.keypoints, 2]);
}

/**
 * Window centres of a student and a teacher map: the teacher's at its peak (first maximum, row by row), the student's
 * where an implicit map has its blob when its soft-argmax is to answer that peak.
 *
 * Soft-argmax is pulled toward the map's middle g by the background: with c the mean of exp(beta * logit), the answer t
 * needs the blob at (c*t - g)/(c - 1). `paper` uses that, rounded and kept inside the map, and leaves the teacher's peak
 * where c < 1.05. `reference` is C/(C-1) * (t - 1/(2C)) cut toward zero with C the *sum* of exp(logit), as released; where
 * that falls outside the map, where the released program fails, the teacher's peak is used on that axis.
 *
 * Gradient: none (zero). Memory: the caller disposes both results.
 *
 * @param heatmaps raw maps `[B,H,W,K]` of one shape
 * @returns int32 `[B,K,2]` as (x, y) in heatmap cells
 * @throws {AlignError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Du et al. 2024, doi 10.1016/j.imavis.2024.105041; Gu et al., Removing the bias of integral pose regression, ICCV 2021
 * @example
 * const { student, teacher } = windowCentres({ student: logits, teacher: maps }, { beta: 10 });
 */
export function windowCentres(heatmaps: HeatmapPair, options: CentreOptions = {}): WindowCentres {
  const { variant = 'paper', beta = DEFAULT_BETA } = options;
  const shape = sameMapShape(heatmaps.student, heatmaps.teacher);
  checkCentreOptions(variant, beta);
  const teacher = withoutGradient(heatmaps.teacher, (maps: tf.Tensor4D) =>
    peaksOfRows(toRows(maps, shape), shape),
  );
  const student = withoutGradient(heatmaps.student, (maps: tf.Tensor4D) =>
    studentCentres(toRows(maps, shape), teacher, shape, variant, beta),
  );
  return { student, teacher };
}

/** The inverse of {@link packCentres}. */
export function unpackCentres(centres: tf.Tensor3D, shape: MapShape): RowCentres {
  const count = shape.batch * shape.keypoints;
  const pairs = tf.cast(tf.reshape(centres, [count, 2]), 'float32') as tf.Tensor2D;
  return { x: tf.slice(pairs, [0, 0], [count, 1]), y: tf.slice(pairs, [0, 1], [count, 1]) };
}
