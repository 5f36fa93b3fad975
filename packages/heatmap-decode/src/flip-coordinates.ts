import { requireInteger } from './error.js';
import { checkFlipIndices, prepareMirror, requireSameShape } from './flip-indices.js';
import { checkVectors, type Vectors } from './vectors.js';

export interface FlipCoordinatesOptions {
  /**
   * Width of the picture: pixel x is width - 1 - x in the mirror, so a share of the width comes back as 1 - 1/width - x (mmpose's
   * `shift_coords`). Without it, 1 - x. @default no shift
   */
  readonly width?: number;
}

/**
 * Mirrors coordinates back: x -> 1 - x, left and right keypoints swapped; further values of a keypoint (sigmas) come along.
 *
 * @param coordinates shares of the input's sides [B, K, 2] or more values a keypoint, x first
 * @param flipIndices for each keypoint the one it becomes in the mirror (itself when it has no partner) [K]
 * @param out where to write; not the coordinates' own array. @default a new array
 * @throws SHAPE_MISMATCH; OUT_OF_RANGE for indices that are no permutation of 0..K-1
 */
export function flipCoordinates(
  coordinates: Vectors,
  flipIndices: ArrayLike<number>,
  options: FlipCoordinatesOptions = {},
  out?: Float32Array,
): Float32Array {
  const { batch, keypointCount, length } = checkVectors('coordinates', coordinates);
  const { width } = options;
  if (width !== undefined) requireInteger('width', width);
  checkFlipIndices(flipIndices, keypointCount);
  const { data } = coordinates;
  const result = prepareMirror(data, out);
  const edge = width === undefined ? 1 : 1 - 1 / width;
  for (let n = 0; n < batch * keypointCount; n++) {
    const k = n % keypointCount;
    const source = (n - k + flipIndices[k]!) * length;
    for (let i = 0; i < length; i++) result[n * length + i] = data[source + i]!;
    result[n * length] = edge - data[source]!;
  }
  return result;
}

/**
 * The mean of the coordinates of a picture and of its mirror image (flip test); sigmas are averaged too.
 *
 * @param mirrored what the network gave for the mirror image, not yet mirrored back
 * @param out where to write; may be `coordinates.data`, not `mirrored.data`. @default a new array
 * @throws SHAPE_MISMATCH when the two differ in shape; OUT_OF_RANGE for indices that are no permutation
 */
export function averageFlippedCoordinates(
  coordinates: Vectors,
  mirrored: Vectors,
  flipIndices: ArrayLike<number>,
  options: FlipCoordinatesOptions = {},
  out?: Float32Array,
): Float32Array {
  checkVectors('coordinates', coordinates);
  requireSameShape('coordinates', coordinates.shape, mirrored.shape);
  const result = prepareMirror(mirrored.data, out);
  const flipped = flipCoordinates(mirrored, flipIndices, options);
  for (let i = 0; i < result.length; i++) result[i] = (coordinates.data[i]! + flipped[i]!) * 0.5;
  return result;
}
