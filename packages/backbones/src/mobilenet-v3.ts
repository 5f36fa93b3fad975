import { normal, type Value } from '@pose-distill/network';
import { convolutionBlock, invertedResidual, type Normalisation } from './blocks.js';
import { BackboneError } from './error.js';
import { type Features, featuresFrom } from './features.js';
import { roundChannels } from './round-channels.js';
import { squeezeExcite } from './squeeze-excite.js';
import { pathParts, sequentialOffset, timmModule, torchModules } from './torch-modules.js';

/** Kernel, expanded channels, channels, squeeze and excitation, hard swish, stride. */
type Row = readonly [number, number, number, boolean, boolean, number];

const SHARED: readonly Row[] = [
  [3, 16, 16, false, false, 1],
  [3, 64, 24, false, false, 2],
  [3, 72, 24, false, false, 1],
  [5, 72, 40, true, false, 2],
  [5, 120, 40, true, false, 1],
  [5, 120, 40, true, false, 1],
  [3, 240, 80, false, true, 2],
  [3, 200, 80, false, true, 1],
  [3, 184, 80, false, true, 1],
  [3, 184, 80, false, true, 1],
  [3, 480, 112, true, true, 1],
  [3, 672, 112, true, true, 1],
];

/** Howard et al., ICCV 2019, table 1. */
const FINAL: readonly Row[] = [
  ...SHARED,
  [5, 672, 160, true, true, 2],
  [5, 960, 160, true, true, 1],
  [5, 960, 160, true, true, 1],
];

/** The same table in the first version of the report (arXiv 1905.02244v1). */
const FIRST: readonly Row[] = [
  ...SHARED,
  [5, 672, 160, true, true, 1],
  [5, 672, 160, true, true, 2],
  [5, 960, 160, true, true, 1],
];

/**
 * `torchvision`: the published table, batch norm with epsilon 1e-3 and momentum 0.01. `timm`: the same with PyTorch's
 * batch norm. `first`: the table of the report's first version, squeezed to exactly a quarter, with PyTorch's batch norm,
 * as early checkpoints of github.com/d-li14/mobilenetv3.pytorch; Park et al. (2021) have its sizes.
 */
export type MobileNetV3Variant = 'torchvision' | 'timm' | 'first';

const VARIANTS: {
  readonly [Variant in MobileNetV3Variant]: {
    readonly table: readonly Row[];
    readonly normalisation: Normalisation;
    readonly squeezed: (expanded: number) => number;
  };
} = {
  torchvision: {
    table: FINAL,
    normalisation: { epsilon: 1e-3, momentum: 0.01 },
    squeezed: (expanded) => roundChannels(Math.floor(expanded / 4)),
  },
  timm: {
    table: FINAL,
    normalisation: {},
    squeezed: (expanded) => roundChannels(expanded / 4),
  },
  first: {
    table: FIRST,
    normalisation: {},
    squeezed: (expanded) => Math.floor(expanded / 4),
  },
};

export interface MobileNetV3Options {
  /** Path in front of all names. */
  readonly name: string;
  /** @param variant default `torchvision` */
  readonly variant?: MobileNetV3Variant;
}

/**
 * MobileNetV3-Large's encoder (Howard et al., ICCV 2019): maps at strides 2, 4, 8, 16, 32, the last of 960 channels.
 *
 * Names: `<name>.stem`, `<name>.block1` to `.block15` with parts `expand`, `depthwise`, `squeeze`, `project`, and
 * `<name>.last`.
 * @throws BackboneError OUT_OF_RANGE for an unknown variant
 * @example
 * mobileNetV3Large(image, { name: 'encoder' }).at(16).shape // [16, 12, 112] for a 256x192 image
 */
