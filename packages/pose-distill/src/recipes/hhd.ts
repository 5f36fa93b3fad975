import { hhdLoss, rampUp } from '@pose-distill/kd-losses';
import type { LossTerm, Plan, PlanReference } from '../train/plan.js';
import {
  heatmapNetwork,
  type Materials,
  plainOptions,
  type RecipeOptions,
  readCommon,
  requireTeacher,
} from './common.js';
import { readOptions } from './options.js';
import { type Sizes, SMALL, stepwise, TINY, TINY_TEACHER, withSize } from './sizes.js';
import { coordinateTerm } from './terms.js';

export const sizes: Sizes = {
  tiny: {
    epochs: 10,
    options: {
      ...TINY,
      ...{ network: 'mobilenetv2x0.25s16-deconv16', teacherNetwork: TINY_TEACHER },
    },
  },
  small: {
    epochs: 10,
    options: {
      ...SMALL,
      ...{ network: 'mobilenetv2x0.35s16-deconv32', teacherNetwork: 'mobilenetv2x0.5s16-deconv64' },
    },
  },
  paper: {
    epochs: 210,
    options: {
      ...{ height: 256, width: 256, network: 'litehrnet-18', teacherNetwork: 'hrnet-w48' },
      ...{ batchSize: 64, warmUpSteps: 500, ...stepwise(5e-4, [170, 200], 210) },
      ...{ scale: 0.5, rotation: 80 },
    },
  },
};

/**
 * HHD, heterogeneous heatmap distillation with unbiased alignment (Du et al., Image and Vision Computing 2024).
 *
 * The teacher is a frozen heatmap network: its explicit maps are Gaussian-supervised. The student is trained by
 * integral regression, so its maps are implicit. Both maps are L2-normalised, a window is cut around each one's own
 * peak (`variant: 'paper'` places the student's window by the closed form of the soft-argmax bias, `'reference'` by
 * the released code), windows are filled by mirroring, and their squared difference is added to the task loss.
 *
 * Two options are ours, and by default as published: `ramp` (0), the share of the training over which the weight grows, and `maskUnseen`
 * (false), which leaves out keypoints that are not labelled.
 */
export function plan(options: RecipeOptions, materials: Materials = {}): Plan {
  const read = readOptions('hhd', withSize(sizes, options));
  const variant = read.choice('variant', ['paper', 'reference'], 'paper');
  const beta = read.number('beta', 10, { above: 0 });
  const windowSize = read.integer('windowSize', 8, { from: 2 });
  const distillationWeight = read.number('distillationWeight', 1, { from: 0 });
  const ramp = read.number('ramp', 0, { from: 0, to: 1 });
  const maskUnseen = read.flag('maskUnseen', false);
  const network = read.text('network', '');
  for (const key of ['teacher', 'teacherNetwork']) read.text(key, '');
  const common = readCommon(read);

  const distillation: LossTerm = {
    name: 'hhd',
    weight: (step) => distillationWeight * rampUp(step, ramp * common.steps),
    fn: ({ outputs, teachers, targets }) =>
      hhdLoss(outputs.heatmaps!, teachers.teacher!.heatmaps!, {
        ...{ variant, windowSize, beta },
        ...(maskUnseen && { keypointWeights: targets.weights }),
      }),
  };
  return {
    name: `hhd ${variant}`,
    ...common,
    student: heatmapNetwork(network, common),
    decode: { kind: 'integral', beta },
    teachers: { teacher: requireTeacher('hhd', materials) },
    terms: [coordinateTerm(beta), distillation],
  };
}

/** The heatmap teacher for the same data and schedule. */
export function teacher(options: RecipeOptions): PlanReference {
  const { teacherNetwork: network, ...all } = withSize(sizes, options);
  return { module: 'plain', options: { ...plainOptions(all, OWN), network } };
}

/** The same student, trained by integral regression alone. */
export function baseline(options: RecipeOptions): PlanReference {
  const all = withSize(sizes, options);
  const { beta = 10 } = all;
  return { module: 'plain', options: { ...plainOptions(all, OWN), head: 'integral', beta } };
}

const OWN = [
  ...['variant', 'windowSize', 'distillationWeight', 'ramp', 'maskUnseen', 'beta'],
  ...['teacher', 'teacherNetwork'],
];
