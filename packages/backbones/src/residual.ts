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

export interface BottleneckBlockOptions extends ResidualBlockOptions {
  /** Between the 1x1 convolutions. @param inner default a quarter of the output's channels */
  readonly inner?: number;
  /** Of the 3x3 convolution. @param groups default 1 */
  readonly groups?: number;
  /** Between the 3x3 and the last convolution. @param recalibrate default nothing */
  readonly recalibrate?: (x: Value) => Value;
}

/**
 * 1x1 to fewer channels, 3x3, 1x1 back, around which the input goes (He et al., CVPR 2016); the 3x3 has the stride. Parts
 * `<name>.reduce`, `<name>.filter`, `<name>.expand`, `<name>.add`, and `<name>.shortcut` where size or channels change.
 */
export function bottleneckBlock(x: Value, options: BottleneckBlockOptions): Value {
  const { inner = options.channels / 4, groups = 1, recalibrate, ...block } = options;
  const { name, channels, strides = 1, ...start } = block;
  if (!Number.isInteger(inner))
    throw new BackboneError(
      'OUT_OF_RANGE',
      `bottleneckBlock '${name}': channels must be a multiple of 4, not ${channels}`,
    );
  const activation = 'relu';
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
    groups,
    activation,
  });
  const expanded = convolutionBlock(recalibrate ? recalibrate(filtered) : filtered, {
    ...start,
    name: `${name}.expand`,
    channels,
    activation: 'none',
  });
  return added(x, expanded, block);
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
