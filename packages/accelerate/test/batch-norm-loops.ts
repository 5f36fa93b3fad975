/** Train-mode batch normalisation and its gradient as plain loops in double precision. */

export type Activation = 'none' | 'relu' | 'relu6';

export interface Forward {
  readonly y: Float64Array;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

export function batchNorm(
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  epsilon: number,
  activation: Activation,
): Forward {
  const channels = gamma.length;
  const rows = x.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (let i = 0; i < x.length; i++) mean[i % channels]! += x[i]! / rows;
  for (let i = 0; i < x.length; i++) {
    variance[i % channels]! += (x[i]! - mean[i % channels]!) ** 2 / rows;
  }
  const y = Float64Array.from({ length: x.length }, (_, i) => {
    const c = i % channels;
    const value = ((x[i]! - mean[c]!) / Math.sqrt(variance[c]! + epsilon)) * gamma[c]! + beta[c]!;
    return activation === 'none'
      ? value
      : Math.min(Math.max(value, 0), activation === 'relu' ? Infinity : 6);
  });
  return { y, mean, variance };
}

export interface Gradient {
  readonly dx: Float64Array;
  readonly dGamma: Float64Array;
  readonly dBeta: Float64Array;
}

/**
 * With the statistics handed in, as the kernel gets them; `unsure` marks elements whose value before the activation is so near
 * a kink that float32 may decide otherwise.
 */
export function batchNormGradient(
  dy: ArrayLike<number>,
  x: ArrayLike<number>,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  mean: ArrayLike<number>,
  variance: ArrayLike<number>,
  epsilon: number,
  activation: Activation,
): Gradient {
  const channels = gamma.length;
  const rows = x.length / channels;
  const deviation = Float64Array.from(variance, (v) => Math.sqrt(v + epsilon));
  const standard = (i: number): number => (x[i]! - mean[i % channels]!) / deviation[i % channels]!;
  const g = Float64Array.from({ length: x.length }, (_, i) => {
    if (activation === 'none') return dy[i]!;
    const value = standard(i) * gamma[i % channels]! + beta[i % channels]!;
    return value > 0 && (activation === 'relu' || value < 6) ? dy[i]! : 0;
  });
  const dBeta = new Float64Array(channels);
  const dGamma = new Float64Array(channels);
  g.forEach((value, i) => {
    dBeta[i % channels]! += value;
    dGamma[i % channels]! += value * standard(i);
  });
  const dx = g.map((value, i) => {
    const c = i % channels;
    return (
      (gamma[c]! / deviation[c]!) * (value - dBeta[c]! / rows - (standard(i) * dGamma[c]!) / rows)
    );
  });
  return { dx, dGamma, dBeta };
}
