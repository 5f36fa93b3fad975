import * as tf from '@tensorflow/tfjs-core';
// By name: threads start from the built package.
import { buildPlan, startBackend, trainInThreads } from 'pose-distill/node';
import {
  createMemoryStore,
  loadCheckpoint,
  type Plan,
  type PlanReference,
  type TrainEvent,
  type TrainOptions,
  type TrainResult,
  train,
} from 'pose-distill/train';
import { beforeAll, describe, expect, it } from 'vitest';
import { blobBatches, TINY_OPTIONS } from './tiny-plan.js';

beforeAll(async () => {
  await startBackend();
});

const STEPS = 8;
const MISBEHAVING = new URL('./plans/misbehaving.js', import.meta.url).href;

interface Recorded {
  readonly result: TrainResult;
  readonly losses: (TrainEvent & { type: 'loss' })[];
  readonly events: TrainEvent[];
  readonly store: ReturnType<typeof createMemoryStore>;
}

const tiny = (options: object = {}, module = 'plain'): PlanReference => ({
  module,
  options: { ...TINY_OPTIONS, steps: STEPS, ...options },
});

/** Trains on that many threads; on none: in this one. Every step is followed by a checkpoint, before which replicas compare. */
async function record(
  reference: PlanReference,
  workers: number,
  change: Partial<TrainOptions> = {},
): Promise<Recorded> {
  const plan = (await buildPlan(reference)) as Plan;
  const store = change.store ?? createMemoryStore();
  const events: TrainEvent[] = [];
  const options: TrainOptions = {
    batches: blobBatches(plan, change.resume?.step ?? 0),
    reference,
    store,
    logEvery: 1,
    checkpointEvery: 1,
    ...change,
    log: (event) => {
      events.push(event);
      change.log?.(event);
    },
  };
  const result = await (workers
    ? trainInThreads(plan, { ...options, workers })
    : train(plan, options));
  const losses = events.filter((event) => event.type === 'loss');
  return { result, losses, events, store };
}

const numbers = ({ losses }: Recorded) =>
  losses.map(({ total, gradientNorm }) => [total, gradientNorm]);

const statisticsOf = async ({ store }: Recorded) => (await loadCheckpoint(store))!.state.statistics;

