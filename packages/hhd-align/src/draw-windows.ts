import type * as tf from '@tensorflow/tfjs-core';
import { type AlignOptions, alignHeatmaps } from './align.js';
import { type HeatmapPair, windowCentres } from './centres.js';
import { AlignError } from './errors.js';
import { sameMapShape } from './heatmap-rows.js';
import { windowSides } from './window-cells.js';
import { DEFAULT_WINDOW_SIZE } from './windows.js';

export interface DrawWindowsOptions extends AlignOptions {
  /** Which map of the batch. @default 0 */
  readonly sample?: number;
  /** @default 0 */
  readonly keypoint?: number;
  /** Pixels a heatmap cell. @default 8 */
  readonly cell?: number;
}

/**
 * Draws where the windows of one keypoint lie on both maps, and what is in them: teacher above, student below, as an SVG text. Darker
 * is larger, each grid over its own range; cells of a window that lie outside the map, and so hold copies, are tinted. For documentation and for looking at what a
 * loss sees.
 *
 * Reads the tensors back; not for the middle of a training step.
 *
 * @param heatmaps raw maps `[B,H,W,K]` of one shape
 * @throws {AlignError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @example
 * await writeFile('windows.svg', await drawWindows({ student: logits, teacher: maps }, { keypoint: 3 }));
 */
export async function drawWindows(
  heatmaps: HeatmapPair,
  options: DrawWindowsOptions = {},
): Promise<string> {
  const { sample = 0, keypoint = 0, cell = 8, windowSize = DEFAULT_WINDOW_SIZE } = options;
  const { batch, height, width, keypoints } = sameMapShape(heatmaps.student, heatmaps.teacher);
  checkIndex('sample', sample, batch);
  checkIndex('keypoint', keypoint, keypoints);
  const sides = windowSides(windowSize);
  const centres = windowCentres(heatmaps, options);
  const windows = alignHeatmaps(heatmaps, options);

  // A window may reach half its size beyond the map, whose height its own drawing has.
  const half = { x: (sides.width >> 1) * cell, y: (sides.height >> 1) * cell };
  const gap = 2 * cell;
  const zoom = (height * cell) / sides.height;
  const rowHeight = height * cell + 2 * half.y + 2 * gap;
  const total = {
    width: Math.ceil(width * cell + 2 * half.x + sides.width * zoom) + 3 * gap,
    height: 2 * rowHeight,
  };
  const parts: string[] = [];
  for (const [index, side] of (['teacher', 'student'] as const).entries()) {
    const map = await readGrid(heatmaps[side], height, width, (row, column) => [
      sample,
      row,
      column,
      keypoint,
    ]);
    const window = await readGrid(windows[side], sides.height, sides.width, (row, column) => [
      sample,
      keypoint,
      row,
      column,
    ]);
    const [[x, y]] = (await readGrid(centres[side], 1, 2, (_, axis) => [
      sample,
      keypoint,
      axis,
    ])) as [[number, number]];
    const [left, top] = [gap + half.x, index * rowHeight + 2 * gap + half.y];
    const first = { column: x - (sides.width >> 1), row: y - (sides.height >> 1) };
    const isCopy = (row: number, column: number): boolean =>
      map[first.row + row]?.[first.column + column] === undefined;
    parts.push(
      `<text x="${gap}" y="${top - half.y - cell}">${side}, window around (${x}, ${y})</text>`,
      drawGrid(map, left, top, cell),
      `<rect x="${left + first.column * cell}" y="${top + first.row * cell}" width="${sides.width * cell}" height="${sides.height * cell}" fill="none" stroke="#d33" stroke-width="2"/>`,
      drawGrid(window, total.width - gap - sides.width * zoom, top, zoom, isCopy),
    );
  }
  for (const tensor of [...Object.values(centres), ...Object.values(windows)]) tensor.dispose();
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}" ` +
    `role="img" aria-label="windows of keypoint ${keypoint} on both maps" font-family="sans-serif" font-size="${1.5 * cell}"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>`
  );
}

function checkIndex(name: string, index: number, count: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= count)
    throw new AlignError('OUT_OF_RANGE', `${name}: expected 0..${count - 1}, got ${index}.`, {
      [name]: index,
    });
}

type Grid = readonly (readonly number[])[];

/** Reads a part of a tensor; `place` says where its entries lie. */
async function readGrid(
  tensor: tf.Tensor,
  rows: number,
  columns: number,
  place: (row: number, column: number) => readonly number[],
): Promise<Grid> {
  const values = await tensor.data();
  const flat = (index: readonly number[]): number =>
    index.reduce((sum, i, axis) => sum * tensor.shape[axis]! + i, 0);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => values[flat(place(row, column))]!),
  );
}

/** Squares of a size; those that `isTinted` names are reddish. */
function drawGrid(
  grid: Grid,
  left: number,
  top: number,
  size: number,
  isTinted: (row: number, column: number) => boolean = () => false,
): string {
  const all = grid.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const squares = grid.flatMap((line, row) =>
    line.map((value, column) => {
      const grey = 255 - Math.round((255 * (value - low)) / (high - low || 1));
      const [red, rest] = isTinted(row, column)
        ? [Math.round(0.75 * grey + 64), Math.round(0.8 * grey)]
        : [grey, grey];
      return `<rect x="${left + column * size}" y="${top + row * size}" width="${size}" height="${size}" fill="rgb(${red},${rest},${rest})"/>`;
    }),
  );
  const outline = `<rect x="${left}" y="${top}" width="${grid[0]!.length * size}" height="${grid.length * size}" fill="none" stroke="#999"/>`;
  return `<g shape-rendering="crispEdges">${squares.join('')}${outline}</g>`;
}
