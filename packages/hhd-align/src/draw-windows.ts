import type * as tf from '@tensorflow/tfjs-core';
import { type AlignOptions, alignHeatmaps } from './align.js';
import { type HeatmapPair, windowCentres } from './centres.js';
import { AlignError } from './errors.js';
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
 * Draws where the windows of one keypoint lie on both maps, and what is in them: teacher above, student below, as an SVG text. For
 * documentation and for looking at what a loss sees.
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
  const centres = windowCentres(heatmaps, options);
  const windows = alignHeatmaps(heatmaps, options);
  const [batch, height, width, keypoints] = heatmaps.student.shape;
  if (!(sample in Array(batch).fill(0)) || !(keypoint in Array(keypoints).fill(0)))
    throw new AlignError(
      'OUT_OF_RANGE',
      `expected a sample of 0..${batch - 1} and a keypoint of 0..${keypoints - 1}, got ${sample} and ${keypoint}.`,
      { sample, keypoint },
    );
  const sides = windowSides(windowSize);
  // A window may reach half its size beyond the map.
  const half = { x: (sides.width >> 1) * cell, y: (sides.height >> 1) * cell };
  const gap = 2 * cell;
  const mapLeft = gap + half.x;
  const rowHeight = height * cell + 2 * half.y + 2 * gap;
  const total = { width: (width + 2 * sides.width) * cell + 4 * gap, height: 2 * rowHeight };
  const parts: string[] = [];
  for (const [index, side] of (['teacher', 'student'] as const).entries()) {
    const top = index * rowHeight + 2 * gap + half.y;
    const map = await readMap(heatmaps[side], (row, column) => [sample, row, column, keypoint]);
    const window = await readMap(windows[side], (row, column) => [sample, keypoint, row, column]);
    const at = (await centres[side].data()).slice(
      2 * (sample * keypoints + keypoint),
    ) as Int32Array;
    const [x, y] = [at[0]!, at[1]!];
    const left = mapLeft + x * cell - half.x;
    const high = top + y * cell - half.y;
    parts.push(
      `<text x="${gap}" y="${top - half.y - cell}">${side}, window around (${x}, ${y})</text>`,
      cells(map(width, height), mapLeft, top, cell),
      `<rect x="${left}" y="${high}" width="${sides.width * cell}" height="${sides.height * cell}" fill="none" stroke="#d33" stroke-width="2"/>`,
      cells(window(sides.width, sides.height), total.width - gap - sides.width * cell, top, cell),
    );
  }
  for (const tensor of [...Object.values(centres), ...Object.values(windows)]) tensor.dispose();
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" viewBox="0 0 ${total.width} ${total.height}" ` +
    `font-family="sans-serif" font-size="${1.5 * cell}"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>`
  );
}

type Grid = readonly (readonly number[])[];

/** Reads one map of a tensor; `place` says where its cells lie. */
async function readMap(
  tensor: tf.Tensor,
  place: (row: number, column: number) => readonly number[],
): Promise<(width: number, height: number) => Grid> {
  const values = await tensor.data();
  const flat = (index: readonly number[]): number =>
    index.reduce((sum, i, axis) => sum * tensor.shape[axis]! + i, 0);
  return (width, height) =>
    Array.from({ length: height }, (_, row) =>
      Array.from({ length: width }, (_, column) => values[flat(place(row, column))]!),
    );
}

/** Darker is larger, each grid over its own range. */
function cells(grid: Grid, left: number, top: number, size: number): string {
  const all = grid.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const shade = (value: number): number =>
    255 - Math.round((255 * (value - low)) / (high - low || 1));
  const squares = grid.flatMap((line, row) =>
    line.map((value, column) => {
      const grey = shade(value);
      return `<rect x="${left + column * size}" y="${top + row * size}" width="${size}" height="${size}" fill="rgb(${grey},${grey},${grey})"/>`;
    }),
  );
  const outline = `<rect x="${left}" y="${top}" width="${grid[0]!.length * size}" height="${grid.length * size}" fill="none" stroke="#999"/>`;
  return `<g shape-rendering="crispEdges">${squares.join('')}${outline}</g>`;
}
