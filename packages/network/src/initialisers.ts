/** How a parameter starts. Plain data, stored with the network. */
export type Initialiser =
  | { readonly type: 'he-normal'; readonly fan: number }
  | { readonly type: 'normal'; readonly std: number }
  | { readonly type: 'truncated-normal'; readonly std: number; readonly limit: number }
  | { readonly type: 'uniform'; readonly limit: number }
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

/**
 * Normal with mean 0, drawn again while its size exceeds `limit`.
 * @param limit default 2, an absolute size as in PyTorch's `trunc_normal_` (TensorFlow's is two deviations)
 */
export function truncatedNormal(std: number, limit = 2): Initialiser {
  return { type: 'truncated-normal', std, limit };
}

/** Uniform between `-limit` and `limit`. */
export function uniform(limit: number): Initialiser {
  return { type: 'uniform', limit };
}

/** Uniform with limit `gain * sqrt(6 / (fanIn + fanOut))` (Glorot and Bengio, 2010). @param gain default 1 */
export function xavierUniform(fanIn: number, fanOut: number, gain = 1): Initialiser {
  return uniform(gain * Math.sqrt(6 / (fanIn + fanOut)));
}

/**
 * What PyTorch's convolutions and linear layers start with, weight and bias alike: uniform with limit `1 / sqrt(fanIn)`
 * (`kaiming_uniform_` with `a=sqrt(5)`).
 * @param fanIn kernel area times input channels per group; the input channels of a linear layer
 */
export function torchUniform(fanIn: number): Initialiser {
  return uniform(1 / Math.sqrt(fanIn));
}

/** One value everywhere. */
export function constant(value: number): Initialiser {
  return { type: 'constant', value };
}

/** Draws one value. */
export function drawInitial(
  initialiser: Initialiser,
  random: { normal(): number; uniform(): number },
): number {
  switch (initialiser.type) {
    case 'he-normal':
      return Math.sqrt(2 / initialiser.fan) * random.normal();
    case 'normal':
      return initialiser.std * random.normal();
    case 'truncated-normal':
      for (;;) {
        const value = initialiser.std * random.normal();
        if (Math.abs(value) <= initialiser.limit) return value;
      }
    case 'uniform':
      return initialiser.limit * (2 * random.uniform() - 1);
    case 'constant':
      return initialiser.value;
  }
}

/** Whether a piece of JSON is an initialiser. */
export function isInitialiser(value: unknown): value is Initialiser {
  if (typeof value !== 'object' || value === null) return false;
  const { type, fan, std, limit, value: constantValue } = value as Record<string, unknown>;
  switch (type) {
    case 'he-normal':
      return isNumber(fan) && fan > 0;
    case 'normal':
      return isNumber(std) && std >= 0;
    case 'truncated-normal':
      // A limit far inside the deviation would draw for ever.
      return isNumber(std) && std >= 0 && isNumber(limit) && limit >= std / 100 && limit > 0;
    case 'uniform':
      return isNumber(limit) && limit >= 0;
    default:
      return type === 'constant' && isNumber(constantValue);
  }
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
