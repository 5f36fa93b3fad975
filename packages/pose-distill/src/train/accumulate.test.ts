import { conv2d, defineNetwork, input, relu } from '@pose-distill/network';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { blobBatch, blobBatches, tinyPlan } from '../../test/tiny-plan.js';
import { startBackend } from '../node/backend.js';
import { plain } from '../recipes/index.js';
import { emaDecay } from './average.js';
import { loadCheckpoint } from './checkpoint.js';
import { largestWorkerCount, microBatchCount, splitBatch } from './micro-batch.js';
import type { Plan } from './plan.js';
import { disposeState, initialState, toTensors } from './state.js';
import { compilePlan, computeGradient, stepScalars } from './step.js';
import { createMemoryStore } from './store.js';
import { disposeBatch, toBatchTensors } from './targets.js';
import { train } from './train.js';

beforeAll(async () => {
  await startBackend();
});

const reference = { module: 'plain', options: {} };

/** Two convolutions and no batch norm: people of a batch do not see each other. */
function withoutBatchNorm(plan: Plan): Plan {
  const { height, width } = plan.inputSize;
  const image = input('image', { height, width, channels: 3 });
  const first = conv2d(image, { name: 'first', channels: 8, kernel: 5, strides: 4, padding: 2 });
  const heatmaps = conv2d(relu(first), { name: 'second', channels: 3, kernel: 3, padding: 1 });
  return { ...plan, student: defineNetwork({ inputs: [image], outputs: { heatmaps } }) };
}

/** Gradient, total and terms of a step, the micro-batches added up. */
async function rowOf(plan: Plan, count: number): Promise<Float32Array> {
  const compiled = compilePlan(plan);
  const state = toTensors(plan.student, initialState(plan.student, 1));
  const scalars = tf.tensor1d(stepScalars(plan, 0));
  const sum = new Float32Array(compiled.rowLength);
  for (const { batch, share } of splitBatch(blobBatch(plan, 0), count)) {
    const tensors = toBatchTensors(plan, batch);
    const row = computeGradient(compiled, state, tensors, scalars, { share });
    (await row.data()).forEach((value, i) => {
      sum[i]! += value;
    });
    row.dispose();
    disposeBatch(tensors);
  }
  disposeState(state);
  scalars.dispose();
  compiled.release();
  return sum;
}

describe('micro-batches', () => {
  it.each([
    2, 3, 16,
  ])('%i add up to the batch of 16, where people do not see each other', async (count) => {
    const plan = withoutBatchNorm(tinyPlan({ batchSize: 16 }));
    const before = tf.memory().numTensors;
    const whole = await rowOf(plan, 1);
    const parts = await rowOf(plan, count);
    expect(tf.memory().numTensors).toBe(before);
    const largest = Math.max(...whole.map(Math.abs));
    whole.forEach((value, i) => {
      expect(Math.abs(parts[i]! - value)).toBeLessThan(1e-6 * largest);
    });
  });

  it('cuts a batch into parts that are it again', () => {
    const plan = tinyPlan({ batchSize: 7 });
    const batch = blobBatch(plan, 0);
    const parts = splitBatch(batch, 3);
    expect(parts.map(({ batch: { size } }) => size)).toEqual([2, 2, 3]);
    expect(parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const key of ['images', 'keypoints', 'weights', 'sampleIndices', 'transforms'] as const)
      expect(parts.flatMap((part) => [...part.batch[key]])).toEqual([...batch[key]]);
    expect(() => splitBatch(batch, 8)).toThrow(/batch of 7 cannot be cut into 8/);
  });

  it('are a multiple of the workers, and enough for the plan and for the run that goes on', () => {
    expect(microBatchCount({}, 1)).toBe(1);
    expect(microBatchCount({ accumulate: 3 }, 2)).toBe(4);
    expect(microBatchCount({ accumulate: 3 }, 2, 6)).toBe(6);
    expect(microBatchCount({ syncBatchNorm: true }, 3, 4)).toBe(3);
    const plan = tinyPlan({ batchSize: 5, accumulate: 3 });
    expect(largestWorkerCount(plan, 64)).toBe(5);
    expect(largestWorkerCount(tinyPlan({ batchSize: 7, accumulate: 5 }), 4)).toBe(3);
    expect(largestWorkerCount(tinyPlan({ batchSize: 8 }), 4, 6)).toBe(3);
    expect(largestWorkerCount(tinyPlan({ batchSize: 8 }), 4, 1)).toBe(1);
  });

  it('are an option of every recipe', () => {
    expect(tinyPlan({ accumulate: 2 }).accumulate).toBe(2);
    expect(() => tinyPlan({ accumulate: 5 })).toThrow(/accumulate must be .* at most 4/);
    expect(() => tinyPlan({ ema: 1 })).toThrow(/ema must be/);
    expect(() => tinyPlan({ syncBatchNorm: 1 })).toThrow(/true or false/);
    expect(tinyPlan({ recompute: 'norms' }).recompute).toBe('norms');
    expect(tinyPlan({ recompute: 'all' }).recompute).toBe(true);
    expect(tinyPlan().recompute).toBe(false);
    expect(plain.plan({ keypoints: ['a', 'b'], height: 32, width: 32 })).not.toHaveProperty('ema');
  });
});

