import { DecodeError, requireLength } from './error.js';
import { checkHeatmaps, type Grid, type Heatmaps } from './heatmaps.js';

export interface FlipOptions {
  /**
   * Move the mirrored maps one column to the right (column 0 keeps its value): aligns networks trained with the classic
   * crop, whose stride puts cell and pixel centres apart. Wrong for `udp`. @default false
   */
  readonly shift?: boolean;
}

/**
 * Mirrors heatmaps back: columns reversed and left and right keypoints swapped.
 *
 * @param flipIndices for each keypoint the one it becomes in the mirror (itself when it has no partner) [K]
 * @param out where to write; not `maps.data` itself. @default a new array
 * @returns the mirrored values, in the shape and layout of `maps`
 * @throws SHAPE_MISMATCH, OUT_OF_RANGE for indices that are no permutation of 0..K-1
 */
export function flipHeatmaps(
  maps: Heatmaps,
  flipIndices: ArrayLike<number>,
  options: FlipOptions = {},
  out?: Float32Array,
): Float32Array {
  const grid = checkFlip(maps, flipIndices);
  const result = prepareOut(maps.data, out);
  eachMirrored(grid, flipIndices, options.shift ?? false, (to, from) => {
    result[to] = maps.data[from]!;
  });
  return result;
}

/**
 * The mean of the heatmaps of a picture and of its mirror image (flip test).
 *
 * @param maps what the network gave for the picture
 * @param mirrored what it gave for the mirror image, not yet mirrored back; same shape and layout
 * @param flipIndices for each keypoint the one it becomes in the mirror [K]
 * @param out where to write; may be `maps.data`, not `mirrored.data`. @default a new array
 * @returns (maps + flipHeatmaps(mirrored)) / 2, in the shape and layout of `maps`
 * @throws SHAPE_MISMATCH when the two differ in shape or layout, OUT_OF_RANGE for indices that are no permutation
 */
export function averageFlipped(
  maps: Heatmaps,
  mirrored: Heatmaps,
  flipIndices: ArrayLike<number>,
  options: FlipOptions = {},
  out?: Float32Array,
): Float32Array {
  checkHeatmaps(maps);
  const grid = checkFlip(mirrored, flipIndices);
  if (maps.layout !== mirrored.layout || maps.shape.some((n, i) => n !== mirrored.shape[i])) {
    throw new DecodeError(
      'SHAPE_MISMATCH',
      `Maps and mirrored maps must agree; got ${maps.layout} [${maps.shape.join(', ')}] and ${mirrored.layout} [${mirrored.shape.join(', ')}].`,
      { maps: maps.shape, mirrored: mirrored.shape },
    );
  }
  const result = prepareOut(mirrored.data, out);
  eachMirrored(grid, flipIndices, options.shift ?? false, (to, from) => {
    result[to] = (maps.data[to]! + mirrored.data[from]!) * 0.5;
  });
  return result;
}

/** Calls `visit` with the place of every cell and of the cell that the mirror puts there. */
function eachMirrored(
  grid: Grid,
  flipIndices: ArrayLike<number>,
  shift: boolean,
  visit: (to: number, from: number) => void,
): void {
  const { batch, keypointCount, width, height, cell } = grid;
  for (let b = 0; b < batch; b++) {
    for (let k = 0; k < keypointCount; k++) {
      const target = b * grid.image + k * grid.keypoint;
      const source = b * grid.image + flipIndices[k]! * grid.keypoint;
      for (let y = 0; y < height; y++) {
        const line = y * width;
        for (let x = 0; x < width; x++) {
          const column = width - 1 - (shift && x > 0 ? x - 1 : x);
          visit(target + (line + x) * cell, source + (line + column) * cell);
        }
      }
    }
  }
}

function checkFlip(maps: Heatmaps, flipIndices: ArrayLike<number>): Grid {
  const grid = checkHeatmaps(maps);
  requireLength('flipIndices', flipIndices.length, grid.keypointCount, 'one per keypoint');
  const sorted = Array.from(flipIndices).sort((a, b) => a - b);
  if (sorted.some((index, i) => index !== i)) {
    throw new DecodeError(
      'OUT_OF_RANGE',
      `flipIndices must hold each of 0..${grid.keypointCount - 1} once; got [${Array.from(flipIndices).join(', ')}].`,
      { flipIndices: Array.from(flipIndices) },
    );
  }
  return grid;
}

function prepareOut(source: Float32Array, out: Float32Array | undefined): Float32Array {
  const result = out ?? new Float32Array(source.length);
  requireLength('out', result.length, source.length, 'as many as the heatmaps');
  if (result.buffer === source.buffer && result.byteOffset === source.byteOffset) {
    throw new DecodeError('OUT_OF_RANGE', 'out must not be the array that is mirrored.', {});
  }
  return result;
}
