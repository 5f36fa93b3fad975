import {
  add,
  batchNorm,
  type Conv2dOptions,
  conv2d,
  maxPool,
  relu,
  resizeNearest,
  torchUniform,
  type Value,
} from '@pose-distill/network';
import { checkCount, checkDivisible } from './checks.js';

/** Convolution with bias, both started as PyTorch's default; the size stays for odd kernels and stride 1. */
export function defaultConvolution(
  x: Value,
  { kernel = 1, ...options }: Omit<Conv2dOptions, 'kernel' | 'padding'> & { kernel?: number },
): Value {
  const start = torchUniform(kernel * kernel * x.shape[2]!);
  return conv2d(x, {
    ...options,
    kernel,
    padding: Math.floor(kernel / 2),
    initialiser: start,
    biasInitialiser: start,
  });
}

export interface PreactivationBlockOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** Output channels, even; the 3x3 convolution has half as many. */
  readonly channels: number;
}

/**
 * Batch norm, ReLU, convolution three times (1x1, 3x3 at half the channels, 1x1) and the input added, without anything
 * behind (He et al., ECCV 2016). A bare 1x1 convolution carries the input when it has other channels.
 *
 * Parts `<name>.bn1`, `<name>.conv1`, to 3, `<name>.shortcut`, `<name>.add`.
 */
export function preactivationBlock(x: Value, { name, channels }: PreactivationBlockOptions): Value {
  const steps = [
    { channels: channels / 2, kernel: 1 },
    { channels: channels / 2, kernel: 3 },
    { channels, kernel: 1 },
  ];
  const filtered = steps.reduce((value, step, index) => {
    const normalised = relu(batchNorm(value, { name: `${name}.bn${index + 1}` }));
    return defaultConvolution(normalised, { ...step, name: `${name}.conv${index + 1}` });
  }, x);
  const carried =
    x.shape[2] === channels ? x : defaultConvolution(x, { name: `${name}.shortcut`, channels });
  return add([filtered, carried], { name: `${name}.add` });
}

export interface HourglassOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** How often the map is halved. @param depth default 4 */
  readonly depth?: number;
  /** Residual blocks at each place. @param blocks default 1 */
  readonly blocks?: number;
}

/** Some pre-activation blocks in a row, `<name>.block1` and so on; the first may change the channels. */
export function preactivationBlocks(
  x: Value,
  { name, channels, blocks }: PreactivationBlockOptions & { readonly blocks: number },
): Value {
  let y = x;
  for (let block = 1; block <= blocks; block++)
    y = preactivationBlock(y, { name: `${name}.block${block}`, channels });
  return y;
}

/**
 * One hourglass: halves the map `depth` times and comes back up by nearest neighbour, with residual blocks on the way and
 * across each level (Newell et al., ECCV 2016). Size and channels stay; height and width must be multiples of
 * `2 ** depth`.
 *
 * Parts `<name>.level4` (outermost) to `<name>.level1`, each with `skip`, `down`, `up`; `level1` has `inner` too.
 */
export function hourglass(x: Value, { name, depth = 4, blocks = 1 }: HourglassOptions): Value {
  checkCount(`hourglass '${name}'`, 'depth', depth);
  checkCount(`hourglass '${name}'`, 'blocks', blocks);
  checkDivisible(`hourglass '${name}'`, x, 2 ** depth);
  const at = (place: string, value: Value): Value =>
    preactivationBlocks(value, {
      name: `${name}.level${depth}.${place}`,
      channels: x.shape[2]!,
      blocks,
    });
  const skipped = at('skip', x);
  const halved = maxPool(x, { kernel: 2, name: `${name}.level${depth}.pool` });
  const low = at('down', halved);
  const inner = depth > 1 ? hourglass(low, { name, depth: depth - 1, blocks }) : at('inner', low);
  const larger = resizeNearest(at('up', inner), { scale: 2, name: `${name}.level${depth}.resize` });
  return add([skipped, larger], { name: `${name}.level${depth}.add` });
}
