/** How a parameter starts. Plain data, stored with the network. */
export type Initialiser =
  | { readonly type: 'he-normal'; readonly fan: number }
  | { readonly type: 'normal'; readonly std: number }
  | { readonly type: 'constant'; readonly value: number };

/**
 * Normal with standard deviation `sqrt(2 / fan)` (He et al., ICCV 2015, eq. 10). PyTorch's `kaiming_normal_` with
 * `mode='fan_out'` is `fan = kernelHeight * kernelWidth * outputChannels`, also for grouped convolutions.
 */
export function heNormal(fan: number): Initialiser {
  return { type: 'he-normal', fan };
}

/** Normal with mean 0. */
export function normal(std: number): Initialiser {
  return { type: 'normal', std };
}

/** One value everywhere. */
export function constant(value: number): Initialiser {
  return { type: 'constant', value };
}

/** Standard deviation of an initialiser's draws; 0 for a constant. */
export function initialDeviation(initialiser: Initialiser): number {
  if (initialiser.type === 'he-normal') return Math.sqrt(2 / initialiser.fan);
  return initialiser.type === 'normal' ? initialiser.std : 0;
}

/** Whether a piece of JSON is an initialiser. */
export function isInitialiser(value: unknown): value is Initialiser {
  if (typeof value !== 'object' || value === null) return false;
  const { type, fan, std, value: constantValue } = value as Record<string, unknown>;
  if (type === 'he-normal') return typeof fan === 'number' && fan > 0 && Number.isFinite(fan);
  if (type === 'normal') return typeof std === 'number' && std >= 0 && Number.isFinite(std);
  return type === 'constant' && typeof constantValue === 'number' && Number.isFinite(constantValue);
}
