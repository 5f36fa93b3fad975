import { NetworkError } from '../error.js';
import { constant, heNormal, type Initialiser } from '../initialisers.js';
import { createValue, mapShape, type NamedOptions, type Operation, one } from '../operation.js';
import { sizeFrom } from '../padding.js';
import type { Sides, Size, Value } from '../types.js';

export interface ConvTranspose2dAttributes {
  /** Output channels. */
  readonly channels: number;
  readonly kernel: Size;
  readonly strides: Size;
  /** Cut off the full result per side. */
  readonly padding: Sides;
  /** Added at the bottom and right, to choose between the sizes that one convolution maps to the input's. */
  readonly outputPadding: Size;
  readonly bias: boolean;
}

export const convTranspose2dOperation: Operation<'convTranspose2d'> = {
  op: 'convTranspose2d',
  arity: one,
  schema: {
    channels: 'count',
    kernel: 'size',
    strides: 'size',
    padding: 'sides',
    outputPadding: 'extent',
    bias: 'boolean',
  },
  shape([input], { channels, kernel, strides, padding, outputPadding }, where) {
    const [height, width] = mapShape(input!, where);
    if (outputPadding.height >= strides.height || outputPadding.width >= strides.width)
      throw new NetworkError(
        'OUT_OF_RANGE',
        `${where}: outputPadding must be smaller than the strides`,
        { outputPadding, strides },
      );
    return [
      (height - 1) * strides.height -
        padding.top -
        padding.bottom +
        kernel.height +
        outputPadding.height,
      (width - 1) * strides.width -
        padding.left -
        padding.right +
        kernel.width +
        outputPadding.width,
      channels,
    ];
  },
  parameters([input], { channels, kernel, bias }) {
    return {
      weight: {
        shape: [kernel.height, kernel.width, channels, input![2]!],
        kind: 'weight',
        initialiser: heNormal(kernel.height * kernel.width * input![2]!),
      },
      ...(bias && {
        bias: { shape: [channels], kind: 'weight' as const, initialiser: constant(0) },
      }),
    };
  },
  cost([input], { channels, kernel, bias }, [height, width]) {
    const perPixel = kernel.height * kernel.width * input![2]! * channels;
    const pixels = height! * width!;
    return {
      macs: input![0]! * input![1]! * perPixel,
      outputGridMacs: pixels * perPixel,
      biased: bias ? pixels * channels : 0,
    };
  },
};

export interface ConvTranspose2dOptions extends NamedOptions<'weight' | 'bias'> {
  /** Output channels. */
  readonly channels: number;
  readonly kernel: number | Size;
  /** @param strides default 1 */
  readonly strides?: number | Size;
  /** @param padding cut off each side; default 0 */
  readonly padding?: number | Sides;
  /** @param outputPadding default 0 */
  readonly outputPadding?: number | Size;
  /** @param bias default true */
  readonly bias?: boolean;
  /** @param initialiser of the weight; default He normal over kernel area times input channels, as PyTorch's fan-out of this layout */
  readonly initialiser?: Initialiser;
  /** @param biasInitialiser default 0 */
  readonly biasInitialiser?: Initialiser;
}

/**
 * Transposed convolution, as PyTorch's `ConvTranspose2d`: output height is
 * `(H - 1) * stride - top - bottom + kernel + outputPadding`. Weight `[kh, kw, channels, C]`, the layout of the
 * convolution that it transposes.
 */
export function convTranspose2d(x: Value, options: ConvTranspose2dOptions): Value {
  const { padding = 0 } = options;
  return createValue(
    convTranspose2dOperation,
    options.name,
    [x],
    {
      channels: options.channels,
      kernel: sizeFrom(options.kernel),
      strides: sizeFrom(options.strides ?? 1),
      padding:
        typeof padding === 'number'
          ? { top: padding, bottom: padding, left: padding, right: padding }
          : padding,
      outputPadding: sizeFrom(options.outputPadding ?? 0),
      bias: options.bias ?? true,
    },
    {
      parameterNames: options.parameterNames,
      initialisers: { weight: options.initialiser, bias: options.biasInitialiser },
    },
  );
}
