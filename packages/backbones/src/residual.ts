import { add, type Initialiser, relu, type Value } from '@pose-distill/network';
import { convolutionBlock } from './blocks.js';
import { BackboneError } from './error.js';

export interface ResidualBlockOptions {
  readonly name: string;
  /** Output channels. */
  readonly channels: number;
  /** @param strides 1 or 2; default 1 */
  readonly strides?: number;
  /** @param initialiser of the convolutions; default He normal over the fan-out */
  readonly initialiser?: Initialiser;
}

/**
 * Two 3x3 convolutions around which the input goes (He et al., CVPR 2016); the first has the stride. Parts
 * `<name>.first`, `<name>.second`, `<name>.add`, and `<name>.shortcut` where size or channels change.
 */
export function residualBlock(x: Value, options: ResidualBlockOptions): Value {
  const { name, channels, strides = 1, ...start } = options;
  const kernel = 3;
  const activation = 'relu';
  const first = convolutionBlock(x, {
    ...start,
    name: `${name}.first`,
    channels,
    kernel,
    strides,
    activation,
  });
  const second = convolutionBlock(first, {
    ...start,
    name: `${name}.second`,
    channels,
    kernel,
    activation: 'none',
  });
  return added(x, second, options);
}

/**
 * 1x1 to a quarter of the channels, 3x3, 1x1 back, around which the input goes (He et al., CVPR 2016); the 3x3 has the
 * stride. Parts `<name>.reduce`, `<name>.filter`, `<name>.expand`, `<name>.add`, and `<name>.shortcut` where size or
 * channels change.
 *
 * @param options `channels` are the output's, four times the inner ones
 */
export function bottleneckBlock(x: Value, options: ResidualBlockOptions): Value {
  const { name, channels, strides = 1, ...start } = options;
  if (channels % 4 !== 0)
    throw new BackboneError(
      'OUT_OF_RANGE',
      `bottleneckBlock '${name}': channels must be a multiple of 4, not ${channels}`,
    );
  const activation = 'relu';
  const inner = channels / 4;
  const reduced = convolutionBlock(x, {
    ...start,
    name: `${name}.reduce`,
    channels: inner,
    activation,
  });
  const filtered = convolutionBlock(reduced, {
    ...start,
    name: `${name}.filter`,
    channels: inner,
    kernel: 3,
    strides,
    activation,
  });
  const expanded = convolutionBlock(filtered, {
    ...start,
    name: `${name}.expand`,
    channels,
    activation: 'none',
  });
  return added(x, expanded, options);
}

/** The way around: the input itself, or a 1x1 convolution of it where shapes differ. */
function added(x: Value, y: Value, options: ResidualBlockOptions): Value {
  const { name, channels, strides = 1, ...start } = options;
  const same = strides === 1 && x.shape[2] === channels;
  const around = same
    ? x
    : convolutionBlock(x, {
        ...start,
        name: `${name}.shortcut`,
        channels,
        strides,
        activation: 'none',
      });
  return relu(add([around, y], { name: `${name}.add` }));
}
