import { NetworkError } from '../error.js';
import { constant, heNormal, type Initialiser } from '../initialisers.js';
import { createValue, mapShape, type NamedOptions, type Operation, one } from '../operation.js';
import { type Padding, sidesFrom, sizeFrom, windowedSize } from '../padding.js';
import type { Sides, Size, Value } from '../types.js';

export interface Conv2dAttributes {
  /** Output channels. */
  readonly channels: number;
  readonly kernel: Size;
  readonly strides: Size;
  readonly dilations: Size;
  readonly padding: Sides;
  /** Channels are cut into this many groups that do not see each other; the input's channels make it depthwise. */
  readonly groups: number;
  readonly bias: boolean;
}

export const conv2dOperation: Operation<'conv2d'> = {
  op: 'conv2d',
  arity: one,
  schema: {
    channels: 'count',
    kernel: 'size',
    strides: 'size',
    dilations: 'size',
    padding: 'sides',
    groups: 'count',
    bias: 'boolean',
  },
  shape([input], attributes, where) {
    const [height, width, channels] = mapShape(input!, where);
    const { groups } = attributes;
    if (channels % groups !== 0 || attributes.channels % groups !== 0)
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `${where}: ${groups} groups must divide the ${channels} input and ${attributes.channels} output channels`,
        { input, groups },
      );
    const size = windowedSize({ width, height }, attributes, where);
    return [size.height, size.width, attributes.channels];
  },
  parameters([input], { channels, kernel, groups, bias }) {
    const fan = kernel.height * kernel.width * channels;
    return {
      weight: {
        shape: [kernel.height, kernel.width, input![2]! / groups, channels],
        kind: 'weight',
        initialiser: heNormal(fan),
      },
      ...(bias && {
        bias: { shape: [channels], kind: 'weight' as const, initialiser: constant(0) },
      }),
    };
  },
  cost([input], { kernel, groups, bias }, [height, width, channels]) {
    const elements = height! * width! * channels!;
    const perElement = (kernel.height * kernel.width * input![2]!) / groups;
    return { macs: elements * perElement, biased: bias ? elements : 0 };
  },
};

export interface Conv2dOptions extends NamedOptions<'weight' | 'bias'> {
  /** Output channels. */
  readonly channels: number;
  /** @param kernel default 1 */
  readonly kernel?: number | Size;
  /** @param strides default 1 */
  readonly strides?: number | Size;
  /** @param dilations default 1 */
  readonly dilations?: number | Size;
  /** @param padding default 0 */
  readonly padding?: Padding;
  /** @param groups default 1 */
  readonly groups?: number;
  /** @param bias default true */
  readonly bias?: boolean;
  /** @param initialiser of the weight; default He normal over kernel area times output channels */
  readonly initialiser?: Initialiser;
  /** @param biasInitialiser default 0 */
  readonly biasInitialiser?: Initialiser;
}

/**
 * Convolution `[H,W,C] -> [H',W',channels]`, as PyTorch's `Conv2d`. Weight `[kh, kw, C / groups, channels]`.
 *
 * @example
 * conv2d(image, { name: 'stem.conv', channels: 32, kernel: 3, strides: 2, padding: 1, bias: false })
 */
export function conv2d(x: Value, options: Conv2dOptions): Value {
  const [height, width] = mapShape(x.shape, `conv2d '${options.name}'`);
  const kernel = sizeFrom(options.kernel ?? 1);
  const strides = sizeFrom(options.strides ?? 1);
  const dilations = sizeFrom(options.dilations ?? 1);
  return createValue(
    conv2dOperation,
    options.name,
    [x],
    {
      channels: options.channels,
      kernel,
      strides,
      dilations,
      padding: sidesFrom(options.padding ?? 0, { width, height }, kernel, strides, dilations),
      groups: options.groups ?? 1,
      bias: options.bias ?? true,
    },
    {
      parameterNames: options.parameterNames,
      initialisers: { weight: options.initialiser, bias: options.biasInitialiser },
    },
  );
}
