import { requireLength, requireRange } from './error.js';

/** `[a, b, c, d, e, f]`: x' = a x + b y + c, y' = d x + e y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Points one after another: x0, y0, x1, y1, … */
export type Points = Float32Array | Float64Array;

/**
 * The affine map that undoes `affine`.
 *
 * @throws OUT_OF_RANGE when it has no inverse
 */
export function invertAffine(affine: Affine): Affine {
  const [a, b, c, d, e, f] = affine;
  const determinant = a * e - b * d;
  requireRange(
    determinant !== 0 && Number.isFinite(determinant),
    'affine',
    'invertible',
    `[${affine.join(', ')}]`,
  );
  const [ia, ib, id, ie] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)];
}

/** The affine map that applies `first`, then `second`. */
export function composeAffine(first: Affine, second: Affine): Affine {
  const [a, b, c, d, e, f] = first;
  const [p, q, r, s, t, u] = second;
  return [
    p * a + q * d,
    p * b + q * e,
    p * c + q * f + r,
    s * a + t * d,
    s * b + t * e,
    s * c + t * f + u,
  ];
}

/** The mirror image of a picture `width` pixels wide: x -> width - 1 - x, since integers are pixel centres. */
export function flipAffine(width: number): Affine {
  return [-1, 0, width - 1, 0, 1, 0];
}

/**
 * Moves points by an affine map.
 *
 * @param points x, y pairs
 * @param out where to write; may be `points` itself. @default a new array of the same kind
 * @throws SHAPE_MISMATCH when a length is odd or `out` differs in length
 */
export function transformPoints<T extends Points>(points: T, affine: Affine, out?: T): T {
  const [a, b, c, d, e, f] = affine;
  const result = out ?? new (points.constructor as new (length: number) => T)(points.length);
  requireLength('points', points.length % 2, 0, 'x, y pairs');
  requireLength('out', result.length, points.length, 'as many as points');
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i]!;
    const y = points[i + 1]!;
    result[i] = a * x + b * y + c;
    result[i + 1] = d * x + e * y + f;
  }
  return result;
}
