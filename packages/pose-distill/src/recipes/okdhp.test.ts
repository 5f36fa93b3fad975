import { largestDifference, largestMagnitude } from '@pose-distill/internal-testing';
import { type Network, prune } from '@pose-distill/network';
import { run, toTensors } from '@pose-distill/network-tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { blobBatch, blobBatches } from '../../test/tiny-plan.js';
import { recipePlan, tinyRecipe, trained } from '../../test/tiny-recipes.js';
import { startBackend } from '../node/backend.js';
import type { Weights } from '../train/deploy.js';
import type { Plan } from '../train/plan.js';
import { createMemoryStore } from '../train/store.js';
import { toImageTensor } from '../train/targets.js';
import { type TrainEvent, train } from '../train/train.js';

beforeAll(async () => {
  await startBackend();
});

type Options = Readonly<Record<string, unknown>>;

const planWith = (options: Options = {}, variant = 'paper'): Plan =>
  recipePlan(tinyRecipe(`okdhp ${variant}`), options);

/** Maps by name; a node of the network may be named too. */
async function mapsOf(
  plan: Plan,
  weights: Weights,
  training: boolean,
  inner: Readonly<Record<string, string>> = {},
): Promise<Record<string, { values: Float32Array; shape: readonly number[] }>> {
  const network: Network = { ...plan.student, outputs: { ...plan.student.outputs, ...inner } };
  const image = toImageTensor(plan, blobBatch(plan, 3));
  const variables = toTensors(network, weights);
  const outputs = tf.tidy(() => run(network, variables, { image }, { training }).outputs);
  const maps = Object.entries(outputs).map(async ([name, map]) => {
    return [name, { values: (await map.data()) as Float32Array, shape: map.shape }] as const;
  });
  const read = Object.fromEntries(await Promise.all(maps));
  tf.dispose([image, Object.values(variables), Object.values(outputs)]);
  return read;
}

/** The maps that the ensemble mixes: the first input of each of its weighted parts. */
function mixed({ student }: Plan): (string | undefined)[] {
  const byNode = new Map(Object.entries(student.outputs).map(([name, node]) => [node, name]));
  return student.nodes
    .filter(({ name }) => /^fau\.weighted\d+$/.test(name))
    .map(({ inputs }) => byNode.get(inputs[0]!));
}

