import {
  type ActivationAttributes,
  activation,
  add,
  type BatchNormOptions,
  batchNorm,
  type Conv2dOptions,
  conv2d,
  type Value,
} from '@pose-distill/network';

/** An activation by name, or none. */
export type BlockActivation = ActivationAttributes['function'] | 'none';

/** How a block's batch norms are set; default PyTorch's (epsilon 1e-5, momentum 0.1). */
export type Normalisation = Pick<BatchNormOptions, 'epsilon' | 'momentum'>;

export interface ConvolutionBlockOptions extends Omit<Conv2dOptions, 'bias' | 'parameterNames'> {
  /** @param activation default `relu6`; `none` leaves it out */
  readonly activation?: BlockActivation;
  /** @param normalisation default epsilon 1e-5, momentum 0.1 */
  readonly normalisation?: Normalisation;
}

/**
 * Convolution without bias, batch norm, activation.
 *
 * Nodes `<name>.conv`, `<name>.bn`. Padding default: half the kernel, so that stride 1 keeps the size of a map for odd
 * kernels.
 */
export function convolutionBlock(x: Value, options: ConvolutionBlockOptions): Value {
  const { name, activation: which = 'relu6', normalisation, padding, ...rest } = options;
  const { kernel = 1 } = rest;
  const half = typeof kernel === 'number' ? Math.floor(kernel / 2) : halfOf(kernel);
  const convolved = conv2d(x, {
    ...rest,
    name: `${name}.conv`,
    padding: padding ?? half,
    bias: false,
  });
  const normalised = batchNorm(convolved, { ...normalisation, name: `${name}.bn` });
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
  /** Of the depthwise convolution. @param kernel default 3 */
  readonly kernel?: number;
  /** @param padding of the depthwise convolution; default half the kernel */
  readonly padding?: Conv2dOptions['padding'];
  /** Behind the expansion and the depthwise convolution. @param activation default `relu6` */
  readonly activation?: BlockActivation;
  /** @param normalisation default epsilon 1e-5, momentum 0.1 */
  readonly normalisation?: Normalisation;
  /** Between the depthwise convolution and the projection. @param recalibrate default nothing */
  readonly recalibrate?: (x: Value) => Value;
  /** Whether the input is added. @param residual default where size and channels stay */
  readonly residual?: boolean;
}

/**
 * Expand 1x1, depthwise 3x3, project 1x1 without activation; the input is added when size and channels stay (Sandler et
 * al., CVPR 2018). Parts `<name>.expand`, `<name>.depthwise`, `<name>.project`, `<name>.add`.
 */
export function invertedResidual(x: Value, options: InvertedResidualOptions): Value {
  const { name, channels, strides = 1, expansion, kernel = 3, padding } = options;
  const { activation: which = 'relu6', normalisation = {}, recalibrate } = options;
  const width = x.shape[2]!;
  const { residual = strides === 1 && width === channels } = options;
  const expandedChannels = Math.round(width * expansion);
  const expanded =
    expansion === 1
      ? x
      : convolutionBlock(x, {
          name: `${name}.expand`,
          channels: expandedChannels,
          activation: which,
          normalisation,
        });
  const filtered = convolutionBlock(expanded, {
    name: `${name}.depthwise`,
    channels: expandedChannels,
    groups: expandedChannels,
    kernel,
    strides,
    ...(padding !== undefined && { padding }),
    activation: which,
    normalisation,
  });
  const projected = convolutionBlock(recalibrate ? recalibrate(filtered) : filtered, {
    name: `${name}.project`,
    channels,
    activation: 'none',
    normalisation,
  });
  return residual ? add([x, projected], { name: `${name}.add` }) : projected;
}
