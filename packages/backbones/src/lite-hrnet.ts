import {
  add,
  channelShuffle,
  concat,
  relu,
  resizeBilinear,
  resizeNearest,
  split,
  type Value,
} from '@pose-distill/network';
import { convolutionBlock } from './blocks.js';
import { checkCount, checkDivisible } from './checks.js';
import { BackboneError } from './error.js';
import { type Features, featuresFrom } from './features.js';
import { conditionalChannelWeighting, depthwise, initialiser } from './lite-hrnet-weighting.js';

/** Modules of the three stages, by the published depth. */
const MODULES = { 18: [2, 4, 2], 30: [3, 8, 3] } as const;
const BLOCKS = 2;

/**
 * How branches are summed behind a module. `once`: each branch gets every other one once. `released`: the first branch
 * counts twice, and the others see it with what the others gave to it: `y1 = 2 x1 + sum f1j(xj)`, then
 * `yi = 2 fi1(y1) + xi + sum fij(xj)`, each before its ReLU. Published weights are trained so.
 */
export type LiteHrNetFusion = 'released' | 'once';

export interface LiteHrNetOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** @param depth 18 or 30; default 18 */
  readonly depth?: 18 | 30;
  /** Modules of each stage; there are as many stages. @param modules default by depth: `[2, 4, 2]` or `[3, 8, 3]` */
  readonly modules?: readonly number[];
  /** Channels of the branches at strides 4, 8 and so on, multiples of 8. @param widths default `[40, 80, 160, 320]` */
  readonly widths?: readonly number[];
  /** Channels of the stem, even. @param stem default 32 */
  readonly stem?: number;
  /** @param fusion default `released` */
  readonly fusion?: LiteHrNetFusion;
  /** Whether the iterative head brings coarser maps into finer ones at the end. @param head default true */
  readonly head?: boolean;
}

interface Named {
  readonly name: string;
}

/**
 * Lite-HRNet's encoder: branches at strides 4 to 32 of depthwise convolutions and channel weights (Yu et al., CVPR 2021).
 *
 * `at(4)`, `at(8)` and so on are the head's maps (of 40, 40, 80, 160 channels), or without it the last stage's (40, 80,
 * 160, 320); `last` is `at(4)`, where a heatmap head goes. Names: `<name>.stem.first`, `.transition1.branch2.depthwise`,
 * `.stage1.module1.block1.cross.reduce`, `.stage1.module1.to1.from2`, `.head.stride32.depthwise`. Convolutions start normal
 * with deviation 0.001.
 * @throws BackboneError SHAPE_MISMATCH for an image whose size the coarsest branch does not divide, OUT_OF_RANGE
 * @example
 * const features = liteHrNet(image, { name: 'encoder', depth: 30 });
 * const logits = integralHead(features.at(4), { name: 'head', keypoints: 17 });
 */
export function liteHrNet(image: Value, options: LiteHrNetOptions): Features {
  const { name, depth = 18, widths = [40, 80, 160, 320], stem: stemWidth = 32 } = options;
  const { modules = MODULES[depth], fusion = 'released', head = true } = options;
  checkOptions(image, { name, modules, widths, stem: stemWidth, depth });
  const stem = liteStem(image, { name: `${name}.stem`, channels: stemWidth });
  const maps: [number, Value][] = [[4, stem]];
  let branches = [stem];
  for (const [index, count] of modules.entries()) {
    const stage = index + 1;
    const channels = widths.slice(0, stage + 1);
    branches = transition(branches, { name: `${name}.transition${stage}`, channels });
    for (let module = 1; module <= count; module++)
      branches = liteModule(branches, { name: `${name}.stage${stage}.module${module}`, fusion });
    maps.push(...byStride(branches));
  }
  if (head) maps.push(...byStride(iterativeHead(branches, { name: `${name}.head` })));
  return featuresFrom(maps, name);
}

function checkOptions(
  image: Value,
  options: Required<Pick<LiteHrNetOptions, 'name' | 'depth' | 'modules' | 'widths' | 'stem'>>,
): void {
  const { name, depth, modules, widths, stem } = options;
  const where = `liteHrNet '${name}'`;
  const fail = (message: string, details: object): never => {
    throw new BackboneError('OUT_OF_RANGE', `${where}: ${message}`, { ...details });
  };
  if (!modules) fail(`depth must be 18 or 30, not ${depth}`, { depth });
  if (modules.length === 0 || widths.length !== modules.length + 1)
    fail(
      `there must be one width more than stages in modules, got widths [${widths}] and modules [${modules}]`,
      { modules, widths },
    );
  for (const count of modules) checkCount(where, 'modules', count);
  for (const width of widths) checkCount(where, 'width / 8', width / 8);
  checkCount(where, 'stem / 2', stem / 2);
  checkDivisible(where, image, 2 ** (widths.length + 1));
}