describe('the ensemble', () => {
  it.each([
    ['paper', { branches: [2, 2, 2] }, ['branch1.stack2', 'branch2.stack2', 'branch3.stack2']],
    ['reference', { branches: [2, 2, 2] }, ['branch1.stack2', 'branch2.stack2', 'branch3.stack2']],
    ['paper', { branches: [4, 4, 4] }, ['branch1.stack4', 'branch2.stack4', 'branch3.stack4']],
    ['reference', { branches: [4, 4, 4] }, ['branch1.stack4', 'branch2.stack2', 'branch2.stack4']],
    [
      'paper',
      { stacks: 2, branches: [2, 2, 2] },
      ['branch1.stack2', 'branch2.stack2', 'branch3.stack2'],
    ],
    [
      'reference',
      { stacks: 2, branches: [2, 2, 2] },
      ['branch2.stack2', 'branch3.stack1', 'branch3.stack2'],
    ],
    ['reference', { branches: [1, 1, 1] }, ['branch1.stack1', 'branch2.stack1', 'branch3.stack1']],
    [
      'reference',
      { stacks: 1, branches: [1, 1, 1] },
      ['branch1.stack1', 'branch2.stack1', 'branch3.stack1'],
    ],
    ['paper', { branches: [1, 3] }, ['branch1.stack1', 'branch2.stack3']],
  ])('of variant %s and %j mixes %j', (variant, options, outputs) => {
    expect(mixed(planWith(options, variant))).toEqual(outputs);
  });

  it.each(['paper', 'reference'])('weighs the branches to 1, %s', async (variant) => {
    const plan = planWith({ stacks: 1, branches: [1, 1, 1], steps: 4 }, variant);
    const { weights } = await trained(plan);
    const parts = plan.student.nodes.filter(({ name }) => /^fau\.weighted\d+$/.test(name));
    const inner = Object.fromEntries(parts.map(({ name, inputs }) => [name, inputs[1]!]));
    for (const training of [false, true]) {
      const maps = await mapsOf(plan, weights, training, inner);
      const shares = parts.map(({ name }) => maps[name]!);
      expect(shares[0]!.shape).toEqual([plan.batchSize, 1, 3]);
      expect(new Set(shares.map(({ values }) => values[0])).size).toBe(3);
      shares[0]!.values.forEach((first, i) => {
        const sum = first + shares[1]!.values[i]! + shares[2]!.values[i]!;
        expect(Math.abs(sum - 1)).toBeLessThan(1e-6);
      });
    }
  });

  it.each([
    { branches: [1, 1, 1] },
    { branches: [2, 2] },
    { stacks: 1, branches: [2, 2, 2, 2] },
  ])('of equal branches is the branch: %j', async (options) => {
    const plan = planWith({ ...options, steps: 3 });
    const { weights } = await trained(plan);
    const equal = Object.fromEntries(
      Object.keys(weights).map((name) => [
        name,
        weights[name.replace(/^net\.branch\d+\./, 'net.branch1.')]!,
      ]),
    );
    for (const training of [false, true]) {
      const maps = await mapsOf(plan, equal, training);
      const branch = maps[plan.deploys![0]!]!.values;
      expect(largestMagnitude(branch)).toBeGreaterThan(0.01);
      const limit = 1e-6 * Math.max(1, largestMagnitude(branch));
      expect(largestDifference(maps.ensemble!.values, branch)).toBeLessThan(limit);
      const apart = await mapsOf(plan, weights, training);
      expect(
        largestDifference(apart.ensemble!.values, apart[plan.deploys![0]!]!.values),
      ).toBeGreaterThan(1e-3);
    }
  });
});

describe('unbalanced branches', () => {
  const options = { branches: [1, 2], steps: 3 };

  async function run(own: Options, best: number) {
    const plan = planWith({ ...options, ...own });
    const events: TrainEvent[] = [];
    let asked = 0;
    const result = await train(plan, {
      batches: blobBatches(plan),
      store: createMemoryStore(),
      reference: { module: 'okdhp', options: {} },
      logEvery: 1,
      log: (event) => events.push(event),
      validate: async () => ({ AP: asked++ === best ? 70 : 60 }),
    });
    const losses = events.flatMap((event) => (event.type === 'loss' ? [event.terms] : []));
    return { plan, losses, ...result };
  }

  it.each([0, 1])('train, and deploy branch %i when it validates best', async (best) => {
    const { plan, losses, model, verdict } = await run({}, best);
    expect(plan.deploys).toEqual(['branch1.stack1', 'branch2.stack2']);
    expect(losses).toHaveLength(3);
    for (const terms of losses)
      expect(Object.keys(terms)).toEqual(['heatmaps', 'ensemble', 'divergence']);
    expect(losses[2]!.divergence).not.toBe(losses[0]!.divergence);
    expect(verdict!.output).toBe(plan.deploys![best]);
    const { parameters } = prune(plan.student, [plan.deploys![best]!]);
    expect(Object.keys(model.weights)).toEqual(parameters.map(({ name }) => name));
  });

  it.each([1, 2])('deploy number %i when told to', async (deployBranch) => {
    const { plan, model, verdict } = await run({ deployBranch }, 1);
    expect(plan.deploys).toEqual([`branch${deployBranch}.stack${deployBranch}`]);
    expect(verdict!.output).toBe(plan.deploys![0]);
    const stacks = model.network.nodes.filter(({ name }) => name.endsWith('.heatmaps'));
    expect(stacks).toHaveLength(deployBranch);
  });

  it('refuses a branch that is not there', () => {
    expect(() => planWith({ ...options, deployBranch: 3 })).toThrow(
      /deployBranch must be .* at most 2; 3/,
    );
  });
});
