/** A row of bins inside an array. */
export interface Vector {
  readonly data: Float32Array;
  readonly start: number;
  readonly length: number;
}

/** A flatter top than that of a Gaussian 700 bins wide is rounding. */
const LEAST_CURVATURE = 1e-6;

/**
 * The way from bin `i` to the top of the Gaussian fitted to the bins at most `radius` away: the parabola nearest to the logarithm of
 * the vector, where bins count with the square of their value. 0 where it has no top within `radius`.
 */
export function fitStep({ data, start, length }: Vector, i: number, radius: number): number {
  const peak = data[start + i]!;
  let [s0, s1, s2, s3, s4, t0, t1, t2] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let t = Math.max(-radius, -i); t <= Math.min(radius, length - 1 - i); t++) {
    const value = data[start + i + t]! / peak;
    if (!(value > 0)) continue;
    const weight = value * value;
    const scaled = weight * Math.log(value);
    s0 += weight;
    s1 += weight * t;
    s2 += weight * t * t;
    s3 += weight * t * t * t;
    s4 += weight * t * t * t * t;
    t0 += scaled;
    t1 += scaled * t;
    t2 += scaled * t * t;
  }
  // Cramer's rule for the parabola a + b t + c t².
  const determinant =
    s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s2 * s3) + s2 * (s1 * s3 - s2 * s2);
  const b = s0 * (t1 * s4 - s3 * t2) - t0 * (s1 * s4 - s3 * s2) + s2 * (s1 * t2 - t1 * s2);
  const c = s0 * (s2 * t2 - t1 * s3) - s1 * (s1 * t2 - t1 * s2) + t0 * (s1 * s3 - s2 * s2);
  if (!(c < -LEAST_CURVATURE * determinant)) return 0;
  const step = -b / (2 * c);
  return Math.abs(step) <= radius ? step : 0;
}