describe('trainInThreads', () => {
  it('two workers give what one gives with two micro-batches, bit for bit', async () => {
    const two = await record(tiny(), 2);
    const one = await record(tiny({ accumulate: 2 }), 0);
    expect(numbers(two)).toEqual(numbers(one));
    expect(two.result.model.weights).toEqual(one.result.model.weights);
    expect(two.events[0]).toMatchObject({ type: 'start', workers: 2 });
    expect(two.events.at(-1)).toMatchObject({
      type: 'end',
      usage: { heapBytes: expect.any(Number) },
    });
    // Batch norm over all four people at once is something else.
    expect(numbers(await record(tiny(), 0))).not.toEqual(numbers(one));
  });

  it('any number of workers gives the same with as many micro-batches, unequal ones too', async () => {
    const reference = tiny({ batchSize: 7, accumulate: 4, ema: 0.9, steps: 4 });
    const one = await record(reference, 0);
    for (const workers of [2, 4]) {
      const several = await record(reference, workers);
      expect(numbers(several)).toEqual(numbers(one));
      expect(several.result.model.weights).toEqual(one.result.model.weights);
      const [ours, theirs] = [await loadCheckpoint(several.store), await loadCheckpoint(one.store)];
      expect(ours).toEqual(theirs);
    }
  });

  it('batch norm across workers is batch norm over the whole batch', async () => {
    const settings = { learningRate: 1e-4, steps: 5, batchSize: 5 };
    const whole = await record(tiny(settings), 0);
    const parts = await record(tiny({ ...settings, syncBatchNorm: true }), 2);
    for (const [i, [total, norm]] of numbers(whole).entries()) {
      const [ourTotal, ourNorm] = numbers(parts)[i]!;
      expect(Math.abs(ourTotal! / total! - 1), `loss ${i}`).toBeLessThan(1e-5);
      expect(Math.abs(ourNorm! / norm! - 1), `gradient ${i}`).toBeLessThan(1e-4);
    }
    const [theirs, ours] = [await statisticsOf(whole), await statisticsOf(parts)];
    for (const [name, values] of Object.entries(theirs)) {
      // A mean may be anything near zero: what counts is how far it is off in deviations.
      const unit = theirs[name.replace(/mean$/, 'variance')]!;
      values.forEach((value, i) => {
        const scale = name.endsWith('mean') ? Math.sqrt(unit[i]!) : unit[i]!;
        expect(Math.abs(ours[name]![i]! - value) / scale, name).toBeLessThan(1e-5);
      });
    }
  });

  it('batch norm across workers is the same when its results are computed again', async () => {
    const settings = { steps: 4, batchSize: 5, syncBatchNorm: true };
    const kept = await record(tiny(settings), 2);
    for (const recompute of ['norms', 'all']) {
      const again = await record(tiny({ ...settings, recompute }), 2);
      expect(numbers(again), recompute).toEqual(numbers(kept));
      expect(again.result.model.weights).toEqual(kept.result.model.weights);
      expect(await statisticsOf(again)).toEqual(await statisticsOf(kept));
    }
  });

  it('goes on from a checkpoint with another number of workers', async () => {
    const whole = await record(tiny(), 2);
    const stop = new AbortController();
    const first = await record(tiny(), 2, {
      signal: stop.signal,
      log: (event) => event.type === 'loss' && event.step === 3 && stop.abort(),
    });
    expect(first.result.interrupted).toBe(true);
    const checkpoint = (await loadCheckpoint(first.store))!;
    expect(checkpoint.microBatches).toBe(2);
    expect(checkpoint.step).toBe(first.result.step);
    expect(checkpoint.step).toBeLessThan(STEPS);
    for (const workers of [0, 2]) {
      const rest = await record(tiny(), workers, { resume: checkpoint });
      expect(numbers(rest)).toEqual(numbers(whole).slice(checkpoint.step));
      expect(rest.result.model.weights).toEqual(whole.result.model.weights);
    }
  });

  it('validates the finished model in the thread that leads', async () => {
    let seen: unknown;
    const { result, events } = await record(tiny(), 2, {
      validate: async (model) => {
        seen = model.weights;
        return { score: 4 };
      },
    });
    expect(seen).toEqual(result.model.weights);
    expect(events.find(({ type }) => type === 'validation')).toMatchObject({
      result: { score: 4 },
    });
  });

  it.each([
    ['throw', /^Worker 2 of 2 failed: the term fell over\. .*--resume/],
    ['exit', /^Worker 2 of 2 failed: its thread ended with status 7/],
    ['uncaught', /^Worker 2 of 2 failed: thrown where nobody looks/],
  ])('a worker that comes to grief ends the run and is named: %s', async (grief, message) => {
    const store = createMemoryStore();
    const reference = tiny({ grief }, MISBEHAVING);
    await expect(record(reference, 2, { store })).rejects.toMatchObject({
      code: 'WORKER_STOPPED',
      message: expect.stringMatching(message),
      details: { worker: 2 },
    });
    const checkpoint = (await loadCheckpoint(store))!;
    expect(checkpoint.step).toBeGreaterThanOrEqual(5);
    const rest = await record(tiny(), 2, { resume: checkpoint });
    expect(rest.result.step).toBe(STEPS);
  });

  it('a loss of one worker that is not finite is noticed by all', async () => {
    await expect(record(tiny({ grief: 'nan' }, MISBEHAVING), 2)).rejects.toMatchObject({
      code: 'NON_FINITE',
      details: { step: 6 },
    });
  });

  it('refuses a plan that differs from thread to thread', async () => {
    await expect(record(tiny({ grief: 'network' }, MISBEHAVING), 2)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining('must depend on its options alone'),
    });
  });

  it('passes on what the data and the store throw', async () => {
    const broken = async (): Promise<never> => {
      throw Object.assign(new Error('no picture'), { code: 'BAD_IMAGE' });
    };
    await expect(record(tiny(), 2, { batches: { next: broken } })).rejects.toThrow('no picture');
    const store = { ...createMemoryStore(), write: broken };
    await expect(record(tiny(), 2, { store })).rejects.toMatchObject({ code: 'BAD_IMAGE' });
  });

  it('leaves no thread and no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await record(tiny({ steps: 2 }), 2);
    expect(tf.memory().numTensors).toBe(before);
  });
});
