import * as tf from '@tensorflow/tfjs-core';
import { AlignError } from './errors.js';

/** The sizes of a batch of heatmaps `[B,H,W,K]`. */
export interface MapShape {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly keypoints: number;
}

/** The sizes of `heatmaps`; refuses anything but a non-empty `[B,H,W,K]`. */
export function mapShape(heatmaps: tf.Tensor4D, name: string): MapShape {
  const shape = heatmaps.shape as readonly number[];
  if (shape.length !== 4 || shape.some((size) => size < 1))
    throw new AlignError(
      'SHAPE_MISMATCH',
      `${name}: expected non-empty heatmaps [B,H,W,K], got [${shape.join(',')}]. Transpose NCHW maps with tf.transpose(x, [0,2,3,1]).`,
      { name, shape },
    );
  const [batch, height, width, keypoints] = shape as [number, number, number, number];
  return { batch, height, width, keypoints };
}

/** Refuses two batches of heatmaps of different shapes. */
export function sameMapShape(student: tf.Tensor4D, teacher: tf.Tensor4D): MapShape {
  const shape = mapShape(student, 'student');
  mapShape(teacher, 'teacher');
  if (student.shape.some((size, axis) => size !== teacher.shape[axis]))
    throw new AlignError(
      'SHAPE_MISMATCH',
      `student and teacher heatmaps must have one shape, got [${student.shape.join(',')}] and [${teacher.shape.join(',')}]. Resize the teacher's maps or reorder its keypoints first.`,
      { student: student.shape, teacher: teacher.shape },
    );
  return shape;
}

/**
 * `[B,H,W,K]` to one map a row, `[B*K,H*W]`: every reduction is then over the last, contiguous axis.
 * Plain operations without a gradient of their own. Always float32.
 */
export function toRows(heatmaps: tf.Tensor4D, shape: MapShape): tf.Tensor2D {
  const { batch, height, width, keypoints } = shape;
  const maps = heatmaps.dtype === 'float32' ? heatmaps : tf.cast(heatmaps, 'float32');
  return tf.reshape(tf.transpose(maps, [0, 3, 1, 2]), [batch * keypoints, height * width]);
}

/** The inverse of {@link toRows}. */
export function fromRows(rows: tf.Tensor, shape: MapShape): tf.Tensor4D {
  const { batch, height, width, keypoints } = shape;
  return tf.transpose(tf.reshape(rows, [batch, keypoints, height, width]), [0, 2, 3, 1]);
}

/** Sum of each row, `[M,H*W]` to `[M,1]`: line by line first, so that float32 keeps its digits. */
export function sumRows(rows: tf.Tensor2D, shape: MapShape): tf.Tensor2D {
  const { batch, height, width, keypoints } = shape;
  const lines = tf.sum(tf.reshape(rows, [batch * keypoints, height, width]), 2);
  return tf.sum(lines, 1, true);
}
