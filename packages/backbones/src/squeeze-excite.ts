import {
  type ActivationFunction,
  activation,
  conv2d,
  globalAveragePool,
  type Initialiser,
  mul,
  relu,
  type Value,
} from '@pose-distill/network';

export interface SqueezeExciteOptions {
  readonly name: string;
  /** Channels between the two convolutions. */
  readonly channels: number;
  /** What makes the factors. @param gate default `sigmoid` */
  readonly gate?: ActivationFunction;
  /** @param initialiser of both weights; default as a convolution's, He normal over the output channels */
  readonly initialiser?: Initialiser;
  /** Means of the channels as `[1,1,C]`. @param means default `globalAveragePool`, which counts as a pool */
  readonly means?: Value;
}

/**
 * Scales the channels by factors that the means of the map give: two 1x1 convolutions with bias, ReLU between, a gate
 * behind (Hu et al., CVPR 2018). Parts `<name>.reduce`, `<name>.expand`, `<name>.scale`.
 */
export function squeezeExcite(x: Value, options: SqueezeExciteOptions): Value {
  const { name, channels, gate = 'sigmoid', initialiser } = options;
  const start = initialiser && { initialiser };
  const { means = globalAveragePool(x, { keepMap: true }) } = options;
  const reduced = relu(conv2d(means, { name: `${name}.reduce`, channels, ...start }));
  const expanded = conv2d(reduced, {
    name: `${name}.expand`,
    channels: x.shape[2]!,
    ...start,
  });
  return mul([x, activation(expanded, gate)], { name: `${name}.scale` });
}
