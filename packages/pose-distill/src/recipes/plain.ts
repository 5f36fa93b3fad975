import type { Plan } from '../train/plan.js';
import { outputShapes } from '../train/teacher.js';
import { heatmapNetwork, type RecipeOptions, readCommon } from './common.js';
import { readOptions } from './options.js';
import { type Sizes, SMALL, stepwise, TINY, withSize } from './sizes.js';
import { coordinateTerm, heatmapTerm } from './terms.js';

export const sizes: Sizes = {
  tiny: { epochs: 10, options: { ...TINY, network: 'mobilenetv2x0.25s16-deconv16' } },
  small: { epochs: 10, options: { ...SMALL, network: 'mobilenetv2x0.5s16-deconv64' } },
  paper: {
    epochs: 210,
    options: {
      ...{ height: 256, width: 192, batchSize: 32, network: 'resnet50-deconv256' },
      ...{ scale: 0.3, rotation: 40, ...stepwise(1e-3, [170, 200], 210) },
    },
  },
};

/**
 * No distillation: the baseline, and how a teacher is trained.
 *
 * `head: 'heatmap'` learns Gaussian maps by mean squared error, at every stack of a network that has several, and is decoded at the
 * peak; `head: 'integral'` learns coordinates through a soft-argmax with sharpness `beta`.
 */
export function plan(options: RecipeOptions): Plan {
  const read = readOptions('plain', withSize(sizes, options));
  const head = read.choice('head', ['heatmap', 'integral'], 'heatmap');
  const beta = read.number('beta', 10, { above: 0 });
  const network = read.text('network', '');
  const common = readCommon(read);
  const student = heatmapNetwork(network, common);
  const shapes = outputShapes(student);
  const maps = Object.keys(shapes).filter((name) => `${shapes[name]}` === `${shapes.heatmaps}`);
  return {
    name: `plain ${head}`,
    ...common,
    student,
    decode:
      head === 'heatmap' ? { kind: 'heatmap', refine: 'quarter' } : { kind: 'integral', beta },
    terms: [head === 'heatmap' ? heatmapTerm(maps) : coordinateTerm(beta)],
  };
}
