import { globalAveragePool, linear, type Value } from '@pose-distill/network';
import { convolutionBlock, invertedResidual } from './blocks.js';
import { BackboneError } from './error.js';
import { type Features, featuresFrom } from './features.js';
import { roundChannels } from './round-channels.js';
import { pathParts, sequentialOffset, timmModule, torchModules } from './torch-modules.js';

/** Groups of blocks: expansion, channels, repeats, stride of the first (Sandler et al., CVPR 2018, table 2). */
const GROUPS = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/**
 * Public implementations round channels alike, to multiples of 8, but `d-li14` (the one of github.com/d-li14) to
 * multiples of 4 at width 0.1.
 */
export type MobileNetV2Variant = 'torchvision' | 'd-li14';

export interface MobileNetV2Options {
  /** Path in front of all names. */
  readonly name: string;
  /** @param width multiplier of the channels; default 1 */
  readonly width?: number;
  /** @param variant default `torchvision` */
  readonly variant?: MobileNetV2Variant;
  /** @param groups how many of the seven groups of blocks; 5 ends with 96 channels (times width) at stride 16; default 7 */
  readonly groups?: number;
  /** @param lastConvolution the 1x1 convolution to 1280 channels at the end; default only behind all seven groups */
  readonly lastConvolution?: boolean;
}

/**
 * MobileNetV2's encoder: maps at strides 2, 4, 8, 16, 32 (as far as `groups` go).
 *
 * Names: `<name>.stem`, `<name>.block1` to `.block17`, `<name>.last`. Sizes are as in PyTorch (padding 1).
 * @example
 * const features = mobileNetV2(image, { name: 'encoder', width: 0.5, groups: 5 });
 * features.at(16).shape // [16, 12, 48] for a 256x192 image
 */
export function mobileNetV2(image: Value, options: MobileNetV2Options): Features {
  const { name, width = 1, variant = 'torchvision', groups = GROUPS.length } = options;
  const { lastConvolution = groups === GROUPS.length } = options;
  if (!Number.isInteger(groups) || groups < 1 || groups > GROUPS.length)
    throw new BackboneError(
      'OUT_OF_RANGE',
      `mobileNetV2 '${name}': groups must be 1..7, not ${groups}`,
    );
  if (!(width > 0))
    throw new BackboneError('OUT_OF_RANGE', `mobileNetV2 '${name}': width must be positive`);
  const divisor = variant === 'd-li14' && width === 0.1 ? 4 : 8;
  const scaled = (channels: number): number => roundChannels(channels * width, divisor);

  let x = convolutionBlock(image, {
    name: `${name}.stem`,
    channels: scaled(32),
    kernel: 3,
    strides: 2,
  });
  let stride = 2;
  const stages: [number, Value][] = [[stride, x]];
  for (const [expansion, channels, repeats, first] of GROUPS.slice(0, groups))
    for (let repeat = 0; repeat < repeats; repeat++) {
      const strides = repeat === 0 ? first : 1;
      stride *= strides;
      x = invertedResidual(x, {
        name: `${name}.block${stages.length}`,
        channels: scaled(channels),
        strides,
        expansion,
      });
      stages.push([stride, x]);
    }
  if (lastConvolution) {
    const channels = width > 1 ? scaled(1280) : 1280;
    stages.push([stride, convolutionBlock(x, { name: `${name}.last`, channels })]);
  }
  return featuresFrom(stages, name);
}

/** Mean over the map and a linear layer: the head of an image classifier. */
export function classifier(
  x: Value,
  { name, classes }: { readonly name: string; readonly classes: number },
): Value {
  return linear(globalAveragePool(x), { name, channels: classes });
}

/** Whose names a checkpoint has; timm and mmpose build the `torchvision` variant. */
export type MobileNetV2Checkpoint = MobileNetV2Variant | 'timm' | 'mmpose';

/**
 * PyTorch's module path of each of our nodes, for `importTorch`. Nodes outside `name` keep their own names.
 *
 * @param name the name that the encoder was given
 * @param checkpoint default `torchvision`
 */
export function mobileNetV2TorchModules(
  name: string,
  checkpoint: MobileNetV2Checkpoint = 'torchvision',
): (node: string) => string {
  return torchModules(name, (path) => {
    if (checkpoint === 'timm')
      return timmModule(path, REPEATS, (block) => block === 1, ['conv_head', 'bn2']);
    return checkpoint === 'mmpose' ? mmposeModule(path) : sequentialModule(path, checkpoint);
  });
}

const REPEATS = GROUPS.map(([, , count]) => count);

function mmposeModule(path: string): string | undefined {
  const { part, kind } = pathParts(path);
  if (part === 'stem') return `conv1.${kind}`;
  if (part === 'last') return `conv2.${kind}`;
  const [, number, role] = /^block(\d+)\.(\w+)$/.exec(part) ?? [];
  if (!number) return undefined;
  let layer = 0;
  let block = Number(number) - 1;
  while (block >= REPEATS[layer]!) block -= REPEATS[layer++]!;
  return `layer${layer + 1}.${block}.conv.${stepOf(number, role!)}.${kind}`;
}

/** Without an expansion the first block's parts move up by one. */
function stepOf(block: string, role: string): number {
  return ['expand', 'depthwise', 'project'].indexOf(role) - (block === '1' ? 1 : 0);
}

function sequentialModule(path: string, variant: MobileNetV2Variant): string | undefined {
  const { part, kind } = pathParts(path);
  const offset = sequentialOffset(kind);
  if (part === 'stem') return `features.0.${offset}`;
  if (part === 'last') return variant === 'd-li14' ? `conv.${offset}` : `features.18.${offset}`;
  const [, block, role] = /^block(\d+)\.(\w+)$/.exec(part) ?? [];
  if (!block) return undefined;
  const step = stepOf(block, role!);
  if (variant === 'd-li14') return `features.${block}.conv.${3 * step + offset}`;
  return role === 'project'
    ? `features.${block}.conv.${step + offset}`
    : `features.${block}.conv.${step}.${offset}`;
}