describe('checkPlan', () => {
  it.each([
    [{ accumulate: 2, syncBatchNorm: true }, /accumulate must be 1; 2 came/],
    [{ accumulate: 1.5 }, /accumulate must be a whole number from 1 to batchSize \(4\)/],
    [{ accumulate: 5 }, /5 came/],
    [{ ema: 1 }, /ema must be above 0 and below 1/],
  ])('refuses %o before any work', async (change, message) => {
    const plan = { ...tinyPlan(), ...change };
    await expect(finished(plan)).rejects.toThrow(message);
  });
});

describe('the average of the weights', () => {
  it('follows them by its decay, and is what is evaluated and exported', async () => {
    const plan = tinyPlan({ ema: 0.6, steps: 6 });
    const store = createMemoryStore();
    let expected: Float64Array | undefined;
    let step = 0;
    const every = {
      ...store,
      async write(name: string, content: Uint8Array | string) {
        await store.write(name, content);
        const { weights } = (await loadCheckpoint(store))!.state;
        const decay = emaDecay(plan, step++);
        expected ??= Float64Array.from(initialState(plan.student, plan.seed).weights);
        expected = expected.map((value, i) => decay * value + (1 - decay) * weights[i]!);
      },
    };
    const { model } = await train(plan, {
      ...{ batches: blobBatches(plan), store: every, reference, checkpointEvery: 1 },
      validate: async (validated) => {
        expect(validated.weights).toEqual((await finished(plan)).model.weights);
        return {};
      },
    });
    expect(emaDecay(plan, 0)).toBe(0.1);
    expect(emaDecay(plan, 1000)).toBe(0.6);
    const { state } = (await loadCheckpoint(store))!;
    const { average, weights } = state;
    for (let i = 0; i < weights.length; i++) expect(average![i]).toBeCloseTo(expected![i]!, 5);
    expect(average!.subarray(0, weights.length)).not.toEqual(weights);
    const [name] = plan.student.parameters.map((parameter) => parameter.name);
    expect(model.weights[name!]).toEqual(average!.slice(0, model.weights[name!]!.length));
    const [statistic] = plan.student.parameters.filter(({ kind }) => kind === 'state');
    const { length } = state.statistics[statistic!.name]!;
    expect(model.weights[statistic!.name]).toEqual(
      average!.slice(weights.length, weights.length + length),
    );
  });

  it('goes on with the run, and is asked for when a checkpoint has none', async () => {
    const plan = tinyPlan({ ema: 0.6, steps: 6 });
    const stop = new AbortController();
    const store = createMemoryStore();
    await train(plan, {
      ...{ batches: blobBatches(plan), store, reference, logEvery: 1, signal: stop.signal },
      log: (event) => event.type === 'loss' && event.step === 3 && stop.abort(),
    });
    const resume = (await loadCheckpoint(store))!;
    const rest = await train(plan, { batches: blobBatches(plan, 3), store, reference, resume });
    expect(rest.model.weights).toEqual((await finished(plan)).model.weights);
    const { average: _, ...state } = resume.state;
    await expect(finished(plan, { ...resume, state })).rejects.toThrow(/missing: the average/);
  });
});

function finished(plan: Plan, resume?: Parameters<typeof train>[1]['resume']) {
  return train(plan, {
    ...{ batches: blobBatches(plan), store: createMemoryStore(), reference },
    ...(resume && { resume }),
  });
}
