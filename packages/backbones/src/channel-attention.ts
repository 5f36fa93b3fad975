import {
  conv2d,
  type Initialiser,
  mean,
  mul,
  reshape,
  sigmoid,
  type Value,
} from '@pose-distill/network';
import { checkCount } from './checks.js';
import { bottleneckBlock } from './residual.js';
import { squeezeExcite } from './squeeze-excite.js';

/**
 * How a channel attention gets from the channels' means to their factors: `squeeze` by two 1x1 convolutions (Hu et al., CVPR
 * 2018), `eca` by one short convolution along the channels (Wang et al., CVPR 2020).
 */
export type ChannelAttentionKind = 'squeeze' | 'eca';

export interface ChannelAttentionOptions {
  readonly name: string;
  /** @param kind default `squeeze` */
  readonly kind?: ChannelAttentionKind;
  /** Of `squeeze`: inner channels. @param squeezed default a sixteenth, at least 1 */
  readonly squeezed?: number;
  /** Of `eca`: how many neighbours a channel sees, itself included; odd. @param kernel default 3 */
  readonly kernel?: number;
}

/**
 * Scales each channel of a map by a factor between 0 and 1 that the means of all channels give. No counter counts the means
 * and the scaling.
 *
 * Parts `<name>.mean`, `.reduce` and `.expand` (`squeeze`) or `.mix` (`eca`), `.scale`.
 */
export function channelAttention(x: Value, options: ChannelAttentionOptions): Value {
  const { name, kind = 'squeeze' } = options;
  const means = mean(x, { axes: [0, 1], keepAxes: true, name: `${name}.mean` });
  if (kind === 'eca')
    return mul([x, sigmoid(alongChannels(means, options))], { name: `${name}.scale` });
  const { squeezed = Math.max(1, Math.floor(x.shape[2]! / 16)) } = options;
  checkCount(`channelAttention '${name}'`, 'squeezed', squeezed);
  return squeezeExcite(x, { name, channels: squeezed, means });
}

function alongChannels(means: Value, { name, kernel = 3 }: ChannelAttentionOptions): Value {
  checkCount(`channelAttention '${name}'`, 'half the kernel', (kernel - 1) / 2, 0);
  const channels = means.shape[2]!;
  const beside = (kernel - 1) / 2;
  const mixed = conv2d(reshape(means, { shape: [1, channels, 1] }), {
    name: `${name}.mix`,
    channels: 1,
    kernel: { height: 1, width: kernel },
    padding: { top: 0, bottom: 0, left: beside, right: beside },
    bias: false,
  });
  return reshape(mixed, { shape: [channels] });
}

export interface ChannelAttentionUnitOptions {
  readonly name: string;
  /** Output channels. */
  readonly channels: number;
  /** Between the 1x1 convolutions. @param inner default half the output's */
  readonly inner?: number;
  /** Of the 3x3 convolution. @param groups 4, 8 or 16; default 8 */
  readonly groups?: number;
  /** @param attention default `squeeze` with a sixteenth of the inner channels */
  readonly attention?: Omit<ChannelAttentionOptions, 'name'>;
  /** @param initialiser of the convolutions; default He normal over the fan-out */
  readonly initialiser?: Initialiser;
}

/**
 * Residual block of a grouped convolution and channel attention: 1x1 to `inner`, 3x3 in groups, channel attention, 1x1 to
 * `channels`, around which the input goes (through a 1x1 convolution where channels change), ReLU.
 *
 * Our reading of the CAU of LADM (Wei and Hu, Pattern Recognition Letters 185, 2024), whose code is not public. Parts
 * `<name>.reduce`, `.filter`, `.attention`, `.expand`, `.shortcut`, `.add`.
 */
export function channelAttentionUnit(x: Value, options: ChannelAttentionUnitOptions): Value {
  const { name, channels, inner = channels / 2, groups = 8, attention, ...start } = options;
  return bottleneckBlock(x, {
    ...start,
    name,
    channels,
    inner,
    groups,
    recalibrate: (map) => channelAttention(map, { ...attention, name: `${name}.attention` }),
  });
}
