import {
  add,
  batchNorm,
  concat,
  conv2d,
  globalAveragePool,
  linear,
  mul,
  relu,
  reshape,
  slice,
  softmax,
  torchUniform,
  transpose,
  type Value,
} from '@pose-distill/network';
import { LossError } from './errors.js';

export interface FeatureAggregationOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** Width of the vector that the weights are made of. @default a quarter of the channels of `x` */
  readonly squeeze?: number;
}

export interface FeatureAggregation {
  /** Weighted sum of the heatmaps `[H,W,K]`. */
  readonly ensemble: Value;
  /** `[branches, K]`, sums over the branches are 1. */
  readonly weights: Value;
}

/**
 * Feature aggregation unit: mixes the heatmaps of several branches with a weight for each branch and keypoint, which it reads from the
 * map that the branches grow from. Convolutions of growing kernels (3, 5, 7 and so on, one for each branch) see it at several scales.
 * For training only; `prune` drops it with the ensemble.
 *
 * Parts: `<name>.scale1.conv`, `.bn`, ..., `<name>.squeeze`, `<name>.branch1`, ...
 *
 * @param x map `[h,w,C]`
 * @param heatmaps `[H,W,K]` of each branch, two or more
 * @throws {LossError} SHAPE_MISMATCH, OUT_OF_RANGE
 * @see Li et al., OKDHP, ICCV 2021 (arXiv 2108.02092), section 3.2; selective kernels: Li et al., CVPR 2019
 * @example
 * const { stem, branches } = stackedHourglass(image, { name: 'net', keypoints: 16, branches: [2, 2, 2] });
 * const { ensemble } = featureAggregation(stem, ensembleInputs({ branches }), { name: 'fau' });
 */
export function featureAggregation(
  x: Value,
  heatmaps: readonly Value[],
  options: FeatureAggregationOptions,
): FeatureAggregation {
  const channels = x.shape.at(-1)!;
  const { name, squeeze = Math.max(1, Math.floor(channels / 4)) } = options;
  const keypoints = checkHeatmaps(heatmaps);
  const branches = heatmaps.length;

  const scales = heatmaps.map((_, branch) => {
    const kernel = 3 + 2 * branch;
    const start = torchUniform(kernel * kernel * channels);
    const convolved = conv2d(x, {
      ...{ name: `${name}.scale${branch + 1}.conv`, channels, kernel, padding: branch + 1 },
      ...{ initialiser: start, biasInitialiser: start },
    });
    return relu(batchNorm(convolved, { name: `${name}.scale${branch + 1}.bn` }));
  });
  const seen = globalAveragePool(add(scales, { name: `${name}.sum` }));
  const squeezed = torchLinear(seen, `${name}.squeeze`, squeeze);
  const scores = heatmaps.map((_, branch) =>
    torchLinear(squeezed, `${name}.branch${branch + 1}`, keypoints),
  );
  const table = reshape(concat(scores, { name: `${name}.scores` }), {
    shape: [branches, keypoints],
  });
  // The softmax is over the last axis, here the branches.
  const weights = transpose(softmax(transpose(table, { axes: [1, 0] })), { axes: [1, 0] });
  const weighted = heatmaps.map((maps, branch) =>
    mul([maps, slice(weights, { axis: 0, begin: branch, size: 1 })], {
      name: `${name}.weighted${branch + 1}`,
    }),
  );
  return { ensemble: add(weighted, { name: `${name}.ensemble` }), weights };
}

function torchLinear(x: Value, name: string, channels: number): Value {
  const start = torchUniform(x.shape.at(-1)!);
  return linear(x, { name, channels, initialiser: start, biasInitialiser: start });
}

/** Number of keypoints. */
function checkHeatmaps(heatmaps: readonly Value[]): number {
  if (heatmaps.length < 2)
    throw new LossError(
      'OUT_OF_RANGE',
      `heatmaps: expected those of two branches or more, got ${heatmaps.length}.`,
      {
        heatmaps: heatmaps.length,
      },
    );
  const shapes = heatmaps.map(({ shape }) => `[${shape}]`);
  if (heatmaps[0]!.shape.length !== 3 || new Set(shapes).size > 1)
    throw new LossError(
      'SHAPE_MISMATCH',
      `heatmaps: expected maps [H,W,K] of one shape from every branch, got ${shapes.join(' and ')}.`,
      { shapes },
    );
  return heatmaps[0]!.shape[2]!;
}

/**
 * PyTorch's module path of each node of `featureAggregation`, for `importTorch`. Nodes outside `name` keep their own names.
 *
 * @param name the name that the unit was given
 */
export function featureAggregationTorchModules(name: string): (node: string) => string {
  return (node) => {
    if (!node.startsWith(`${name}.`)) return node;
    const [part, kind] = node.slice(name.length + 1).split('.');
    if (part === 'squeeze') return 'fc';
    const [, what, number] = /^(scale|branch)(\d+)$/.exec(part ?? '') ?? [];
    if (!what) return node;
    const index = Number(number) - 1;
    return what === 'branch' ? `fcs.${index}` : `convs.${index}.${kind === 'conv' ? 0 : 1}`;
  };
}
