import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// By name: threads start from the built package.
import { buildPlan, saveModel, startBackend, trainInThreads } from 'pose-distill/node';
import { recipes } from 'pose-distill/recipes';
import {
  createMemoryStore,
  loadCheckpoint,
  type PlanReference,
  type TrainOptions,
  train,
} from 'pose-distill/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blobBatches } from './tiny-plan.js';
import { digest, TINY_RECIPES, type TinyRecipe, untrainedTeacher } from './tiny-recipes.js';

const STEPS = 4;
const folder = mkdtempSync(join(tmpdir(), 'pose-distill-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  await startBackend();
  await saveModel(folder, untrainedTeacher());
});

function referenceOf({ module, options }: TinyRecipe, own: object): PlanReference {
  const teacher = recipes[module]!.teacher ? { teacher: folder } : {};
  return { module, options: { ...options, ...teacher, steps: STEPS, batchSize: 4, ...own } };
}

/** Losses of every step and what was left at the end. On no workers: in this thread. */
async function record(reference: PlanReference, workers: number, own: Partial<TrainOptions> = {}) {
  const plan = await buildPlan(reference);
  const store = createMemoryStore();
  const losses: (readonly number[])[] = [];
  const options: TrainOptions = {
    batches: blobBatches(plan, own.resume?.step ?? 0),
    // Every step is followed by a checkpoint, for which replicas wait: a stop takes effect at the next.
    ...{ reference, store, logEvery: 1, checkpointEvery: 1, ...own },
    log(event) {
      if (event.type === 'loss')
        losses.push([event.total, event.gradientNorm, ...Object.values(event.terms)]);
      own.log?.(event);
    },
  };
  const { interrupted } = await (workers
    ? trainInThreads(plan, { ...options, workers })
    : train(plan, options));
  const last = (await loadCheckpoint(store))!;
  return { interrupted, losses, last, state: stateDigests(last.state) };
}

/** By name: every statistic, and the flat arrays. */
function stateDigests({ statistics, ...flat }: object & { statistics: object }) {
  return Object.entries({ ...flat, ...statistics }).map(([name, values]) => [
    name,
    digest(new Uint8Array((values as Float32Array).slice().buffer)),
  ]);
}

describe.each(TINY_RECIPES)('$label', (recipe) => {
  it('gives the same bits in two threads, and after an interruption', async () => {
    const reference = referenceOf(recipe, { accumulate: 2 });
    const whole = await record(reference, 0);
    expect(whole.losses).toHaveLength(STEPS);
    expect(whole.losses.flat().every((loss) => loss > 0)).toBe(true);

    const stop = new AbortController();
    const first = await record(reference, 2, {
      signal: stop.signal,
      log: (event) => event.type === 'loss' && event.step === 1 && stop.abort(),
    });
    expect(first.losses).toEqual(whole.losses.slice(0, first.last.step));
    expect(first.interrupted).toBe(true);

    const rest = await record(reference, 0, { resume: first.last });
    expect(rest.losses).toEqual(whole.losses.slice(first.last.step));
    expect(rest.state).toEqual(whole.state);
  });

  it('is computed as a whole by two threads that share batch statistics', async () => {
    // One step: Adam makes a whole step of the smallest gradient, whatever its sign.
    const first = async (own: object, workers: number): Promise<readonly number[]> =>
      (await record(referenceOf(recipe, { ...own, steps: 1 }), workers)).losses[0]!;
    const whole = await first({}, 0);
    const distance = (losses: readonly number[]): number =>
      Math.max(...whole.map((loss, i) => Math.abs(losses[i]! / loss - 1)));
    expect(distance(await first({ syncBatchNorm: true }, 2))).toBeLessThan(1e-5);
    expect(distance(await first({ accumulate: 2 }, 0))).toBeGreaterThan(1e-4);
  });
});
