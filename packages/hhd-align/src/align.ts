import * as tf from '@tensorflow/tfjs-core';
import {
  type CentreOptions,
  checkCentreOptions,
  DEFAULT_BETA,
  type HeatmapPair,
  peaksOfRows,
  studentCentres,
} from './centres.js';
import { withGradient, withoutGradient } from './custom-gradient.js';
import { sameMapShape, toRows } from './heatmap-rows.js';
import { checkNormalisation, DEFAULT_EPSILON, type Normalisation } from './normalise.js';
import { type WindowSize, windowSides } from './window-cells.js';
import { DEFAULT_WINDOW_SIZE, normalisedWindows } from './windows.js';

export interface AlignOptions extends CentreOptions {
  /** Window size in heatmap cells. @default 8 */
  readonly windowSize?: WindowSize;
  /** @default 'l2' */
  readonly studentNormalisation?: Normalisation;
  /** @default 'l2' */
  readonly teacherNormalisation?: Normalisation;
  /** A map whose L1 or L2 norm is at most this becomes zero and gets no gradient. @default 1e-12 */
  readonly epsilon?: number;
  /** Treat the teacher as a constant. @default true */
  readonly detachTeacher?: boolean;
}

/** Normalised windows `[B,K,c,c]` that lie on each other, cell for cell. */
export interface AlignedWindows {
  readonly student: tf.Tensor4D;
  readonly teacher: tf.Tensor4D;
}

/**
 * Brings an implicit (soft-argmax) student heatmap and an explicit (Gaussian) teacher heatmap together: each map is
 * normalised as a whole, then a window is cut around each one's own centre.
 *
 * The same as `normaliseHeatmaps`, `windowCentres` and `cropWindows` one after the other, in fewer passes over the maps.
 * Gradient: with respect to the student through window, mirror copies and norm; to the teacher only with
 * `detachTeacher: false`; never through the centres. Own backward, works with stock tfjs. Memory: the caller disposes both.
 *
 * The four normalisations wired in the released loss: `ifsoftmax` 0 is a norm on both sides (its recipes use `l2`/`l2`),
 * 1 is `softmax`/`softmax`, 2 is `none`/`none`, 3 is `softmax` for the student and `none` for the teacher.
 *
 * @param heatmaps raw maps `[B,H,W,K]` of one shape
 * @throws {AlignError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Du et al. 2024, doi 10.1016/j.imavis.2024.105041
 * @example
 * const { student, teacher } = alignHeatmaps({ student: logits, teacher: maps }); // both [B,K,8,8]
 */
export function alignHeatmaps(heatmaps: HeatmapPair, options: AlignOptions = {}): AlignedWindows {
  const {
    variant = 'paper',
    beta = DEFAULT_BETA,
    windowSize = DEFAULT_WINDOW_SIZE,
    studentNormalisation = 'l2',
    teacherNormalisation = 'l2',
    detachTeacher = true,
  } = options;
  const shape = sameMapShape(heatmaps.student, heatmaps.teacher);
  const sides = windowSides(windowSize);
  checkCentreOptions(variant, beta);
  checkNormalisation(studentNormalisation, options.epsilon ?? DEFAULT_EPSILON);
  const epsilon = checkNormalisation(teacherNormalisation, options.epsilon ?? DEFAULT_EPSILON);

  return tf.tidy(() => {
    const peaks = withoutGradient(heatmaps.teacher, (maps: tf.Tensor4D) =>
      peaksOfRows(toRows(maps, shape), shape),
    );
    const studentWindows = (maps: tf.Tensor4D) => {
      const rows = toRows(maps, shape);
      const centres = studentCentres(rows, peaks, shape, variant, beta);
      return normalisedWindows(rows, centres, sides, studentNormalisation, epsilon, shape);
    };
    const teacherWindows = (maps: tf.Tensor4D) => {
      const rows = toRows(maps, shape);
      return normalisedWindows(rows, peaks, sides, teacherNormalisation, epsilon, shape);
    };
    return {
      student: withGradient(heatmaps.student, studentWindows),
      teacher: detachTeacher
        ? withoutGradient(heatmaps.teacher, (maps: tf.Tensor4D) => teacherWindows(maps).value)
        : withGradient(heatmaps.teacher, teacherWindows),
    };
  });
}
