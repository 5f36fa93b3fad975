import type { MapView } from './heatmaps.js';

/** Terms of the quadratic 1, x, y, x², xy, y² by their powers of x and of y. */
const POWERS_X = [0, 1, 0, 2, 1, 0];
const POWERS_Y = [0, 0, 1, 0, 1, 2];
const TERMS = 6;
/** A row of the equations: the terms and the right side. */
const STRIDE = 7;
/** Pivots below this share of the peak's weight leave the quadratic open. */
const LEAST_PIVOT = 1e-9;
/** Below this a map is a ridge or flat but for rounding: a Gaussian of 1 by 1000 cells, or of 30 by 30. */
const LEAST_DETERMINANT = 1e-6;

/** What a fit works in; kept for the next one. */
export interface GaussianFit {
  /** Sums along a row: of weight * x^i (0 to 4), and of weight * log * x^i (5 to 7). */
  readonly row: Float64Array;
  /** Sums over all cells of weight * x^i y^j at 5 i + j, and of weight * log * x^i y^j at 25 + 3 i + j. */
  readonly sums: Float64Array;
  /** The normal equations, each with its right side. */
  readonly equations: Float64Array;
}

export function gaussianFit(): GaussianFit {
  return {
    row: new Float64Array(8),
    sums: new Float64Array(34),
    equations: new Float64Array(TERMS * STRIDE),
  };
}

/**
 * Fits a Gaussian to the cells at most `radius` from (x, y): the quadratic nearest to the logarithm of the map, where cells count
 * with the square of their value, as well as their logarithm is known. Writes the way from (x, y) to its top into `offset`;
 * false when there is no top within `radius`.
 */
export function fitOffset(
  map: MapView,
  x: number,
  y: number,
  radius: number,
  fit: GaussianFit,
  offset: [number, number],
): boolean {
  addCells(map, x, y, radius, fit);
  const { sums, equations } = fit;
  for (let a = 0; a < TERMS; a++) {
    for (let b = 0; b < TERMS; b++) {
      equations[a * STRIDE + b] =
        sums[(POWERS_X[a]! + POWERS_X[b]!) * 5 + POWERS_Y[a]! + POWERS_Y[b]!]!;
    }
    equations[a * STRIDE + TERMS] = sums[25 + POWERS_X[a]! * 3 + POWERS_Y[a]!]!;
  }
  if (!solve(equations)) return false;
  const of = (term: number): number => equations[term * STRIDE + TERMS]!;
  const [dx, dy, dxx, dxy, dyy] = [of(1), of(2), 2 * of(3), of(4), 2 * of(5)];
  const determinant = dxx * dyy - dxy * dxy;
  if (!(dxx < 0 && determinant > LEAST_DETERMINANT)) return false;
  offset[0] = (dxy * dy - dyy * dx) / determinant;
  offset[1] = (dxy * dx - dxx * dy) / determinant;
  return Math.max(Math.abs(offset[0]), Math.abs(offset[1])) <= radius;
}

/** Adds up the positive cells around (x, y), their values as shares of the one in the middle. */
function addCells(map: MapView, x: number, y: number, radius: number, fit: GaussianFit): void {
  const { data, width, height, step, start } = map;
  const { row, sums } = fit;
  sums.fill(0);
  const peak = data[start + (y * width + x) * step]!;
  const [left, right] = [Math.max(-radius, -x), Math.min(radius, width - 1 - x)];
  const last = Math.min(radius, height - 1 - y);
  for (let dy = Math.max(-radius, -y); dy <= last; dy++) {
    row.fill(0);
    for (let dx = left; dx <= right; dx++) {
      const value = data[start + ((y + dy) * width + x + dx) * step]! / peak;
      if (!(value > 0)) continue;
      let weight = value * value;
      let scaled = weight * Math.log(value);
      for (let i = 0; i < 5; i++, weight *= dx) row[i] = row[i]! + weight;
      for (let i = 5; i < 8; i++, scaled *= dx) row[i] = row[i]! + scaled;
    }
    for (let j = 0, power = 1; j < 5; j++, power *= dy) {
      for (let i = 0; i + j < 5; i++) sums[i * 5 + j] = sums[i * 5 + j]! + row[i]! * power;
      for (let i = 0; i + j < 3; i++) {
        const at = 25 + i * 3 + j;
        sums[at] = sums[at]! + row[5 + i]! * power;
      }
    }
  }
}

/** Solves symmetric positive equations in place, the answers in their right sides; false when they leave something open. */
function solve(equations: Float64Array): boolean {
  for (let column = 0; column < TERMS; column++) {
    const pivot = equations[column * STRIDE + column]!;
    if (!(pivot > LEAST_PIVOT)) return false;
    for (let i = column; i < STRIDE; i++) {
      equations[column * STRIDE + i] = equations[column * STRIDE + i]! / pivot;
    }
    for (let row = 0; row < TERMS; row++) {
      if (row === column) continue;
      const factor = equations[row * STRIDE + column]!;
      for (let i = column; i < STRIDE; i++) {
        const at = row * STRIDE + i;
        equations[at] = equations[at]! - factor * equations[column * STRIDE + i]!;
      }
    }
  }
  return true;
}
