import { heatmapMseLoss, smoothL1Loss } from '@pose-distill/kd-losses';
import { softArgmax } from '@pose-distill/tensor-ops';
import type { LossTerm, Plan } from '../train/plan.js';
import { readCommon } from './common.js';
import { readOptions } from './options.js';

/**
 * No distillation: the baseline, and how a teacher is trained.
 *
 * `head: 'heatmap'` learns Gaussian maps by mean squared error and is decoded at the peak; `head: 'integral'` learns
 * coordinates through a soft-argmax with sharpness `beta`.
 */
export function plan(options: Readonly<Record<string, unknown>>): Plan {
  const read = readOptions('plain', options);
  const head = read.choice('head', ['heatmap', 'integral'], 'heatmap');
  const beta = read.number('beta', 10, { above: 0 });
  const common = readCommon(read, 'mobilenetv2x0.5s16-deconv64');
  read.done();
  return {
    name: `plain ${head}`,
    ...common(),
    decode:
      head === 'heatmap' ? { kind: 'heatmap', refine: 'quarter' } : { kind: 'integral', beta },
    terms: [head === 'heatmap' ? heatmapTerm() : coordinateTerm(beta)],
  };
}

/** Mean squared error to the target Gaussians, weighted as HRNet does. */
export function heatmapTerm(): LossTerm {
  return {
    name: 'heatmap',
    weight: 1,
    fn: ({ outputs, targets }) =>
      heatmapMseLoss(outputs.heatmaps!, targets.heatmaps, targets.weights, { weighting: 'hrnet' }),
  };
}

/** Smooth L1 between soft-argmax coordinates and labels, both in units of the input size. */
export function coordinateTerm(beta: number): LossTerm {
  return {
    name: 'coordinates',
    weight: 1,
    fn: ({ outputs, targets }) =>
      smoothL1Loss(softArgmax(outputs.heatmaps!, { beta }), targets.coordinates, targets.weights),
  };
}
