import { hhdLoss } from '@pose-distill/kd-losses';
import { PoseDistillError } from '../errors.js';
import type { LossTerm, Plan, PlanReference } from '../train/plan.js';
import { type Materials, readCommon } from './common.js';
import { readOptions } from './options.js';
import { coordinateTerm } from './plain.js';

const TEACHER_NETWORK = 'mobilenetv2x0.5s16-deconv64';
const STUDENT_NETWORK = 'mobilenetv2x0.35s16-deconv32';

/**
 * HHD, heterogeneous heatmap distillation with unbiased alignment (Du et al., Image and Vision Computing 2024).
 *
 * The teacher is a frozen heatmap network: its explicit maps are Gaussian-supervised. The student is trained by
 * integral regression, so its maps are implicit. Both maps are L2-normalised, a window is cut around each one's own
 * peak (`variant: 'paper'` places the student's window by the closed form of the soft-argmax bias, `'reference'` by
 * the released code), windows are filled by mirroring, and their squared difference is added to the task loss.
 */
export function plan(options: Readonly<Record<string, unknown>>, materials: Materials = {}): Plan {
  const read = readOptions('hhd', options);
  const variant = read.choice('variant', ['paper', 'reference'], 'paper');
  const beta = read.number('beta', 10, { above: 0 });
  const windowSize = read.integer('windowSize', 8, { from: 2 });
  const distillationWeight = read.number('distillationWeight', 1, { from: 0 });
  read.text('teacher', '');
  read.text('teacherNetwork', TEACHER_NETWORK);
  const common = readCommon(read, STUDENT_NETWORK);
  read.done();
  const { teacher } = materials;
  if (!teacher)
    throw new PoseDistillError(
      'BAD_OPTION',
      'Recipe hhd needs a trained teacher: give --teacher DIR, or let the command train one first.',
    );

  const distillation: LossTerm = {
    name: 'hhd',
    weight: distillationWeight,
    fn: ({ outputs, teacher: explicit }) =>
      hhdLoss(outputs.heatmaps!, explicit.heatmaps!, { variant, windowSize, beta }),
  };
  return {
    name: `hhd ${variant}`,
    ...common(),
    decode: { kind: 'integral', beta },
    teacher,
    terms: [coordinateTerm(beta), distillation],
  };
}

/** The heatmap teacher for the same data and schedule. */
export function teacher(options: Readonly<Record<string, unknown>>): PlanReference {
  const network = options.teacherNetwork ?? TEACHER_NETWORK;
  return { module: 'plain', options: { ...shared(options), head: 'heatmap', network } };
}

/** The same student, trained by integral regression alone. */
export function baseline(options: Readonly<Record<string, unknown>>): PlanReference {
  const { network = STUDENT_NETWORK, beta = 10 } = options;
  return { module: 'plain', options: { ...shared(options), head: 'integral', network, beta } };
}

const OWN = ['variant', 'windowSize', 'distillationWeight', 'beta', 'teacher', 'teacherNetwork'];

function shared(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([key]) => !OWN.includes(key)));
}
