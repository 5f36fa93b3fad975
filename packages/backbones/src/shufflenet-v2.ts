import {
  channelShuffle,
  concat,
  maxPool,
  split,
  torchUniform,
  type Value,
} from '@pose-distill/network';
import { type ConvolutionBlockOptions, convolutionBlock } from './blocks.js';
import { BackboneError } from './error.js';
import { type Features, featuresFrom } from './features.js';
import { pathParts, sequentialOffset, torchModules } from './torch-modules.js';

/** Channels of the three stages and of the last convolution (Ma et al., ECCV 2018, table 5). */
const WIDTHS = {
  0.5: [48, 96, 192, 1024],
  1: [116, 232, 464, 1024],
  1.5: [176, 352, 704, 1024],
  2: [244, 488, 976, 2048],
} as const;

/** Units of the three stages. */
const UNITS = [4, 8, 4] as const;

export type ShuffleNetV2Width = keyof typeof WIDTHS;

export interface ShuffleNetV2Options {
  /** Path in front of all names. */
  readonly name: string;
  /** 0.5, 1, 1.5 or 2. @param width default 1 */
  readonly width?: ShuffleNetV2Width;
}

/**
 * ShuffleNetV2's encoder (Ma et al., ECCV 2018): maps at strides 2, 4 (the pooled stem), 8, 16, 32. Weights start as
 * torchvision's, with PyTorch's default for convolutions.
 *
 * Names: `<name>.stem`, `<name>.stage1.unit1.side.depthwise` and so on, `<name>.last`.
 * @throws BackboneError OUT_OF_RANGE for a width that the paper has not
 * @example
 * shuffleNetV2(image, { name: 'encoder' }).at(32).shape // [8, 6, 1024] for a 256x192 image
 */
export function shuffleNetV2(image: Value, options: ShuffleNetV2Options): Features {
  const { name, width = 1 } = options;
  const widths = Object.hasOwn(WIDTHS, width) ? WIDTHS[width] : undefined;
  if (!widths)
    throw new BackboneError(
      'OUT_OF_RANGE',
      `shuffleNetV2 '${name}': width must be one of ${Object.keys(WIDTHS).join(', ')}, not ${width}`,
      { width },
    );
  const stem = block(image, { name: `${name}.stem`, channels: 24, kernel: 3, strides: 2 });
  let x = maxPool(stem, { kernel: 3, strides: 2, padding: 1 });
  const stages: [number, Value][] = [
    [2, stem],
    [4, x],
  ];
  for (const [stage, units] of UNITS.entries())
    for (let index = 1; index <= units; index++) {
      const path = `${name}.stage${stage + 1}.unit${index}`;
      x = index === 1 ? smallerUnit(x, path, widths[stage]!) : unit(x, path);
      stages.push([8 * 2 ** stage, x]);
    }
  stages.push([32, block(x, { name: `${name}.last`, channels: widths[3] })]);
  return featuresFrom(stages, name);
}

/** Half of the channels stay as they are, then the halves are mixed. */
function unit(x: Value, name: string): Value {
  const half = x.shape[2]! / 2;
  const [kept, taken] = split(x, [half, half]) as [Value, Value];
  return mixed(kept, mainBranch(taken, name, half, 1), name);
}

/** Both branches see everything and halve the size. */
function smallerUnit(x: Value, name: string, channels: number): Value {
  const filtered = depthwise(x, `${name}.side.depthwise`, 2);
  const side = block(filtered, { name: `${name}.side.project`, channels: channels / 2 });
  return mixed(side, mainBranch(x, name, channels / 2, 2), name);
}

function mainBranch(x: Value, name: string, channels: number, strides: number): Value {
  const expanded = block(x, { name: `${name}.main.expand`, channels });
  const filtered = depthwise(expanded, `${name}.main.depthwise`, strides);
  return block(filtered, { name: `${name}.main.project`, channels });
}

function mixed(first: Value, second: Value, name: string): Value {
  return channelShuffle(concat([first, second], { name: `${name}.concat` }), { groups: 2 });
}

function depthwise(x: Value, name: string, strides: number): Value {
  const channels = x.shape[2]!;
  return block(x, { name, channels, groups: channels, kernel: 3, strides, activation: 'none' });
}

function block(x: Value, options: ConvolutionBlockOptions & { readonly kernel?: number }): Value {
  const { kernel = 1, groups = 1 } = options;
  const initialiser = torchUniform((kernel ** 2 * x.shape[2]!) / groups);
  return convolutionBlock(x, { activation: 'relu', initialiser, ...options });
}

/** torchvision's branch, and the place of the convolution in it. */
const PARTS = {
  'side.depthwise': ['branch1', 0],
  'side.project': ['branch1', 2],
  'main.expand': ['branch2', 0],
  'main.depthwise': ['branch2', 3],
  'main.project': ['branch2', 5],
} as const;

/**
 * PyTorch's module path of each of our nodes, for `importTorch`: torchvision's names. Nodes outside `name` keep their own.
 *
 * @param name the name that the encoder was given
 */
export function shuffleNetV2TorchModules(name: string): (node: string) => string {
  return torchModules(name, (path) => {
    const { part, kind } = pathParts(path);
    const offset = sequentialOffset(kind);
    if (part === 'stem') return `conv1.${offset}`;
    if (part === 'last') return `conv5.${offset}`;
    const [, stage, index, role] = /^stage(\d+)\.unit(\d+)\.(\w+\.\w+)$/.exec(part) ?? [];
    if (!stage) return undefined;
    const [branch, place] = PARTS[role as keyof typeof PARTS];
    return `stage${Number(stage) + 1}.${Number(index) - 1}.${branch}.${place + offset}`;
  });
}
