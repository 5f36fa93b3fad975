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
  const { batch, keypointCount, width, height } = checkSimcc(vectors);
  const { shift = 0 } = options;
  requireInteger('shift', shift, 0);
  checkFlipIndices(flipIndices, keypointCount);
  const x = prepareMirror(vectors.x.data, out?.x);
  const y = prepareMirror(vectors.y.data, out?.y);
  for (let n = 0; n < batch * keypointCount; n++) {
    const k = n % keypointCount;
    const source = n - k + flipIndices[k]!;
    for (let i = 0; i < width; i++) {
      const bin = i + shift < width ? i + shift : i;
      x[n * width + i] = vectors.x.data[source * width + width - 1 - bin]!;
    }
    y.set(vectors.y.data.subarray(source * height, (source + 1) * height), n * height);
  }
  return { x, y };
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
  const x = prepareMirror(mirrored.x.data, out?.x);
  const y = prepareMirror(mirrored.y.data, out?.y);
  const flipped = flipSimcc(mirrored, flipIndices, options);
  for (let i = 0; i < x.length; i++) x[i] = (vectors.x.data[i]! + flipped.x[i]!) * 0.5;
  for (let i = 0; i < y.length; i++) y[i] = (vectors.y.data[i]! + flipped.y[i]!) * 0.5;
  return { x, y };
}
