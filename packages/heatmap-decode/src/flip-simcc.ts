import { requireInteger } from './error.js';
import { checkFlipIndices, prepareMirror, requireSameShape } from './flip-indices.js';
import { checkSimcc, type SimccVectors } from './simcc.js';

/** Values of SimCC vectors, in the shapes of those they come from. */
export interface SimccArrays {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

export interface FlipSimccOptions {
  /**
   * Bins that the mirrored x vectors move to the left (the last bins keep theirs). Pixel x is width - 1 - x in the mirror, so its bin comes
   * back splitRatio - 1 too far right; that is the number to give. The references leave it out. @default 0
   */
  readonly shift?: number;
}

/**
 * Mirrors SimCC vectors back: bins along x reversed, left and right keypoints swapped on both axes.
 *
 * @param flipIndices for each keypoint the one it becomes in the mirror (itself when it has no partner) [K]
 * @param out where to write; not the vectors' own arrays. @default new arrays
 * @throws SHAPE_MISMATCH; OUT_OF_RANGE for indices that are no permutation of 0..K-1
 */
export function flipSimcc(
  vectors: SimccVectors,
  flipIndices: ArrayLike<number>,
  options: FlipSimccOptions = {},
  out?: SimccArrays,
): SimccArrays {
  return mirror(vectors, undefined, flipIndices, options, out);
}

/**
 * The mean of the SimCC vectors of a picture and of its mirror image (flip test).
 *
 * @param mirrored what the network gave for the mirror image, not yet mirrored back
 * @param out where to write; may be the picture's arrays, not the mirrored ones. @default new arrays
 * @throws SHAPE_MISMATCH when the two differ in shape; OUT_OF_RANGE for indices that are no permutation
 */
export function averageFlippedSimcc(
  vectors: SimccVectors,
  mirrored: SimccVectors,
  flipIndices: ArrayLike<number>,
  options: FlipSimccOptions = {},
  out?: SimccArrays,
): SimccArrays {
  checkSimcc(vectors);
  requireSameShape('x', vectors.x.shape, mirrored.x.shape);
  requireSameShape('y', vectors.y.shape, mirrored.y.shape);
  return mirror(mirrored, vectors, flipIndices, options, out);
}

/** Writes the mirror of `vectors`, or its mean with `other`. */
function mirror(
  vectors: SimccVectors,
  other: SimccVectors | undefined,
  flipIndices: ArrayLike<number>,
  options: FlipSimccOptions,
  out: SimccArrays | undefined,
): SimccArrays {
  const { batch, keypointCount, width, height } = checkSimcc(vectors);
  const { shift = 0 } = options;
  requireInteger('shift', shift, 0);
  checkFlipIndices(flipIndices, keypointCount);
  const x = prepareMirror(vectors.x.data, out?.x);
  const y = prepareMirror(vectors.y.data, out?.y);
  const [sourceX, sourceY] = [vectors.x.data, vectors.y.data];
  for (let n = 0; n < batch * keypointCount; n++) {
    const k = n % keypointCount;
    const partner = n - k + flipIndices[k]!;
    for (let i = 0, to = n * width; i < width; i++, to++) {
      const bin = i + shift < width ? i + shift : i;
      const value = sourceX[partner * width + width - 1 - bin]!;
      x[to] = other ? (other.x.data[to]! + value) * 0.5 : value;
    }
    for (let i = 0, to = n * height; i < height; i++, to++) {
      const value = sourceY[partner * height + i]!;
      y[to] = other ? (other.y.data[to]! + value) * 0.5 : value;
    }
  }
  return { x, y };
}
