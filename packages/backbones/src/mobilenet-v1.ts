import type { Value } from '@pose-distill/network';
import { type BlockActivation, convolutionBlock } from './blocks.js';
import { BackboneError } from './error.js';
import { type Features, featuresFrom } from './features.js';
import { pathParts, sequentialOffset, timmModule, torchModules } from './torch-modules.js';

/** Channels and stride of each block (Howard et al., 2017, table 1). */
const BLOCKS = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [512, 1],
  [1024, 2],
  [1024, 1],
] as const;

export interface MobileNetV1Options {
  /** Path in front of all names. */
  readonly name: string;
  /** @param width multiplier of the channels, rounded down to multiples of 8 and at least 8; default 1 */
  readonly width?: number;
  /** The paper's ReLU; timm's checkpoints have `relu6`. @param activation default `relu` */
  readonly activation?: BlockActivation;
}

/**
 * MobileNetV1's encoder (Howard et al., 2017): depthwise separable convolutions; maps at strides 2, 4, 8, 16, 32.
 *
 * Names: `<name>.stem`, `<name>.block1.depthwise`, `<name>.block1.project`, ... to `block13`.
 * @example
 * mobileNetV1(image, { name: 'encoder' }).at(32).shape // [8, 6, 1024] for a 256x192 image
 */
export function mobileNetV1(image: Value, options: MobileNetV1Options): Features {
  const { name, width = 1, activation = 'relu' } = options;
  if (!(width > 0))
    throw new BackboneError('OUT_OF_RANGE', `mobileNetV1 '${name}': width must be positive`);
  const scaled = (channels: number): number =>
    width === 1 ? channels : Math.max(8, Math.floor((channels * width) / 8) * 8);
  let x = convolutionBlock(image, {
    name: `${name}.stem`,
    channels: scaled(32),
    kernel: 3,
    strides: 2,
    activation,
  });
  let stride = 2;
  const stages: [number, Value][] = [[stride, x]];
  for (const [index, [channels, strides]] of BLOCKS.entries()) {
    const path = `${name}.block${index + 1}`;
    const filtered = convolutionBlock(x, {
      name: `${path}.depthwise`,
      channels: x.shape[2]!,
      groups: x.shape[2]!,
      kernel: 3,
      strides,
      activation,
    });
    x = convolutionBlock(filtered, {
      name: `${path}.project`,
      channels: scaled(channels),
      activation,
    });
    stride *= strides;
    stages.push([stride, x]);
  }
  return featuresFrom(stages, name);
}

/** Whose names a checkpoint has: timm's, or one `model` of nested `Sequential`s as in github.com/marvis/pytorch-mobilenet. */
export type MobileNetV1Checkpoint = 'timm' | 'sequential';

const TIMM_STAGES = [1, 2, 2, 6, 2] as const;

/**
 * PyTorch's module path of each of our nodes, for `importTorch`. Nodes outside `name` keep their own names.
 *
 * @param name the name that the encoder was given
 * @param checkpoint default `timm`
 */
export function mobileNetV1TorchModules(
  name: string,
  checkpoint: MobileNetV1Checkpoint = 'timm',
): (node: string) => string {
  return torchModules(name, (path) => {
    if (checkpoint === 'timm') return timmModule(path, TIMM_STAGES, () => true, ['', '']);
    const { part, kind } = pathParts(path);
    const offset = sequentialOffset(kind);
    if (part === 'stem') return `model.0.${offset}`;
    const [, block, role] = /^block(\d+)\.(\w+)$/.exec(part) ?? [];
    return block && `model.${block}.${(role === 'depthwise' ? 0 : 3) + offset}`;
  });
}
