import { DecodeError, requireRange } from './error.js';
import { checkVectors, type Vectors } from './vectors.js';

/** SimCC vectors of a batch: how likely each bin along x [B, K, Wx] and along y [B, K, Wy] is. */
export interface SimccVectors {
  readonly x: Vectors;
  readonly y: Vectors;
}

/** One number for both axes, or one for each. */
export type PerAxis = number | { readonly x: number; readonly y: number };

/** Both numbers, checked to be above 0. @throws OUT_OF_RANGE */
export function bothAxes(name: string, value: PerAxis): { x: number; y: number } {
  const { x, y } = typeof value === 'number' ? { x: value, y: value } : value;
  const holds = x > 0 && y > 0 && Number.isFinite(x + y);
  requireRange(holds, name, 'numbers > 0', x === y ? x : `${x}, ${y}`);
  return { x, y };
}

/** Checks that both axes speak of the same keypoints. @throws SHAPE_MISMATCH */
export function checkSimcc(vectors: SimccVectors): {
  batch: number;
  keypointCount: number;
  width: number;
  height: number;
} {
  const x = checkVectors('x', vectors.x);
  const y = checkVectors('y', vectors.y);
  if (x.batch !== y.batch || x.keypointCount !== y.keypointCount) {
    throw new DecodeError(
      'SHAPE_MISMATCH',
      `Vectors along x and y must agree in batch and keypoints; got [${vectors.x.shape.join(', ')}] and [${vectors.y.shape.join(', ')}].`,
      { x: vectors.x.shape, y: vectors.y.shape },
    );
  }
  return { batch: x.batch, keypointCount: x.keypointCount, width: x.length, height: y.length };
}

/** Rounds a half to the even neighbour, as NumPy does. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}
