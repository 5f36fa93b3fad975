import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { blobBatch, blobBatches, TINY_OPTIONS, tinyPlan } from '../../test/tiny-plan.js';
import { startBackend } from '../node/backend.js';
import { loadCheckpoint } from './checkpoint.js';
import type { Plan } from './plan.js';
import { createMemoryStore } from './store.js';
import { type TrainEvent, type TrainOptions, train } from './train.js';

beforeAll(async () => {
  await startBackend();
});

const reference = { module: 'plain', options: TINY_OPTIONS };

interface Recorded {
  readonly losses: number[];
  readonly events: TrainEvent[];
  readonly store: ReturnType<typeof createMemoryStore>;
  readonly result: Awaited<ReturnType<typeof train>>;
}

async function record(
  plan: Plan,
  options: Partial<TrainOptions> = {},
  start = 0,
): Promise<Recorded> {
  const store = options.store ?? createMemoryStore();
  const events: TrainEvent[] = [];
  const result = await train(plan, {
    batches: blobBatches(plan, start),
    store,
    reference,
    logEvery: 1,
    log: (event) => events.push(event),
    ...options,
  });
  const losses = events.flatMap((event) => (event.type === 'loss' ? [event.total] : []));
  return { losses, events, store, result };
}

describe('train', () => {
  it.each(['heatmap', 'integral'])('overfits one batch with a %s head', async (head) => {
    const plan = tinyPlan({ head, steps: 150, learningRate: 5e-3 });
    const batches = { next: async () => blobBatch(plan, 0) };
    const { losses } = await record(plan, { batches });
    expect(losses.at(-1)).toBeLessThan(0.2 * losses[0]!);
  });

  it('goes on from a checkpoint with the same losses and ends with the same weights', async () => {
    const plan = tinyPlan();
    const whole = await record(plan);
    const stop = new AbortController();
    const first = await record(plan, {
      signal: stop.signal,
      log: (event) => event.type === 'loss' && event.step === 7 && stop.abort(),
    });
    expect(first.result).toMatchObject({ interrupted: true, step: 7 });
    const checkpoint = (await loadCheckpoint(first.store))!;
    expect(checkpoint).toMatchObject({ step: 7, plan: reference });
    const second = await record(plan, { resume: checkpoint, store: first.store }, checkpoint.step);
    expect(second.losses).toEqual(whole.losses.slice(7));
    expect(second.result.model.weights).toEqual(whole.result.model.weights);
  });

  it('stops at a loss that is not finite, names its term and step, keeps the checkpoint before it', async () => {
    const plan = tinyPlan();
    const [term] = plan.terms;
    let step = -1; // the plan's check calls it once
    const broken: Plan = {
      ...plan,
      terms: [
        term!,
        { name: 'broken', weight: 0, fn: () => tf.scalar(step++ === 9 ? Number.NaN : 1) },
      ],
    };
    const store = createMemoryStore();
    const before = tf.memory().numTensors;
    await expect(record(broken, { store, checkpointEvery: 4, logEvery: 5 })).rejects.toMatchObject({
      code: 'NON_FINITE',
      details: { term: 'broken', step: 9 },
    });
    expect((await loadCheckpoint(store))!.step).toBe(8);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaks no tensors, and keeps two checkpoints', async () => {
    const before = tf.memory().numTensors;
    const { store } = await record(tinyPlan(), { checkpointEvery: 3 });
    expect(tf.memory().numTensors).toBe(before);
    expect(await store.list('checkpoints/')).toHaveLength(2);
  });

  it('refuses a checkpoint of another network, and one cut short', async () => {
    const { store } = await record(tinyPlan());
    const checkpoint = (await loadCheckpoint(store))!;
    await expect(
      record(tinyPlan({ network: 'mobilenetv2x0.25s16-deconv16' }), { resume: checkpoint }),
    ).rejects.toMatchObject({ code: 'BAD_CHECKPOINT' });
    const [name] = (await store.list('checkpoints/')).slice(-1);
    await store.write(name!, (await store.read(name!))!.slice(0, 5000));
    await expect(loadCheckpoint(store)).rejects.toThrow(/cannot be used.*Delete/s);
  });
});
