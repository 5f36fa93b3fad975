import { sequentialOffset } from './torch-modules.js';
import { before, ruledTorchModules, type TorchRule } from './torch-rules.js';

/** Whose checkpoint: the public plain hourglass (pytorch-pose, FPD), or OKDHP's with shared stacks and branches. */
export type HourglassVariant = 'pytorch-pose' | 'okdhp';

const PLACES = ['skip', 'down', 'up', 'inner'];

const inBlock = (part: string | undefined): string =>
  part === 'shortcut' ? 'downsample.0' : part!;

const STEM: readonly TorchRule[] = [
  [/^stem\.(conv|bn)$/, (kind) => `${kind}1`],
  [/^stem\.residual(\d)\.(\w+)$/, (index, part) => `layer${index}.0.${inBlock(part)}`],
];

/** What follows `stack<n>.` of one stack. */
const LEVEL = String.raw`hourglass\.level(\d+)\.(\w+)\.block(\d+)\.(\w+)`;
const RESIDUAL = String.raw`residual\.block(\d+)\.(\w+)`;
const FEATURES = String.raw`features\.(conv|bn)`;
const LINK = 'heatmaps|remapFeatures|remapHeatmaps';
const LINKS: Readonly<Record<string, string>> = {
  heatmaps: 'score',
  remapFeatures: 'fc_',
  remapHeatmaps: 'score_',
};

function levelModule(
  level: string | undefined,
  where: string | undefined,
  block: string | undefined,
  part: string | undefined,
): string {
  return `hg.${before(level)}.${PLACES.indexOf(where!)}.${before(block)}.${inBlock(part)}`;
}

const PLAIN: readonly TorchRule[] = [
  ...STEM,
  [
    new RegExp(String.raw`^stack(\d+)\.${LEVEL}$`),
    (stack, ...level) =>
      `hg.${before(stack)}.${levelModule(level[0], level[1], level[2], level[3])}`,
  ],
  [
    new RegExp(String.raw`^stack(\d+)\.${RESIDUAL}$`),
    (stack, block, part) => `res.${before(stack)}.${before(block)}.${inBlock(part)}`,
  ],
  [
    new RegExp(String.raw`^stack(\d+)\.${FEATURES}$`),
    (stack, kind) => `fc.${before(stack)}.${sequentialOffset(kind)}`,
  ],
  [
    new RegExp(String.raw`^stack(\d+)\.(${LINK})$`),
    (stack, link) => `${LINKS[link!]}.${before(stack)}`,
  ],
];

/** OKDHP's suffix of a stack: `_s_0` of a shared one, `_b_1_s_0` of a branch. */
const suffix = (branch: string | undefined, stack: string | undefined): string =>
  `${branch ? `_b_${before(branch)}` : ''}_s_${before(stack)}`;

const OF_STACK = String.raw`^(?:branch(\d+)\.)?stack(\d+)\.`;
const BRANCHED: readonly TorchRule[] = [
  ...STEM,
  [
    new RegExp(`${OF_STACK}${LEVEL}$`),
    (branch, stack, ...level) =>
      `ind${suffix(branch, stack)}.0.${levelModule(level[0], level[1], level[2], level[3])}`,
  ],
  [
    new RegExp(`${OF_STACK}${RESIDUAL}$`),
    (branch, stack, block, part) =>
      `ind${suffix(branch, stack)}.1.${before(block)}.${inBlock(part)}`,
  ],
  [
    new RegExp(`${OF_STACK}${FEATURES}$`),
    (branch, stack, kind) => `ind${suffix(branch, stack)}.2.${sequentialOffset(kind)}`,
  ],
  [
    // `fc_` of the plain network is `_fc` here.
    new RegExp(`${OF_STACK}(${LINK})$`),
    (branch, stack, link) => `${LINKS[link!]!.replace(/^(\w+)_$/, '_$1')}${suffix(branch, stack)}`,
  ],
];

/**
 * PyTorch's module path of each node of `stackedHourglass`, for `importTorch`. Nodes outside `name` keep their own names.
 *
 * @param name the name that the network was given
 * @param variant default `pytorch-pose`
 */
export function hourglassTorchModules(
  name: string,
  variant: HourglassVariant = 'pytorch-pose',
): (node: string) => string {
  return ruledTorchModules(name, variant === 'okdhp' ? BRANCHED : PLAIN);
}
