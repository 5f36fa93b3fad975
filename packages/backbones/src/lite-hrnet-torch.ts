import { before, ruledTorchModules, type TorchRule } from './torch-rules.js';

const STEM: Readonly<Record<string, string>> = {
  first: 'conv1',
  'left.depthwise': 'branch1.0',
  'left.pointwise': 'branch1.1',
  'right.expand': 'expand_conv',
  'right.depthwise': 'depthwise_conv',
  'right.project': 'linear_conv',
};

const number = (part: string | undefined): number => (part === 'reduce' ? 1 : 2);

/** Place in a `Sequential` of depthwise convolution, norm, 1x1 convolution, norm. */
const separable = (part: string | undefined, kind: string | undefined): number =>
  (part === 'depthwise' ? 0 : 2) + (kind === 'conv' ? 0 : 1);

const MODULE = String.raw`^stage(\d)\.module(\d+)\.`;
const inModule = (stage: string | undefined, module: string | undefined): string =>
  `stage${before(stage)}.${before(module)}`;

/** The head's list goes from coarse to fine, its names from the stride; the coarsest of four has stride 32. */
const headPlace = (stride: string | undefined, stages: number): number =>
  stages + 2 - Math.log2(Number(stride));

const rules = (stages: number): readonly TorchRule[] => [
  [/^stem\.([\w.]+)\.(conv|bn)$/, (part, kind) => `stem.${STEM[part!]}.${kind}`],
  [
    // The branch that a transition adds is a list of steps, here always one.
    /^transition(\d)\.branch(\d)\.(\w+)\.(conv|bn)$/,
    (index, branch, part, kind) =>
      `transition${before(index)}.${before(branch)}.${branch === String(Number(index) + 1) ? '0.' : ''}${separable(part, kind)}`,
  ],
  [
    new RegExp(String.raw`${MODULE}block(\d)\.cross\.(\w+)\.(conv|bn)$`),
    (stage, module, block, part, kind) =>
      `${inModule(stage, module)}.layers.${before(block)}.cross_resolution_weighting.conv${number(part)}.${kind}`,
  ],
  [
    new RegExp(String.raw`${MODULE}block(\d)\.branch(\d)\.depthwise\.(conv|bn)$`),
    (stage, module, block, branch, kind) =>
      `${inModule(stage, module)}.layers.${before(block)}.depthwise_convs.${before(branch)}.${kind}`,
  ],
  [
    new RegExp(String.raw`${MODULE}block(\d)\.branch(\d)\.spatial\.(\w+)$`),
    (stage, module, block, branch, part) =>
      `${inModule(stage, module)}.layers.${before(block)}.spatial_weighting.${before(branch)}.conv${number(part)}.conv`,
  ],
  [
    new RegExp(String.raw`${MODULE}to(\d)\.from(\d)\.(conv|bn)$`),
    (stage, module, to, from, kind) =>
      `${inModule(stage, module)}.fuse_layers.${before(to)}.${before(from)}.${kind === 'conv' ? 0 : 1}`,
  ],
  [
    new RegExp(String.raw`${MODULE}to(\d)\.from(\d)\.step(\d)\.(\w+)\.(conv|bn)$`),
    (stage, module, to, from, step, part, kind) =>
      `${inModule(stage, module)}.fuse_layers.${before(to)}.${before(from)}.${before(step)}.${separable(part, kind)}`,
  ],
  [
    /^head\.stride(\d+)\.(\w+)\.(conv|bn)$/,
    (stride, part, kind) => `head_layer.projects.${headPlace(stride, stages)}.${part}_conv.${kind}`,
  ],
];

/**
 * PyTorch's module path of each node of `liteHrNet`, for `importTorch`: the names of the released code and mmpose. Nodes
 * outside `name` keep their own names.
 *
 * @param name the name that the encoder was given
 * @param stages default 3
 */
export function liteHrNetTorchModules(name: string, stages = 3): (node: string) => string {
  return ruledTorchModules(name, rules(stages));
}
