import * as tf from '@tensorflow/tfjs-core';
import type { RowCentres } from './centres.js';
import { AlignError } from './errors.js';
import type { MapShape } from './heatmap-rows.js';

/** Window size in heatmap cells: a square's side, or both sides. */
export type WindowSize = number | { readonly width: number; readonly height: number };

export interface WindowSides {
  readonly width: number;
  readonly height: number;
}

export function windowSides(size: WindowSize): WindowSides {
  const sides = typeof size === 'number' ? { width: size, height: size } : size;
  for (const side of [sides.width, sides.height])
    if (!Number.isInteger(side) || side < 1)
      throw new AlignError(
        'OUT_OF_RANGE',
        `window size: expected whole sides >= 1, got ${sides.width}x${sides.height}.`,
        { size },
      );
  return sides;
}

/** The cells one axis of the windows reads. */
interface Axis {
  /** Cell of each window position, `[M,c]`, inside the map. */
  readonly cell: tf.Tensor2D;
  /** 1 where that cell exists, 0 where the position and its mirror are both outside the map. */
  readonly exists: tf.Tensor2D;
}

/** Position j covers cell centre - floor(c/2) + j; one outside the map takes the cell of position c-1-j. */
function axisCells(centre: tf.Tensor2D, side: number, size: number): Axis {
  const first = tf.sub(centre, Math.floor(side / 2));
  const direct = tf.add(first, tf.reshape(tf.range(0, side), [1, side]));
  const mirrored = tf.add(first, tf.reshape(tf.range(side - 1, -1, -1), [1, side]));
  const cell = tf.where(inside(direct, size), direct, mirrored);
  return {
    cell: tf.clipByValue(cell, 0, size - 1) as tf.Tensor2D,
    exists: tf.cast(inside(cell, size), 'float32') as tf.Tensor2D,
  };
}

/** Whether a cell number lies on the map. */
export function inside(cell: tf.Tensor, size: number): tf.Tensor {
  return tf.logicalAnd(tf.greaterEqual(cell, 0), tf.lessEqual(cell, size - 1));
}

/** Which cells of which map the windows read, and whether those cells exist. */
export interface WindowCells {
  /** (map, cell) of every window position, int32 `[M*ch*cw,2]`: two numbers, so that each stays exact where int32 is kept in float32. */
  readonly index: tf.Tensor2D;
  /** 1 or 0, `[M*ch*cw]`. */
  readonly exists: tf.Tensor1D;
}

export function windowCells(centres: RowCentres, sides: WindowSides, shape: MapShape): WindowCells {
  const count = shape.batch * shape.keypoints;
  const { width, height } = sides;
  const positions = count * height * width;
  const columns = axisCells(centres.x, width, shape.width);
  const rows = axisCells(centres.y, height, shape.height);
  const cell = tf.add(
    tf.reshape(tf.mul(rows.cell, shape.width), [count, height, 1]),
    tf.reshape(columns.cell, [count, 1, width]),
  );
  const map = tf.mul(tf.reshape(tf.range(0, count), [count, 1]), tf.ones([1, height * width]));
  const both = tf.stack([tf.reshape(map, [positions]), tf.reshape(cell, [positions])], 0);
  const index = tf.cast(tf.transpose(both), 'int32') as tf.Tensor2D;
  const exists = tf.mul(
    tf.reshape(rows.exists, [count, height, 1]),
    tf.reshape(columns.exists, [count, 1, width]),
  );
  return { index, exists: tf.reshape(exists, [positions]) };
}
