import { lspd } from '@pose-distill/backbones';
import { rampUp, stageDistillationLoss } from '@pose-distill/kd-losses';
import type { LossTerm, Plan, PlanReference } from '../train/plan.js';
import { plainOptions, type RecipeOptions, readCommon, trainingNetwork } from './common.js';
import { readOptions } from './options.js';
import { type Sizes, SMALL, stepwise, TINY, withSize } from './sizes.js';
import { heatmapTerm } from './terms.js';

const LIGHT = { blocks: 2, encoderWidth: 0.5, teacherBlocks: 4 };

export const sizes: Sizes = {
  tiny: { epochs: 10, options: { ...TINY, ...LIGHT, channels: 32, teacherChannels: 64 } },
  small: { epochs: 10, options: { ...SMALL, ...LIGHT, channels: 64, teacherChannels: 128 } },
  paper: {
    epochs: 210,
    options: { height: 256, width: 256, ramp: 60 / 210, ...stepwise(1e-3, [170, 200], 210) },
  },
};

/**
 * LSPD, a lightweight pose network distilled along its own stages (Zhang et al., IEEE Sensors Journal 23(22), 2023).
 *
 * One network, one training: an encoder, a chain of light stages that refine each other's heatmaps, and a wider teacher stage at its
 * end. Every stage learns the ground truth; every light stage follows the teacher stage, or the stage behind it (`towards: 'next'`),
 * which gets no gradient of that. The weight ramps up over the share `ramp` of the training, so that the teacher is useful before it
 * teaches. Deployed are the encoder and the first stage.
 *
 * Known is the system; blocks, sizes and the loss are our reconstruction. No program was released, so both variants are this one.
 */
export function plan(options: RecipeOptions): Plan {
  const read = readOptions('lspd', withSize(sizes, options));
  read.choice('variant', ['paper', 'reference'], 'paper');
  const network = {
    stages: read.integer('stages', 2, { from: 1 }),
    channels: read.integer('channels', 128, { from: 2 }),
    blocks: read.integer('blocks', 4, { from: 1 }),
    width: read.number('encoderWidth', 1, { above: 0 }),
    teacher: {
      channels: read.integer('teacherChannels', 256, { from: 2 }),
      blocks: read.integer('teacherBlocks', 8, { from: 1 }),
    },
  };
  const towards = read.choice('towards', ['teacher', 'next'], 'teacher');
  const distance = read.choice('distance', ['mse', 'kl'], 'mse');
  const distillationWeight = read.number('distillationWeight', 1, { from: 0 });
  const ramp = read.number('ramp', 0.3, { from: 0, to: 1 });
  const common = readCommon(read);

  const student = trainingNetwork('lspd', common, (image, keypoints) =>
    lspd(image, { ...network, keypoints }),
  );
  const outputs = Object.keys(student.outputs);
  const stages = outputs.filter((name) => name !== 'teacher');
  const distillation: LossTerm = {
    name: 'stages',
    weight: (step) => distillationWeight * rampUp(step, ramp * common.steps),
    fn: ({ outputs, targets }) =>
      stageDistillationLoss(
        stages.map((name) => outputs[name]!),
        outputs.teacher!,
        targets.weights,
        { towards, distance },
      ),
  };
  return {
    name: 'lspd',
    ...common,
    student,
    watches: ['teacher'],
    decode: { kind: 'heatmap', refine: 'quarter' },
    terms: [heatmapTerm(outputs), distillation],
  };
}

/** Encoder and first stage alone, trained on the ground truth. */
export function baseline(options: RecipeOptions): PlanReference {
  const all = withSize(sizes, options);
  const { channels = 128, blocks = 4, encoderWidth = 1 } = all;
  const network = `lspdx${channels}b${blocks}w${encoderWidth}`;
  return { module: 'plain', options: { ...plainOptions(all, OWN), network } };
}

const OWN = [
  ...[
    'variant',
    'stages',
    'channels',
    'blocks',
    'encoderWidth',
    'teacherChannels',
    'teacherBlocks',
  ],
  ...['towards', 'distance', 'distillationWeight', 'ramp'],
];
