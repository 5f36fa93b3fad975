import { maxPool, type Value } from '@pose-distill/network';
import { convolutionBlock } from './blocks.js';
import { BackboneError } from './error.js';
import { type Features, featuresFrom } from './features.js';
import { bottleneckBlock, residualBlock } from './residual.js';
import { pathParts, sequentialOffset, torchModules } from './torch-modules.js';

/** Blocks of the four stages by depth (He et al., CVPR 2016, table 1). */
const STAGES = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
} as const;

export type ResNetDepth = keyof typeof STAGES;

export interface ResNetOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** 18 and 34 have residual blocks, the others bottlenecks. */
  readonly depth: ResNetDepth;
  /** Channels behind the stem, of which the stages' are multiples. @param channels default 64 */
  readonly channels?: number;
}

/**
 * ResNet's encoder (He et al., CVPR 2016) with the stride in the 3x3 convolution of a bottleneck, as torchvision; maps at
 * strides 2 (the stem), 4, 8, 16, 32.
 *
 * Names: `<name>.stem`, `<name>.stage1.block1.first` and so on.
 * @example
 * resNet(image, { name: 'encoder', depth: 50 }).at(32).shape // [8, 6, 2048] for a 256x192 image
 */
export function resNet(image: Value, options: ResNetOptions): Features {
  const { name, depth, channels = 64 } = options;
  const repeats = STAGES[depth];
  if (!repeats)
    throw new BackboneError(
      'OUT_OF_RANGE',
      `resNet '${name}': depth must be one of ${Object.keys(STAGES).join(', ')}, not ${depth}`,
    );
  const [block, expansion] = depth < 50 ? [residualBlock, 1] : [bottleneckBlock, 4];
  const stem = convolutionBlock(image, {
    name: `${name}.stem`,
    channels,
    kernel: 7,
    strides: 2,
    activation: 'relu',
  });
  let x = maxPool(stem, { kernel: 3, strides: 2, padding: 1 });
  const stages: [number, Value][] = [[2, stem]];
  for (const [stage, count] of repeats.entries())
    for (let index = 0; index < count; index++) {
      x = block(x, {
        name: `${name}.stage${stage + 1}.block${index + 1}`,
        channels: channels * expansion * 2 ** stage,
        strides: stage > 0 && index === 0 ? 2 : 1,
      });
      stages.push([2 ** (stage + 2), x]);
    }
  return featuresFrom(stages, name);
}

/** Number that torchvision gives to each part of a block. */
const PARTS = { first: 1, second: 2, reduce: 1, filter: 2, expand: 3 } as const;

/**
 * PyTorch's module path of each of our nodes, for `importTorch`: the names of torchvision, which timm has too.
 *
 * @param name the name that the encoder was given
 */
export function resNetTorchModules(name: string): (node: string) => string {
  return torchModules(name, (path) => {
    const { part, kind } = pathParts(path);
    if (part === 'stem') return `${kind}1`;
    const [, stage, block, role] = /^stage(\d+)\.block(\d+)\.(\w+)$/.exec(part) ?? [];
    if (!stage) return undefined;
    const module = `layer${stage}.${Number(block) - 1}`;
    return role === 'shortcut'
      ? `${module}.downsample.${sequentialOffset(kind)}`
      : `${module}.${kind}${PARTS[role as keyof typeof PARTS]}`;
  });
}
