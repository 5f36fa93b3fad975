import { ulpd } from '@pose-distill/backbones';
import { expertWeights, heatmapMseLoss, rampUp, weightedSum } from '@pose-distill/kd-losses';
import type { LossTerm, Plan, PlanReference } from '../train/plan.js';
import { plainOptions, type RecipeOptions, readCommon, trainingNetwork } from './common.js';
import { readOptions } from './options.js';
import { type Sizes, SMALL, stepwise, TINY, withSize } from './sizes.js';
import { heatmapTerm } from './terms.js';

const LIGHT = { blocks: 2, encoderWidth: 0.5 };

export const sizes: Sizes = {
  tiny: { epochs: 10, options: { ...TINY, ...LIGHT, channels: 32 } },
  small: { epochs: 10, options: { ...SMALL, ...LIGHT, channels: 64 } },
  paper: {
    epochs: 210,
    options: { height: 256, width: 256, ramp: 60 / 210, ...stepwise(1e-3, [170, 200], 210) },
  },
};

/**
 * ULPD, a light network that learns online from ever better experts (Zhang et al., Electronics 12(12):2593, 2023).
 *
 * One re-parameterised module is applied several times with the same weights, each time on the features and the heatmaps before; every
 * application learns the ground truth. The later ones are the experts of the first, which follows expert m of M with weight m / M,
 * ramped up over the share `ramp` of the training. Deployed is the first application, each of its blocks fused into one convolution.
 *
 * Known is the system; module, sizes and the loss are our reconstruction. No program was released, so both variants are this one.
 */
export function plan(options: RecipeOptions): Plan {
  const read = readOptions('ulpd', withSize(sizes, options));
  read.choice('variant', ['paper', 'reference'], 'paper');
  const network = {
    applications: read.integer('applications', 3, { from: 2 }),
    channels: read.integer('channels', 128, { from: 2 }),
    blocks: read.integer('blocks', 4, { from: 1 }),
    width: read.number('encoderWidth', 1, { above: 0 }),
  };
  const distillationWeight = read.number('distillationWeight', 1, { from: 0 });
  const ramp = read.number('ramp', 0.3, { from: 0, to: 1 });
  const common = readCommon(read);

  const student = trainingNetwork('ulpd', common, (image, keypoints) =>
    ulpd(image, { ...network, keypoints }),
  );
  const outputs = Object.keys(student.outputs);
  const experts = outputs.filter((name) => name !== 'heatmaps');
  const distillation: LossTerm = {
    name: 'experts',
    weight: (step) => distillationWeight * rampUp(step, ramp * common.steps),
    fn: ({ outputs, targets: { weights } }) =>
      weightedSum(
        experts.map((name) =>
          heatmapMseLoss(outputs.heatmaps!, outputs[name]!, weights, { weighting: 'hrnet' }),
        ),
        expertWeights(network.applications),
      ),
  };
  return {
    name: 'ulpd',
    ...common,
    student,
    watches: [experts.at(-1)!],
    decode: { kind: 'heatmap', refine: 'quarter' },
    terms: [heatmapTerm(outputs), distillation],
  };
}

/** One application alone, trained on the ground truth and fused. */
export function baseline(options: RecipeOptions): PlanReference {
  const all = withSize(sizes, options);
  const { channels = 128, blocks = 4, encoderWidth = 1 } = all;
  const network = `ulpdx${channels}b${blocks}w${encoderWidth}`;
  return { module: 'plain', options: { ...plainOptions(all, OWN), network } };
}

const OWN = [
  ...['variant', 'applications', 'channels', 'blocks', 'encoderWidth'],
  ...['distillationWeight', 'ramp'],
];