/** Maps with their strides, coarse to fine. */
function byStride(branches: readonly Value[]): [number, Value][] {
  return branches.map((map, index): [number, Value] => [4 * 2 ** index, map]).reverse();
}

/** To a quarter of the size: a convolution, then two ways of depthwise convolutions on half of its channels each. */
function liteStem(image: Value, { name, channels }: Named & { readonly channels: number }): Value {
  const half = channels / 2;
  const strided = { kernel: 3, strides: 2 };
  const first = block(image, { ...strided, name: `${name}.first`, channels });
  const [left, right] = split(first, [half, half]) as [Value, Value];
  const narrow = depthwise(left, { name: `${name}.left.depthwise`, strides: 2 });
  const expanded = block(right, { name: `${name}.right.expand`, channels });
  const wide = depthwise(expanded, { name: `${name}.right.depthwise`, strides: 2 });
  const ways = [
    block(narrow, { name: `${name}.left.pointwise`, channels: half }),
    block(wide, { name: `${name}.right.project`, channels: half }),
  ];
  return channelShuffle(concat(ways, { name: `${name}.concat` }), { groups: 2 });
}

/** Convolution, batch norm, ReLU. */
function block(
  x: Value,
  options: Named & {
    readonly channels: number;
    readonly kernel?: number;
    readonly strides?: number;
  },
): Value {
  return convolutionBlock(x, { ...options, activation: 'relu', initialiser });
}

/** Depthwise 3x3 convolution, then 1x1, each with batch norm; ReLU only at the end, if at all. */
function separable(
  x: Value,
  options: Named & {
    readonly channels: number;
    readonly strides?: number;
    readonly activation?: 'relu' | 'none';
  },
): Value {
  const { name, channels, strides = 1, activation = 'relu' } = options;
  const filtered = depthwise(x, { name: `${name}.depthwise`, strides });
  return convolutionBlock(filtered, {
    name: `${name}.pointwise`,
    channels,
    activation,
    initialiser,
  });
}

/** Brings the branches to their widths and adds one at half the coarsest size. */
function transition(
  branches: readonly Value[],
  { name, channels }: Named & { readonly channels: readonly number[] },
): Value[] {
  return channels.map((width, index) => {
    const part = { name: `${name}.branch${index + 1}`, channels: width };
    const x = branches[index];
    if (!x) return separable(branches.at(-1)!, { ...part, strides: 2 });
    return x.shape[2] === width ? x : separable(x, part);
  });
}

/** Two weighting blocks over all branches, then every branch gets the sum of all. */
function liteModule(
  branches: readonly Value[],
  { name, fusion }: Named & { readonly fusion: LiteHrNetFusion },
): Value[] {
  let weighted = [...branches];
  for (let index = 1; index <= BLOCKS; index++)
    weighted = conditionalChannelWeighting(weighted, { name: `${name}.block${index}` });
  const sources = [...weighted];
  return weighted.map((target, to) => {
    const parts = sources.map((source, from) =>
      exchanged(source, target, { name: `${name}.to${to + 1}.from${from + 1}`, from, to }),
    );
    const counted = fusion === 'released' ? [parts[0]!, ...parts] : parts;
    const sum = add(counted, { name: `${name}.to${to + 1}.add` });
    if (fusion === 'released' && to === 0) sources[0] = sum;
    return relu(sum);
  });
}

/** A branch at the size and the channels of another one. */
function exchanged(
  source: Value,
  target: Value,
  { name, from, to }: Named & { readonly from: number; readonly to: number },
): Value {
  if (from === to) return source;
  const channels = target.shape[2]!;
  if (from > to) {
    const size = { height: target.shape[0]!, width: target.shape[1]! };
    const projected = convolutionBlock(source, { name, channels, activation: 'none', initialiser });
    return resizeNearest(projected, { size });
  }
  let x = source;
  for (let step = 1; step <= to - from; step++) {
    const isLast = step === to - from;
    x = separable(x, {
      name: `${name}.step${step}`,
      channels: isLast ? channels : source.shape[2]!,
      strides: 2,
      activation: isLast ? 'none' : 'relu',
    });
  }
  return x;
}

/** From the coarsest map on: to the next finer one's channels and size (corners aligned), and added to it. */
function iterativeHead(branches: readonly Value[], { name }: Named): Value[] {
  const results: Value[] = [];
  let coarser: Value | undefined;
  for (let index = branches.length - 1; index >= 0; index--) {
    const x = branches[index]!;
    const part = `${name}.stride${4 * 2 ** index}`;
    const size = { height: x.shape[0]!, width: x.shape[1]! };
    const sum: Value = coarser
      ? add([x, resizeBilinear(coarser, { size, alignCorners: true })], { name: `${part}.add` })
      : x;
    const channels = branches[Math.max(index - 1, 0)]!.shape[2]!;
    coarser = separable(sum, { name: part, channels });
    results.unshift(coarser);
  }
  return results;
}
