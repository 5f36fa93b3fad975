import type { Value } from '@pose-distill/network';
import { convolutionBlock, invertedResidual } from './blocks.js';
import { BackboneError } from './error.js';
import { type Features, featuresFrom } from './features.js';
import { roundChannels } from './round-channels.js';
import { pathParts, sequentialOffset, timmModule, torchModules } from './torch-modules.js';

/** Stacks of blocks: expansion, channels, repeats, stride of the first, kernel (Tan et al., CVPR 2019, MnasNet-B1). */
const STACKS = [
  [3, 24, 3, 2, 3],
  [3, 40, 3, 2, 5],
  [6, 80, 3, 2, 5],
  [6, 96, 2, 1, 3],
  [6, 192, 4, 2, 5],
  [6, 320, 1, 1, 3],
] as const;

const activation = 'relu';
/** torchvision's share of the batch in the running statistics. */
const normalisation = { momentum: 1 - 0.9997 };

export interface MnasNetOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** @param width multiplier of the channels; default 1 */
  readonly width?: number;
}

/**
 * MnasNet-B1's encoder (Tan et al., CVPR 2019) as torchvision builds it: maps at strides 2, 4, 8, 16, 32, the last of
 * 1280 channels.
 *
 * Names: `<name>.stem`, `<name>.block1` (without expansion) to `.block17`, `<name>.last`.
 * @example
 * mnasNet(image, { name: 'encoder' }).at(32).shape // [8, 6, 1280] for a 256x192 image
 */
export function mnasNet(image: Value, options: MnasNetOptions): Features {
  const { name, width = 1 } = options;
  if (!(width > 0))
    throw new BackboneError('OUT_OF_RANGE', `mnasNet '${name}': width must be positive`);
  const scaled = (channels: number): number => roundChannels(channels * width);
  const shared = { activation, normalisation } as const;
  const stem = convolutionBlock(image, {
    ...shared,
    name: `${name}.stem`,
    channels: scaled(32),
    kernel: 3,
    strides: 2,
  });
  let x = invertedResidual(stem, {
    ...shared,
    name: `${name}.block1`,
    channels: scaled(16),
    expansion: 1,
    residual: false,
  });
  let stride = 2;
  const stages: [number, Value][] = [
    [stride, stem],
    [stride, x],
  ];
  for (const [expansion, channels, repeats, first, kernel] of STACKS)
    for (let repeat = 0; repeat < repeats; repeat++) {
      const strides = repeat === 0 ? first : 1;
      stride *= strides;
      x = invertedResidual(x, {
        ...shared,
        name: `${name}.block${stages.length}`,
        channels: scaled(channels),
        strides,
        expansion,
        kernel,
        residual: repeat > 0,
      });
      stages.push([stride, x]);
    }
  stages.push([stride, convolutionBlock(x, { ...shared, name: `${name}.last`, channels: 1280 })]);
  return featuresFrom(stages, name);
}

/** Blocks of each stack, the one without expansion first. */
const REPEATS: readonly number[] = [1, ...STACKS.map(([, , repeats]) => repeats)];

/** Whose names a checkpoint has. */
export type MnasNetCheckpoint = 'torchvision' | 'timm';

/**
 * PyTorch's module path of each of our nodes, for `importTorch`. Nodes outside `name` keep their own names.
 *
 * @param name the name that the encoder was given
 * @param checkpoint default `torchvision`
 */
export function mnasNetTorchModules(
  name: string,
  checkpoint: MnasNetCheckpoint = 'torchvision',
): (node: string) => string {
  return torchModules(name, (path) =>
    checkpoint === 'timm'
      ? timmModule(path, REPEATS, (block) => block === 1, ['conv_head', 'bn2'])
      : torchvisionModule(path),
  );
}

function torchvisionModule(path: string): string | undefined {
  const { part, kind } = pathParts(path);
  const offset = sequentialOffset(kind);
  if (part === 'stem') return `layers.${offset}`;
  if (part === 'last') return `layers.${14 + offset}`;
  const [, number, role] = /^block(\d+)\.(\w+)$/.exec(part) ?? [];
  if (!number) return undefined;
  const step = 3 * ['expand', 'depthwise', 'project'].indexOf(role!);
  if (number === '1') return `layers.${step + offset}`;
  let stack = 1;
  let index = Number(number) - 2;
  while (index >= REPEATS[stack]!) index -= REPEATS[stack++]!;
  return `layers.${7 + stack}.${index}.layers.${step + offset}`;
}
