import type { Plan, PlanReference } from '../train/plan.js';
import { outputShapes } from '../train/teacher.js';
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
    options: { ...TINY, network: 'hourglass-1x32d2', teacherNetwork: TINY_TEACHER },
  },
  small: {
    epochs: 10,
    options: { ...SMALL, network: 'hourglass-2x64d3', teacherNetwork: 'hourglass-2x128d3' },
  },
  paper: {
    epochs: 150,
    options: {
      ...{ height: 256, width: 256, network: 'hourglass-4x128', teacherNetwork: 'hourglass-8' },
      ...{ batchSize: 16, ...stepwise(2.5e-4, [90, 120], 150) },
    },
  },
};

/**
 * FPD, fast pose distillation (Zhang et al., CVPR 2019).
 *
 * Two trainings: a large hourglass first, then a small one that learns the ground truth with weight `1 - alpha` and the last heatmaps of
 * the frozen teacher with `alpha`, at each of its stacks. The student starts from its own training without a teacher (`start: 'trained'`),
 * without which there is no gain in the paper; `'scratch'` starts anew. Deployed is the last stack.
 *
 * Paper and released program agree, so both variants are the same.
 */
export function plan(options: RecipeOptions, materials: Materials = {}): Plan {
  const read = readOptions('fpd', withSize(sizes, options));
  read.choice('variant', ['paper', 'reference'], 'paper');
  read.choice('start', ['trained', 'scratch'], 'trained');
  const alpha = read.number('alpha', 0.5, { from: 0, to: 1 });
  const network = read.text('network', '');
  for (const key of ['teacher', 'teacherNetwork']) read.text(key, '');
  const common = readCommon(read);

  const student = heatmapNetwork(network, common);
  const shapes = outputShapes(student);
  const stacks = Object.keys(shapes).filter((name) => `${shapes[name]}` === `${shapes.heatmaps}`);
  return {
    name: 'fpd',
    ...common,
    student,
    decode: { kind: 'heatmap', refine: 'quarter' },
    teachers: { teacher: requireTeacher('fpd', materials) },
    terms: [heatmapTerm(stacks, 1 - alpha), teacherTerm(stacks, alpha)],
  };
}

/** The large network, for the same data and schedule. */
export function teacher(options: RecipeOptions): PlanReference {
  const { teacherNetwork: network, ...all } = withSize(sizes, options);
  return { module: 'plain', options: { ...plainOptions(all, OWN), network } };
}

/** What the student starts from: its own training without a teacher. */
export function initial(options: RecipeOptions): PlanReference | undefined {
  return options.start === 'scratch' ? undefined : baseline(options);
}

/** The same student, trained on the ground truth alone. */
export function baseline(options: RecipeOptions): PlanReference {
  return { module: 'plain', options: plainOptions(withSize(sizes, options), OWN) };
}

const OWN = ['variant', 'start', 'alpha', 'teacher', 'teacherNetwork'];
