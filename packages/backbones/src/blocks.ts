import {
  activation,
  add,
  batchNorm,
  type Conv2dOptions,
  conv2d,
  type Value,
} from '@pose-distill/network';

export interface ConvolutionBlockOptions
  extends Omit<Conv2dOptions, 'bias' | 'parameterNames' | 'initialiser'> {
  /** @param activation default `relu6`; `none` leaves it out */
  readonly activation?: 'relu' | 'relu6' | 'none';
}

/**
 * Convolution without bias, batch norm, activation.
 *
 * Nodes `<name>.conv`, `<name>.bn`. Padding default: half the kernel, so that stride 1 keeps the size of a map for odd
 * kernels.
 */
export function convolutionBlock(x: Value, options: ConvolutionBlockOptions): Value {
  const { name, activation: which = 'relu6', kernel = 1, padding, ...rest } = options;
  const half = typeof kernel === 'number' ? Math.floor(kernel / 2) : halfOf(kernel);
  const convolved = conv2d(x, {
    ...rest,
    name: `${name}.conv`,
    kernel,
    padding: padding ?? half,
    bias: false,
  });
  const normalised = batchNorm(convolved, { name: `${name}.bn` });
  return which === 'none' ? normalised : activation(normalised, which);
}

function halfOf({ width, height }: { readonly width: number; readonly height: number }) {
  const [x, y] = [Math.floor(width / 2), Math.floor(height / 2)];
  return { top: y, bottom: y, left: x, right: x };
}

export interface InvertedResidualOptions {
  readonly name: string;
  /** Output channels. */
  readonly channels: number;
  /** @param strides 1 or 2; default 1 */
  readonly strides?: number;
  /** Expanded channels over input channels; 1 leaves out the expanding convolution. */
  readonly expansion: number;
  /** @param padding of the 3x3 depthwise convolution; default 1 */
  readonly padding?: Conv2dOptions['padding'];
}

/**
 * Expand 1x1, depthwise 3x3, project 1x1 without activation; the input is added when size and channels stay (Sandler et
 * al., CVPR 2018). Parts `<name>.expand`, `<name>.depthwise`, `<name>.project`, `<name>.add`.
 */
export function invertedResidual(x: Value, options: InvertedResidualOptions): Value {
  const { name, channels, strides = 1, expansion, padding = 1 } = options;
  const width = x.shape[2]!;
  const expandedChannels = Math.round(width * expansion);
  const expanded =
    expansion === 1
      ? x
      : convolutionBlock(x, { name: `${name}.expand`, channels: expandedChannels });
  const filtered = convolutionBlock(expanded, {
    name: `${name}.depthwise`,
    channels: expandedChannels,
    groups: expandedChannels,
    kernel: 3,
    strides,
    padding,
  });
  const projected = convolutionBlock(filtered, {
    name: `${name}.project`,
    channels,
    activation: 'none',
  });
  return strides === 1 && width === channels
    ? add([x, projected], { name: `${name}.add` })
    : projected;
}
