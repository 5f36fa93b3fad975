import { largestDifference, largestMagnitude } from '@pose-distill/internal-testing';
import { complexity, type Network, prune } from '@pose-distill/network';
import { run, toTensors } from '@pose-distill/network-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../src/node/backend.js';
import { plain, RECIPE_SIZES, type Recipe, recipes } from '../src/recipes/index.js';
import { checkPlan } from '../src/train/check-plan.js';
import { deployModel, type Weights } from '../src/train/deploy.js';
import { loadFolded } from '../src/train/load-folded.js';
import type { Plan } from '../src/train/plan.js';
import { toImageTensor } from '../src/train/targets.js';
import { blobBatch } from './tiny-plan.js';
import { recipePlan, TINY_RECIPES, trained } from './tiny-recipes.js';

beforeAll(async () => {
  await startBackend();
});

/** An output of a network in use, as it is shipped or with batch norm folded. */
async function outputOf(
  plan: Plan,
  network: Network,
  variables: Readonly<Record<string, tf.Tensor>>,
  output: string,
): Promise<Float32Array> {
  const image = toImageTensor(plan, blobBatch(plan, 77));
  const maps = tf.tidy(() => run(network, variables, { image }).outputs[output]!);
  const values = (await maps.data()) as Float32Array;
  tf.dispose([image, maps, Object.values(variables)]);
  return values;
}

describe.each(TINY_RECIPES)('$label', (recipe) => {
  const plan = recipePlan(recipe, { steps: 6 });
  const outputs = plan.deploys ?? ['heatmaps'];
  let weights: Weights;
  beforeAll(async () => {
    ({ weights } = await trained(plan));
  });

  it.each(outputs)('gives %s the same deployed as in training', async (output) => {
    const model = deployModel(plan, weights, output);
    const whole = toTensors(plan.student, weights);
    const expected = await outputOf(plan, plan.student, whole, output);
    expect(largestMagnitude(expected)).toBeGreaterThan(1e-3);

    const own = toTensors(model.network, model.weights);
    const shipped = await outputOf(plan, model.network, own, 'heatmaps');
    const limit = 1e-4 * largestMagnitude(expected);
    // Sums of parallel convolutions are made one, which no other recipe has.
    if (recipe.module === 'ulpd') expect(largestDifference(shipped, expected)).toBeLessThan(limit);
    else expect(shipped).toEqual(expected);

    const { network, variables } = loadFolded(model);
    const folded = await outputOf(plan, network, variables, 'heatmaps');
    expect(largestDifference(folded, expected)).toBeLessThan(limit);
  });

  it('ships what the deployed output needs and nothing else', () => {
    const { network } = deployModel(plan, weights);
    const helpers = /^fau\b|^net\.branch[23]|^stage[2-9]|^teacher|^module[2-9]/;
    const names = plan.student.parameters.map(({ name }) => name);
    const shipped = network.parameters.map(({ name }) => name);
    expect(shipped.filter((name) => helpers.test(name))).toEqual([]);
    expect(names.some((name) => helpers.test(name))).toBe(recipe.within.length > 0);
    if (recipe.module !== 'ulpd')
      expect(shipped).toEqual(
        recipe.within.length ? names.filter((name) => !helpers.test(name)) : names,
      );
    expect(Object.keys(network.outputs)).toEqual(['heatmaps']);
    // A re-parameterised block is one convolution.
    const sums = network.nodes.filter(({ name, op }) => name.startsWith('module') && op === 'add');
    expect(sums).toEqual([]);
  });
});

const keypoints = Array.from({ length: 16 }, (_, index) => `keypoint${index}`);

/** A recipe's plan with a teacher that was never trained: shapes only. */
function planOf(name: string, options: Readonly<Record<string, unknown>>): Plan {
  const recipe: Recipe = recipes[name]!;
  const reference = recipe.teacher?.(options);
  if (!reference) return recipe.plan(options);
  const { student: network, skeleton, decode } = plain.plan(reference.options);
  return recipe.plan(options, {
    teachers: { teacher: { network, skeleton, decode, weights: {} } },
  });
}

function deployed({ student, deploys = ['heatmaps'] }: Plan): Network {
  return prune(student, [deploys[0]!]);
}

const names = Object.keys(recipes);

describe.each(names)('%s', (name) => {
  it.each(RECIPE_SIZES)('has parts that go together in size %s, in both variants', (size) => {
    for (const variant of name === 'plain' ? [undefined] : ['paper', 'reference']) {
      const options = { keypoints, size, ...(variant && { variant }) };
      const plan = planOf(name, options);
      checkPlan(plan);
      const { baseline, initial } = recipes[name]!;
      for (const reference of [baseline?.(options), initial?.(options)])
        if (reference) checkPlan(plain.plan(reference.options));
    }
  });

  const { baseline } = recipes[name]!;
  if (baseline)
    it.each(RECIPE_SIZES)('has a baseline of the deployed network in size %s', (size) => {
      const options = { keypoints, size };
      const { parameters, total } = complexity(deployed(planOf(name, options)));
      const own = plain.plan(baseline(options).options);
      expect(complexity(deployed(own))).toMatchObject({ parameters, total });
    });
});

describe('paper sizes', () => {
  const square = { keypoints, size: 'paper' };
  const portrait = { ...square, keypoints: [...keypoints, 'last'], height: 256, width: 192 };
  const giga = (count: number): string => (count / 1e9).toFixed(3);

  it.each([
    ['okdhp', '2 stacks', { ...square, stacks: 0 }, 6_730_912, '8.989', 24_627_792],
    [
      'okdhp',
      '4 stacks',
      { ...square, stacks: 0, branches: [4, 4, 4] },
      13_018_816,
      '15.357',
      43_491_504,
    ],
    ['okdhp', '2 of 4 stacks shared', square, 13_018_816, '15.357', 30_915_696],
    ['okdhp', '17 keypoints, 256x192', portrait, 13_020_612, '11.524', undefined],
    ['lspd', '16 keypoints, 256x256', square, 675_024, '0.738', undefined],
    ['lspd', '17 keypoints, 256x192', portrait, 675_153, '0.554', undefined],
    ['fpd', '4 stacks', square, 3_287_936, '3.907', 3_287_936],
    ['hhd', 'Lite-HRNet-18', square, 1_130_728, '0.265', 1_130_728],
  ])('%s, %s', (name, _, options, parameters, gigaMacs, training) => {
    const plan = planOf(name, options);
    const own = complexity(deployed(plan));
    expect([own.parameters, giga(own.total)]).toEqual([parameters, gigaMacs]);
    if (training) expect(complexity(plan.student).parameters).toBe(training);
  });

  it('park, as its paper counts', () => {
    const { parameters, total } = complexity(deployed(planOf('park', portrait)), 'park');
    expect([giga(1000 * parameters), giga(total)]).toEqual(['2.802', '1.482']);
  });

  it.each([
    ['fpd', '8 stacks', square, '25.595', '28.094'],
    ['park', '4 stacks', { ...square, width: 256 }, '13.019', '15.357'],
    ['hhd', 'HRNet-W48', portrait, '63.596', '15.692'],
  ])('teacher of %s, %s', (name, _, options, millions, gigaMacs) => {
    const teacher = plain.plan(recipes[name]!.teacher!(options).options);
    const { parameters, total } = complexity(teacher.student);
    expect([giga(1000 * parameters), giga(total)]).toEqual([millions, gigaMacs]);
  });
});
