import { DecodeError, requireRange } from './error.js';
import { checkFlipIndices, prepareMirror, requireSameShape } from './flip-indices.js';
import { checkHeatmaps, type Grid, type Heatmaps } from './heatmaps.js';

export interface FlipOptions {
  /**
   * Move the mirrored maps one column to the right (column 0 keeps its value): aligns networks trained with the classic
   * crop, whose stride puts cell and pixel centres apart. Wrong for `udp`. @default false
   */
  readonly shift?: boolean;
  /**
   * What the channels of a keypoint are: one map; disc, x and y offset (`udp-combined`); or x and y offset (`offset`). Offsets along x
   * change their sign in the mirror. @default 'heatmap'
   */
  readonly kind?: 'heatmap' | 'udp-combined' | 'offset';
}

/** Channels of a keypoint, and which of them holds offsets along x. */
const KINDS = {
  heatmap: [1, -1],
  'udp-combined': [3, 1],
  offset: [2, 0],
} as const;

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
  const grid = checkHeatmaps(maps);
  const result = prepareMirror(maps.data, out);
  mirror(grid, flipIndices, options, maps.data, undefined, result);
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
  const grid = checkHeatmaps(mirrored);
  requireSameShape('Heatmaps', maps.shape, mirrored.shape);
  if (maps.layout !== mirrored.layout) {
    throw new DecodeError(
      'SHAPE_MISMATCH',
      `Heatmaps of the picture and of its mirror image must agree; got ${maps.layout} and ${mirrored.layout}.`,
      { maps: maps.layout, mirrored: mirrored.layout },
    );
  }
  const result = prepareMirror(mirrored.data, out);
  mirror(grid, flipIndices, options, mirrored.data, maps.data, result);
  return result;
}

/** Writes the mirror of `data`, or its mean with `other`. */
function mirror(
  grid: Grid,
  flipIndices: ArrayLike<number>,
  options: FlipOptions,
  data: Float32Array,
  other: Float32Array | undefined,
  result: Float32Array,
): void {
  const { shift = false, kind = 'heatmap' } = options;
  const { batch, keypointCount: maps, width, height, cell } = grid;
  const [channels, turned] = KINDS[kind];
  requireRange(maps % channels === 0, 'channels', `a multiple of ${channels} for ${kind}`, maps);
  checkFlipIndices(flipIndices, maps / channels);
  const columns = Int32Array.from({ length: width }, (_, x) => {
    return (width - 1 - (shift && x > 0 ? x - 1 : x)) * cell;
  });
  for (let b = 0; b < batch; b++) {
    for (let m = 0; m < maps; m++) {
      const channel = m % channels;
      const sign = channel === turned ? -1 : 1;
      const partner = flipIndices[(m - channel) / channels]! * channels + channel;
      let to = b * grid.image + m * grid.keypoint;
      let line = b * grid.image + partner * grid.keypoint;
      for (let y = 0; y < height; y++, line += width * cell) {
        for (let x = 0; x < width; x++, to += cell) {
          const value = sign * data[line + columns[x]!]!;
          result[to] = other ? (other[to]! + value) * 0.5 : value;
        }
      }
    }
  }
}
