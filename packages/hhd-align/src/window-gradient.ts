import * as tf from '@tensorflow/tfjs-core';
import type { RowCentres } from './centres.js';
import type { MapShape } from './heatmap-rows.js';
import { inside, type WindowCells, type WindowSides } from './window-cells.js';

/**
 * The transpose of reading windows: gradients `[M*ch*cw]` (0 at positions without a cell) add up in the cells they were
 * read from, `[M,H*W]`. `scatter` costs the windows' size. `gather` costs the maps' size and is for webgl, whose
 * scatter kernel compares every cell with every update.
 */
export type GradientStrategy = 'scatter' | 'gather';

export function gradientStrategy(backend: string): GradientStrategy {
  return backend === 'webgl' ? 'gather' : 'scatter';
}

export function windowGradient(
  strategy: GradientStrategy,
  gradient: tf.Tensor1D,
  index: WindowCells['index'],
  centres: RowCentres,
  sides: WindowSides,
  shape: MapShape,
): tf.Tensor2D {
  if (strategy === 'gather') return gatherGradient(gradient, centres, sides, shape);
  const maps = shape.batch * shape.keypoints;
  return tf.scatterND(index, gradient, [maps, shape.height * shape.width]) as tf.Tensor2D;
}

/** Folds mirrored positions back onto the ones they copied, then lets every cell fetch its own position. */
function gatherGradient(
  gradient: tf.Tensor1D,
  centres: RowCentres,
  sides: WindowSides,
  shape: MapShape,
): tf.Tensor2D {
  const count = shape.batch * shape.keypoints;
  const { width, height } = sides;
  const window = tf.reshape(gradient, [count, height, width]);
  const copiedX = tf.reshape(outside(centres.x, width, shape.width), [count, 1, width]);
  const copiedY = tf.reshape(outside(centres.y, height, shape.height), [count, height, 1]);
  const foldedX = tf.add(window, tf.reverse(tf.mul(window, copiedX), 2));
  const folded = tf.add(foldedX, tf.reverse(tf.mul(foldedX, copiedY), 1));

  const column = windowPosition(centres.x, width, shape.width);
  const row = windowPosition(centres.y, height, shape.height);
  const map = tf.reshape(tf.range(0, count), [count, 1]);
  const line = tf.mul(tf.add(tf.mul(map, height), row.position), width);
  const position = tf.add(
    tf.reshape(line, [count, shape.height, 1]),
    tf.reshape(column.position, [count, 1, shape.width]),
  );
  const cells = count * shape.height * shape.width;
  const fetched = tf.gatherND(
    tf.reshape(folded, [count * height * width]),
    tf.cast(tf.reshape(position, [cells, 1]), 'int32'),
  );
  const covered = tf.mul(
    tf.reshape(row.covered, [count, shape.height, 1]),
    tf.reshape(column.covered, [count, 1, shape.width]),
  );
  const dense = tf.mul(tf.reshape(fetched, [count, shape.height, shape.width]), covered);
  return tf.reshape(dense, [count, shape.height * shape.width]);
}

/** 1 where a window position lies outside the map and holds a copy, `[M,c]`. */
function outside(centre: tf.Tensor2D, side: number, size: number): tf.Tensor {
  const cell = tf.add(
    tf.sub(centre, Math.floor(side / 2)),
    tf.reshape(tf.range(0, side), [1, side]),
  );
  return tf.sub(1, tf.cast(inside(cell, size), 'float32'));
}

/** Window position that lies over each cell of an axis, `[M,size]`, and 1 where there is one. */
function windowPosition(
  centre: tf.Tensor2D,
  side: number,
  size: number,
): { position: tf.Tensor; covered: tf.Tensor } {
  const first = tf.sub(centre, Math.floor(side / 2));
  const position = tf.sub(tf.reshape(tf.range(0, size), [1, size]), first);
  return {
    position: tf.clipByValue(position, 0, side - 1),
    covered: tf.cast(inside(position, side), 'float32'),
  };
}