export function mobileNetV3Large(image: Value, options: MobileNetV3Options): Features {
  const { name, variant = 'torchvision' } = options;
  const { table, normalisation, squeezed } = variantOf(variant, `mobileNetV3Large '${name}'`);
  const around = { activation: 'hardSwish', normalisation } as const;
  let x = convolutionBlock(image, {
    ...around,
    name: `${name}.stem`,
    channels: 16,
    kernel: 3,
    strides: 2,
  });
  let stride = 2;
  const stages: [number, Value][] = [[stride, x]];
  for (const [kernel, expanded, channels, squeezes, swish, strides] of table) {
    const path = `${name}.block${stages.length}`;
    const recalibrate = (value: Value): Value =>
      squeezeExcite(value, {
        name: `${path}.squeeze`,
        channels: squeezed(expanded),
        gate: 'hardSigmoid',
        ...(variant === 'first' && { initialiser: normal(0.01) }),
      });
    x = invertedResidual(x, {
      name: path,
      channels,
      strides,
      expansion: expanded / x.shape[2]!,
      kernel,
      activation: swish ? 'hardSwish' : 'relu',
      normalisation,
      ...(squeezes && { recalibrate }),
    });
    stride *= strides;
    stages.push([stride, x]);
  }
  stages.push([stride, convolutionBlock(x, { ...around, name: `${name}.last`, channels: 960 })]);
  return featuresFrom(stages, name);
}

function variantOf(
  variant: MobileNetV3Variant,
  where: string,
): (typeof VARIANTS)[MobileNetV3Variant] {
  if (Object.hasOwn(VARIANTS, variant)) return VARIANTS[variant];
  throw new BackboneError(
    'OUT_OF_RANGE',
    `${where}: variant must be one of ${Object.keys(VARIANTS).join(', ')}, not ${variant}`,
    { variant },
  );
}

/** Blocks of timm's stages. */
const TIMM_STAGES = [1, 2, 3, 4, 2, 3] as const;

/**
 * PyTorch's module path of each of our nodes, for `importTorch`: torchvision's, timm's, or (`first`)
 * github.com/d-li14/mobilenetv3.pytorch's. Nodes outside `name` keep their own names.
 *
 * @param name the name that the encoder was given
 * @param variant whose checkpoint it is; default `torchvision`
 */
export function mobileNetV3TorchModules(
  name: string,
  variant: MobileNetV3Variant = 'torchvision',
): (node: string) => string {
  return torchModules(name, (path) =>
    variant === 'timm'
      ? timmModule(path, TIMM_STAGES, (block) => block === 1, ['blocks.6.0.conv', 'blocks.6.0.bn1'])
      : sequentialModule(path, variant),
  );
}

function sequentialModule(
  path: string,
  variant: Exclude<MobileNetV3Variant, 'timm'>,
): string | undefined {
  const { part, kind } = pathParts(path);
  const offset = sequentialOffset(kind);
  const first = variant === 'first';
  if (part === 'stem') return `features.0.${offset}`;
  if (part === 'last') return `${first ? 'conv' : 'features.16'}.${offset}`;
  const [, block, role] = /^block(\d+)\.(\w+)$/.exec(part) ?? [];
  if (!block) return undefined;
  // The parts that a block lacks leave no gap in torchvision's list; d-li14's keeps one for squeeze and excitation.
  const squeezes = VARIANTS[variant].table[Number(block) - 1]![3];
  const roles = ['expand', 'depthwise', 'squeeze', 'project'].filter(
    (name) => !(name === 'expand' && block === '1') && !(name === 'squeeze' && !squeezes && !first),
  );
  const step = roles.indexOf(role!);
  if (!first) {
    const module = `features.${block}.block.${step}`;
    if (role === 'squeeze') return `${module}.fc${kind === 'reduce' ? 1 : 2}`;
    return `${module}.${offset}`;
  }
  // Convolution, norm and activation make three entries, squeeze and excitation one.
  const entry = 3 * step - (role === 'project' ? 2 : 0);
  if (role === 'squeeze') return `features.${block}.conv.${entry}.fc.${kind === 'reduce' ? 0 : 2}`;
  return `features.${block}.conv.${entry + offset}`;
}
