import type { Plan, PlanReference } from '../train/plan.js';
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
import { heatmapTerm, teacherTerm } from './terms.js';

export const sizes: Sizes = {
  tiny: {
    epochs: 10,
    options: { ...TINY, network: 'peleenetx0.5-duc', teacherNetwork: TINY_TEACHER },
  },
  small: {
    epochs: 10,
    options: { ...SMALL, network: 'peleenet-duc', teacherNetwork: 'hourglass-2x128d3' },
  },
  paper: {
    epochs: 210,
    options: {
      ...{ height: 256, width: 192, network: 'peleenet-duc', teacherNetwork: 'hourglass-4' },
      ...{ scale: 0.3, rotation: 40, ...stepwise(1e-3, [170, 200], 210) },
    },
  },
};

/**
 * Park et al., a fast pose network by knowledge distillation (Sensors 2021, 21, 7640).
 *
 * The student is PeleeNet with dense upsampling convolutions. It learns the heatmaps of a frozen teacher with weight `alpha` and the
 * ground truth with the rest, or the other way round (`alphaOn: 'groundTruth'`). Deployed are the encoder and the decoder.
 *
 * Known are the networks and the weights that were tried (0.8 was best); which side alpha is on, the teacher and the schedule are our
 * reading, after FPD. No program was released, so both variants are this one.
 */
export function plan(options: RecipeOptions, materials: Materials = {}): Plan {
  const read = readOptions('park', withSize(sizes, options));
  read.choice('variant', ['paper', 'reference'], 'paper');
  const alpha = read.number('alpha', 0.8, { from: 0, to: 1 });
  const alphaOn = read.choice('alphaOn', ['teacher', 'groundTruth'], 'teacher');
  const network = read.text('network', '');
  for (const key of ['teacher', 'teacherNetwork']) read.text(key, '');
  const common = readCommon(read);

  const onTeacher = alphaOn === 'teacher' ? alpha : 1 - alpha;
  return {
    name: 'park',
    ...common,
    student: heatmapNetwork(network, common),
    decode: { kind: 'heatmap', refine: 'quarter' },
    teachers: { teacher: requireTeacher('park', materials) },
    terms: [heatmapTerm(['heatmaps'], 1 - onTeacher), teacherTerm(['heatmaps'], onTeacher)],
  };
}

/** The heatmap teacher for the same data and schedule. */
export function teacher(options: RecipeOptions): PlanReference {
  const { teacherNetwork: network, ...all } = withSize(sizes, options);
  return { module: 'plain', options: { ...plainOptions(all, OWN), network } };
}

/** The same student, trained on the ground truth alone. */
export function baseline(options: RecipeOptions): PlanReference {
  return { module: 'plain', options: plainOptions(withSize(sizes, options), OWN) };
}

const OWN = ['variant', 'alpha', 'alphaOn', 'teacher', 'teacherNetwork'];
