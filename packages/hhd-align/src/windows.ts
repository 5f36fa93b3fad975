import * as tf from '@tensorflow/tfjs-core';
import { unpackCentres } from './centres.js';
import { type WithGradient, withGradient } from './custom-gradient.js';
import { AlignError } from './errors.js';
import { fromRows, type MapShape, mapShape, toRows } from './heatmap-rows.js';
import { HHD_WINDOWS, HHD_WINDOWS_GRAD, runKernel } from './kernels.js';
import { type Normalisation, normaliseRows, normaliseRowsGradient } from './normalise.js';
import { type WindowSides, type WindowSize, windowCells, windowSides } from './window-cells.js';
import { gradientStrategy, windowGradient } from './window-gradient.js';

export const DEFAULT_WINDOW_SIZE = 8;

/** Windows of normalised maps around `centres` (int32 `[B,K,2]`) with their backward: only the windows are scaled, never the whole maps. */
export function normalisedWindows(
  rows: tf.Tensor2D,
  centres: tf.Tensor3D,
  sides: WindowSides,
  normalisation: Normalisation,
  epsilon: number,
  shape: MapShape,
): WithGradient<tf.Tensor4D> {
  const attributes = { ...shape, sideX: sides.width, sideY: sides.height, normalisation, epsilon };
  const fast = runKernel(HHD_WINDOWS, { rows, centres }, attributes);
  if (!fast) return composedWindows(rows, centres, sides, normalisation, epsilon, shape);
  const [windows, scales] = fast as [tf.Tensor4D, tf.Tensor2D];
  return {
    value: windows,
    saved: normalisation === 'none' ? [centres] : [centres, rows, windows, scales],
    gradient: (dy, [centres, rows, windows, scales]) => {
      const normalised = rows && windows && scales ? { rows, windows, scales } : {};
      const inputs = { dy, centres: centres as tf.Tensor3D, ...normalised };
      const [dense] = runKernel(HHD_WINDOWS_GRAD, inputs, attributes) as [tf.Tensor2D];
      return fromRows(dense, shape);
    },
  };
}

function composedWindows(
  rows: tf.Tensor2D,
  packed: tf.Tensor3D,
  sides: WindowSides,
  normalisation: Normalisation,
  epsilon: number,
  shape: MapShape,
): WithGradient<tf.Tensor4D> {
  const strategy = gradientStrategy(tf.getBackend());
  const centres = unpackCentres(packed, shape);
  const count = shape.batch * shape.keypoints;
  const area = sides.width * sides.height;
  const { base, scale } = normaliseRows(rows, normalisation, epsilon, shape);
  const { index, exists } = windowCells(centres, sides, shape);
  const read = tf.reshape(tf.mul(tf.gatherND(base, index), exists), [count, area]);
  const value = (scale === undefined ? read : tf.mul(read, scale)) as tf.Tensor2D;

  return {
    value: tf.reshape(value, [shape.batch, shape.keypoints, sides.height, sides.width]),
    saved:
      normalisation === 'none'
        ? [index, exists, centres.x, centres.y]
        : [index, exists, centres.x, centres.y, value, base, ...(scale ? [scale] : [])],
    gradient: (dy, saved) => {
      const [index, exists, x, y, value, base, scale] = saved as [
        tf.Tensor2D,
        tf.Tensor1D,
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D | undefined,
      ];
      const window = tf.mul(tf.reshape(dy, [count * area]), exists) as tf.Tensor1D;
      const dense = windowGradient(strategy, window, index, { x, y }, sides, shape);
      if (normalisation === 'none') return fromRows(dense, shape);
      const inner = tf.sum(tf.mul(tf.reshape(dy, [count, area]), value), 1, true) as tf.Tensor2D;
      return fromRows(normaliseRowsGradient(normalisation, dense, inner, { base, scale }), shape);
    },
  };
}

export interface CropOptions {
  /** Window size in heatmap cells. @default 8 */
  readonly size?: WindowSize;
}

/**
 * Cuts a window around a centre out of every map, and fills what lies outside the map with the window's own mirror image.
 *
 * A window of side c covers the cells from centre - floor(c/2) to centre - floor(c/2) + c - 1, so an even window has its
 * centre half a cell right of and below its middle. A position outside the map takes the value of the position mirrored at
 * the window's middle, columns first, then rows (not a reflection at the map's border); where both are outside, 0.
 *
 * Gradient: with respect to `heatmaps`, through the copies too; none to `centres`. Own backward, works with stock tfjs.
 * Memory: the caller disposes the result.
 *
 * @param heatmaps maps `[B,H,W,K]`
 * @param centres whole numbers `[B,K,2]` as (x, y) in heatmap cells, inside the map
 * @returns windows `[B,K,c,c]`, rows before columns
 * @throws {AlignError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Du et al. 2024, doi 10.1016/j.imavis.2024.105041
 * @example
 * const windows = cropWindows(maps, centres, { size: 8 }); // [B,K,8,8]
 */
export function cropWindows(
  heatmaps: tf.Tensor4D,
  centres: tf.Tensor3D,
  options: CropOptions = {},
): tf.Tensor4D {
  const shape = mapShape(heatmaps, 'heatmaps');
  const sides = windowSides(options.size ?? DEFAULT_WINDOW_SIZE);
  const expected = [shape.batch, shape.keypoints, 2];
  if (centres.shape.length !== 3 || expected.some((size, axis) => size !== centres.shape[axis]))
    throw new AlignError(
      'SHAPE_MISMATCH',
      `centres: expected [B,K,2] = [${expected.join(',')}] for heatmaps [${heatmaps.shape.join(',')}], got [${centres.shape.join(',')}].`,
      { expected, shape: centres.shape },
    );
  return withGradient(heatmaps, (maps: tf.Tensor4D) =>
    normalisedWindows(toRows(maps, shape), tf.cast(centres, 'int32'), sides, 'none', 0, shape),
  );
}
