import { add, normal, relu, resizeNearest, type Value } from '@pose-distill/network';
import { convolutionBlock } from './blocks.js';
import { checkCount, checkDivisible } from './checks.js';
import { BackboneError } from './error.js';
import { type Features, featuresFrom } from './features.js';
import { bottleneckBlock, residualBlock } from './residual.js';

/** Channels of the stem and behind the four bottlenecks, whatever the width. */
const STEM_CHANNELS = 64;
const LAYER1_CHANNELS = 256;
const LAYER1_BLOCKS = 4;
/** All convolutions start so, as in the released code. */
const initialiser = normal(0.001);

export interface HrNetOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** Channels of the branch at stride 4; each next branch has twice as many. @param width 32 or 48 as published; default 32 */
  readonly width?: number;
  /** 3 stops where TokenPose takes its body. @param stages 2..4; default 4 */
  readonly stages?: number;
  /** Modules of stages 2, 3, 4. @param modules default `[1, 4, 3]` */
  readonly modules?: readonly number[];
  /** Basic blocks per branch and module. @param blocks default 4 */
  readonly blocks?: number;
}

/**
 * HRNet: branches at strides 4 to 32 that exchange their maps after every module (Sun et al., CVPR 2019; Wang et al.,
 * TPAMI 2021).
 *
 * `at(4)`, `at(8)` and so on are the last stage's maps; `last` is `at(4)`, where the heatmap head goes. What no output
 * needs is left out of the network, so the parts that only feed coarser maps of the last module come with these maps.
 *
 * Names: `<name>.stem1`, `.stem2`, `.layer1.block1`, `.transition1.branch2`, `.stage2.module1.branch1.block1.first`,
 * `.stage2.module1.to1.from2`. Convolutions start normal with deviation 0.001.
 * @throws BackboneError SHAPE_MISMATCH for an image whose size the coarsest branch does not divide, OUT_OF_RANGE
 * @example
 * const features = hrNet(image, { name: 'encoder', width: 48 });
 * const heatmaps = heatmapHead(features.at(4), { name: 'head', keypoints: 17 });
 */
export function hrNet(image: Value, options: HrNetOptions): Features {
  const { name, width = 32, stages = 4, modules = [1, 4, 3], blocks = 4 } = options;
  checkOptions(image, { name, width, stages, modules, blocks });
  const convolution = { kernel: 3, strides: 2, activation: 'relu', initialiser } as const;
  let x = image;
  for (const part of ['stem1', 'stem2'])
    x = convolutionBlock(x, { ...convolution, name: `${name}.${part}`, channels: STEM_CHANNELS });
  const maps: [number, Value][] = [[4, x]];
  for (let block = 1; block <= LAYER1_BLOCKS; block++) {
    const part = `${name}.layer1.block${block}`;
    x = bottleneckBlock(x, { name: part, channels: LAYER1_CHANNELS, initialiser });
  }
  maps.push([4, x]);

  let branches = [x];
  for (let stage = 2; stage <= stages; stage++) {
    const widths = Array.from({ length: stage }, (_, branch) => width * 2 ** branch);
    branches = transition(branches, { name: `${name}.transition${stage - 1}`, widths });
    for (let module = 1; module <= modules[stage - 2]!; module++)
      branches = exchange(branches, { name: `${name}.stage${stage}.module${module}`, blocks });
    maps.push(...branches.map((map, branch): [number, Value] => [4 * 2 ** branch, map]).reverse());
  }
  return featuresFrom(maps, name);
}

function checkOptions(image: Value, options: Required<HrNetOptions>): void {
  const { name, width, stages, modules, blocks } = options;
  const where = `hrNet '${name}'`;
  checkCount(where, 'width', width);
  checkCount(where, 'stages', stages, 2, 4);
  checkCount(where, 'blocks', blocks);
  if (modules.length < stages - 1)
    throw new BackboneError(
      'OUT_OF_RANGE',
      `${where}: modules must name a number for each of stages 2..${stages}, got [${modules}]`,
      { modules, stages },
    );
  for (const count of modules) checkCount(where, 'modules', count);
  checkDivisible(where, image, 2 ** (stages + 1));
}

/** Brings the branches to their widths and adds one at half the coarsest size. */
function transition(
  branches: readonly Value[],
  { name, widths }: { readonly name: string; readonly widths: readonly number[] },
): Value[] {
  return widths.map((channels, index) => {
    const x = branches[index] ?? branches.at(-1)!;
    const isNew = index >= branches.length;
    if (!isNew && x.shape[2] === channels) return x;
    return convolutionBlock(x, {
      name: `${name}.branch${index + 1}`,
      channels,
      kernel: 3,
      strides: isNew ? 2 : 1,
      activation: 'relu',
      initialiser,
    });
  });
}

/** One module: basic blocks on every branch, then every branch gets the sum of all. */
function exchange(
  branches: readonly Value[],
  { name, blocks }: { readonly name: string; readonly blocks: number },
): Value[] {
  const filtered = branches.map((branch, index) => {
    let x = branch;
    for (let block = 1; block <= blocks; block++) {
      const part = `${name}.branch${index + 1}.block${block}`;
      x = residualBlock(x, { name: part, channels: x.shape[2]!, initialiser });
    }
    return x;
  });
  return filtered.map((target, to) => {
    const parts = filtered.map((source, from) => {
      const part = `${name}.to${to + 1}.from${from + 1}`;
      if (from === to) return source;
      return from > to
        ? enlarge(source, target, { name: part })
        : shrink(source, target, { name: part, steps: to - from });
    });
    return relu(add(parts, { name: `${name}.to${to + 1}.add` }));
  });
}

/** 1x1 convolution to the target's channels, nearest neighbour to its size. */
function enlarge(source: Value, target: Value, { name }: { readonly name: string }): Value {
  const channels = target.shape[2]!;
  const projected = convolutionBlock(source, { name, channels, activation: 'none', initialiser });
  return resizeNearest(projected, { scale: target.shape[0]! / source.shape[0]! });
}

/** 3x3 convolutions with stride 2; only the last one changes the channels, and it has no ReLU. */
function shrink(
  source: Value,
  target: Value,
  { name, steps }: { readonly name: string; readonly steps: number },
): Value {
  let x = source;
  for (let step = 1; step <= steps; step++) {
    const isLast = step === steps;
    x = convolutionBlock(x, {
      name: `${name}.step${step}`,
      channels: isLast ? target.shape[2]! : source.shape[2]!,
      kernel: 3,
      strides: 2,
      activation: isLast ? 'none' : 'relu',
      initialiser,
    });
  }
  return x;
}
