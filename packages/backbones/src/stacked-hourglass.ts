import { add, batchNorm, maxPool, relu, type Value } from '@pose-distill/network';
import { checkCount, checkDivisible } from './checks.js';
import { BackboneError } from './error.js';
import {
  defaultConvolution,
  hourglass,
  preactivationBlock,
  preactivationBlocks,
} from './hourglass.js';

export interface StackedHourglassOptions {
  /** Path in front of all names. */
  readonly name: string;
  readonly keypoints: number;
  /** Stacks that all branches share. @param stacks default 2, or 0 with branches */
  readonly stacks?: number;
  /** Private stacks of each branch behind the shared ones; the counts may differ. @param branches default none */
  readonly branches?: readonly number[];
  /** Channels of a stack, a multiple of 4. @param features default 256 */
  readonly features?: number;
  /** How often each hourglass halves its map. @param depth default 4 */
  readonly depth?: number;
  /** Residual blocks at each place. @param blocks default 1 */
  readonly blocks?: number;
}

/** Maps of a stacked hourglass. */
export interface StackedHourglass {
  /** The stem's map `[H/4, W/4, features]`. */
  readonly stem: Value;
  /** Heatmaps `[H/4, W/4, K]` of the shared stacks. */
  readonly stacks: readonly Value[];
  /** Heatmaps of each branch's own stacks. */
  readonly branches: readonly (readonly Value[])[];
  /** All heatmaps by name, for `defineNetwork` and `prune`: `stack1`, `stack2`, ..., `branch1.stack1`, ... */
  readonly outputs: Readonly<Record<string, Value>>;
  /** The last heatmaps: of the last branch, or of the last stack without branches. */
  readonly last: Value;
}

type StackOptions = Required<
  Pick<StackedHourglassOptions, 'keypoints' | 'features' | 'depth' | 'blocks'>
>;

/**
 * Hourglasses in a row, each with heatmaps that the next one sees (Newell et al., ECCV 2016), and several ends of it for
 * online distillation (OKDHP: Li et al., ICCV 2021): branches that share the stem, or some stacks too (`stacks`), or
 * have different numbers of stacks (`branches`).
 *
 * `prune(network, ['branch2.stack2'])` keeps one branch for deployment. Names: `<name>.stem`, `<name>.stack1.hourglass`,
 * `.residual`, `.features`, `.heatmaps`, `.remapFeatures`, `.remapHeatmaps`; those of branches begin `<name>.branch1.stack1`.
 * All convolutions have a bias and start as PyTorch's default, as in the released code.
 * @throws BackboneError SHAPE_MISMATCH for an image whose size is no multiple of `4 * 2 ** depth`, OUT_OF_RANGE
 * @example
 * const { outputs } = stackedHourglass(image, { name: 'net', keypoints: 16, stacks: 2, branches: [2, 2, 2] });
 * const network = defineNetwork({ inputs: [image], outputs });
 */
export function stackedHourglass(image: Value, options: StackedHourglassOptions): StackedHourglass {
  const { name, keypoints, features = 256, depth = 4, blocks = 1, branches = [] } = options;
  const { stacks = branches.length === 0 ? 2 : 0 } = options;
  checkOptions(image, { name, keypoints, stacks, branches, features, depth, blocks });
  const each = { keypoints, features, depth, blocks };
  const stem = hourglassStem(image, { name: `${name}.stem`, features });
  const shared = row(stem, stacks, { ...each, name });
  const own = branches.map((count, branch) =>
    row(shared.next, count, { ...each, name: `${name}.branch${branch + 1}` }),
  );
  const heatmaps = [shared, ...own].flatMap((part) => part.heatmaps);
  return Object.freeze({
    stem,
    stacks: shared.heatmaps,
    branches: own.map((part) => part.heatmaps),
    outputs: Object.fromEntries(heatmaps.map((value) => [outputName(value, name), value])),
    last: heatmaps.at(-1)!,
  });
}

function checkOptions(image: Value, options: Required<StackedHourglassOptions>): void {
  const { name, keypoints, stacks, branches, features, depth, blocks } = options;
  const where = `stackedHourglass '${name}'`;
  checkCount(where, 'keypoints', keypoints);
  checkCount(where, 'depth', depth);
  checkCount(where, 'blocks', blocks);
  checkCount(where, 'features / 4', features / 4);
  checkCount(where, 'stacks', stacks, branches.length === 0 ? 1 : 0);
  for (const count of branches) checkCount(where, 'stacks of a branch', count);
  if (branches.length === 1)
    throw new BackboneError(
      'OUT_OF_RANGE',
      `${where}: one branch is no choice; give two or more, or its stacks as 'stacks'`,
      { branches },
    );
  checkDivisible(where, image, 4 * 2 ** depth);
}

/** `net.branch1.stack2.heatmaps` is `branch1.stack2`. */
function outputName(heatmaps: Value, name: string): string {
  return heatmaps.name.slice(name.length + 1, -'.heatmaps'.length);
}

/** To a quarter of the size: 7x7 convolution with stride 2, a residual block, a pool, two residual blocks. */
function hourglassStem(
  image: Value,
  { name, features }: { readonly name: string; readonly features: number },
): Value {
  const first = { name: `${name}.conv`, channels: features / 4, kernel: 7, strides: 2 };
  const x = relu(batchNorm(defaultConvolution(image, first), { name: `${name}.bn` }));
  const wider = preactivationBlock(x, { name: `${name}.residual1`, channels: features / 2 });
  const pooled = maxPool(wider, { kernel: 2, name: `${name}.pool` });
  return ['residual2', 'residual3'].reduce(
    (value, part) => preactivationBlock(value, { name: `${name}.${part}`, channels: features }),
    pooled,
  );
}

/** Stacks in a row; `next` is what a stack behind them would see. */
function row(
  x: Value,
  count: number,
  { name, ...each }: StackOptions & { readonly name: string },
): { readonly heatmaps: readonly Value[]; readonly next: Value } {
  const heatmaps: Value[] = [];
  let next = x;
  for (let index = 1; index <= count; index++) {
    const result = stack(next, { ...each, name: `${name}.stack${index}` });
    heatmaps.push(result.heatmaps);
    next = result.next;
  }
  return { heatmaps, next };
}

function stack(
  x: Value,
  { name, keypoints, features, depth, blocks }: StackOptions & { readonly name: string },
): { readonly heatmaps: Value; readonly next: Value } {
  const channels = features;
  const hourglassed = hourglass(x, { name: `${name}.hourglass`, depth, blocks });
  const residual = preactivationBlocks(hourglassed, { name: `${name}.residual`, channels, blocks });
  const mixed = defaultConvolution(residual, { name: `${name}.features.conv`, channels });
  const y = relu(batchNorm(mixed, { name: `${name}.features.bn` }));
  const heatmaps = defaultConvolution(y, { name: `${name}.heatmaps`, channels: keypoints });
  const back = [
    x,
    defaultConvolution(y, { name: `${name}.remapFeatures`, channels }),
    defaultConvolution(heatmaps, { name: `${name}.remapHeatmaps`, channels }),
  ];
  return { heatmaps, next: add(back, { name: `${name}.next` }) };
}
