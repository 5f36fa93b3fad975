import { sequentialOffset } from './torch-modules.js';
import { before, ruledTorchModules, type TorchRule } from './torch-rules.js';

/** `bn` or `conv` and the number that the released blocks give to theirs. */
const NUMBERS: Readonly<Record<string, number>> = {
  reduce: 1,
  filter: 2,
  expand: 3,
  first: 1,
  second: 2,
};

const inBlock = (part: string | undefined, kind: string | undefined): string =>
  part === 'shortcut' ? `downsample.${sequentialOffset(kind)}` : `${kind}${NUMBERS[part!]}`;

const RULES: readonly TorchRule[] = [
  [/^stem(\d)\.(conv|bn)$/, (index, kind) => `${kind}${index}`],
  [
    /^layer1\.block(\d+)\.(\w+)\.(conv|bn)$/,
    (block, part, kind) => `layer1.${before(block)}.${inBlock(part, kind)}`,
  ],
  [
    // A branch that the transition adds is a list of steps, here always one.
    /^transition(\d)\.branch(\d)\.(conv|bn)$/,
    (index, branch, kind) =>
      `transition${index}.${before(branch)}.${before(branch) === Number(index) ? '0.' : ''}${sequentialOffset(kind)}`,
  ],
  [
    /^stage(\d)\.module(\d+)\.branch(\d)\.block(\d+)\.(\w+)\.(conv|bn)$/,
    (stage, module, branch, block, part, kind) =>
      `stage${stage}.${before(module)}.branches.${before(branch)}.${before(block)}.${inBlock(part, kind)}`,
  ],
  [
    /^stage(\d)\.module(\d+)\.to(\d)\.from(\d)\.(?:step(\d)\.)?(conv|bn)$/,
    (stage, module, to, from, step, kind) =>
      `stage${stage}.${before(module)}.fuse_layers.${before(to)}.${before(from)}.${step ? `${before(step)}.` : ''}${sequentialOffset(kind)}`,
  ],
];

/**
 * PyTorch's module path of each node of `hrNet`, for `importTorch`: the names of the released
 * deep-high-resolution-net, which mmpose shares. Nodes outside `name` keep their own names; the released head is
 * `final_layer`.
 *
 * @param name the name that the encoder was given
 */
export function hrNetTorchModules(name: string): (node: string) => string {
  return ruledTorchModules(name, RULES);
}
