import { stackedHourglass } from '@pose-distill/backbones';
import { pixelKlLoss, rampUp, weightedSum } from '@pose-distill/kd-losses';
import {
  type EnsembleIndexing,
  ensembleInputs,
  featureAggregation,
} from '@pose-distill/kd-losses/fau';
import type { LossTerm, Plan, PlanReference } from '../train/plan.js';
import { plainOptions, type RecipeOptions, readCommon, trainingNetwork } from './common.js';
import { readOptions } from './options.js';
import { type Sizes, SMALL, stepwise, TINY, withSize } from './sizes.js';
import { heatmapTerm } from './terms.js';

export const sizes: Sizes = {
  tiny: {
    epochs: 10,
    options: { ...TINY, features: 32, depth: 2, branches: [1, 1, 1], distillationWeight: 2 / 16 },
  },
  small: { epochs: 10, options: { ...SMALL, features: 64, depth: 3, branches: [1, 1, 1] } },
  paper: {
    epochs: 150,
    options: {
      ...{ height: 256, width: 256, features: 256, depth: 4, stacks: 2, branches: [2, 2, 2] },
      ...{ batchSize: 16, ...stepwise(2.5e-4, [90, 120], 150) },
    },
  },
};

/**
 * OKDHP, online knowledge distillation for human pose (Li et al., ICCV 2021).
 *
 * Hourglass branches grow from one stem and, with `stacks`, from shared stacks; they may have different numbers of stacks of their own. A
 * feature aggregation unit mixes their last heatmaps into an ensemble, with a weight for each branch and keypoint. Every output learns
 * the ground truth, the ensemble too; and every output learns from the ensemble by a pixel-wise divergence whose weight ramps up over the
 * share `ramp` of the training. Deployed is the branch that validates best, or number `deployBranch`.
 *
 * The divergence grows with 1 / (H W): the published weight of 2 is for 64x64 maps, and smaller maps take a smaller one to mean the same.
 *
 * `variant: 'reference'` is the released program: the divergence moves the ensemble too, and the ensemble mixes the outputs at
 * the program's positions. There the ramp advances once an epoch, here at every step.
 */
export function plan(options: RecipeOptions): Plan {
  const read = readOptions('okdhp', withSize(sizes, options));
  const isReference = read.choice('variant', ['paper', 'reference'], 'paper') === 'reference';
  const features = read.integer('features', 256, { from: 4 });
  const depth = read.integer('depth', 4, { from: 1 });
  const stacks = read.integer('stacks', 0, { from: 0 });
  const branches = read.numbers('branches', [2, 2, 2], { from: 1, integer: true, count: 2 });
  const deployBranch = read.integer('deployBranch', 0, { from: 0, to: branches.length });
  const distillationWeight = read.number('distillationWeight', 2, { from: 0 });
  const ensembleWeight = read.number('ensembleWeight', 1, { from: 0 });
  const ramp = read.number('ramp', 0.6, { from: 0, to: 1 });
  const temperature = read.number('temperature', 1, { above: 0 });
  const common = readCommon(read);

  const student = trainingNetwork('okdhp', common, (image, keypoints) => {
    const size = { features, depth, stacks, branches };
    const net = stackedHourglass(image, { name: 'net', keypoints, ...size });
    const mixed = ensembleInputs({
      shared: net.stacks,
      branches: net.branches,
      indexing: isReference ? releasedIndexing(stacks, branches) : 'last',
    });
    return {
      ...net.outputs,
      ensemble: featureAggregation(net.stem, mixed, { name: 'fau' }).ensemble,
    };
  });
  const members = Object.keys(student.outputs).filter((name) => name !== 'ensemble');
  const divergence: LossTerm = {
    name: 'divergence',
    weight: (step) => distillationWeight * rampUp(step, ramp * common.steps),
    fn: ({ outputs, targets: { weights } }) =>
      weightedSum(
        members.map((name) =>
          pixelKlLoss(outputs[name]!, outputs.ensemble!, weights, {
            ...{ temperature, detachTeacher: !isReference },
          }),
        ),
        members.map(() => 1),
      ),
  };
  const lastOutputs = branches.map((count, branch) => `branch${branch + 1}.stack${count}`);
  return {
    name: `okdhp ${isReference ? 'reference' : 'paper'}`,
    ...common,
    student,
    deploys: deployBranch > 0 ? [lastOutputs[deployBranch - 1]!] : lastOutputs,
    watches: ['ensemble'],
    decode: { kind: 'heatmap', refine: 'quarter' },
    terms: [
      heatmapTerm(members),
      { ...heatmapTerm(['ensemble'], ensembleWeight), name: 'ensemble' },
      divergence,
    ],
  };
}

/** The program that was released for such branches; of one stack each, only its validator has the ensemble. */
function releasedIndexing(stacks: number, branches: readonly number[]): EnsembleIndexing {
  return stacks > 0 || branches.every((count) => count === 1) ? 'share_less' : 'hourglass_okd';
}

/** One branch alone, trained on the ground truth. */
export function baseline(options: RecipeOptions): PlanReference {
  const all = withSize(sizes, options);
  const { stacks = 0, branches = [2, 2, 2], features = 256, depth = 4, deployBranch = 0 } = all;
  const own = (branches as number[])[Math.max(0, Number(deployBranch) - 1)]!;
  const network = `hourglass-${Number(stacks) + own}x${features}d${depth}`;
  return { module: 'plain', options: { ...plainOptions(all, OWN), network } };
}

const OWN = [
  ...['variant', 'features', 'depth', 'stacks', 'branches', 'deployBranch'],
  ...['distillationWeight', 'ensembleWeight', 'ramp', 'temperature'],
];
