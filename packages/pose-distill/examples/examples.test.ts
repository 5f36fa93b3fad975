import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { blobBatch, TINY_OPTIONS, type tinyPlan } from '../test/tiny-plan.js';
// @ts-expect-error: an example is plain JavaScript
import { distil } from './cache-then-train.js';
// @ts-expect-error: an example is plain JavaScript
import { plan as ownPlan } from './own-plan.js';

it('own-plan.js trains with a teacher and without one', async () => {
  const { startBackend } = await import('pose-distill/node');
  const { createMemoryStore, initialState, train } = await import('pose-distill/train');
  await startBackend();
  const options = { ...TINY_OPTIONS, steps: 3, batchSize: 2 };
  const alone = ownPlan(options);
  const trained = async (plan: ReturnType<typeof tinyPlan>): Promise<string[]> => {
    const terms: string[] = [];
    await train(plan, {
      batches: { next: async () => blobBatch(plan, 0) },
      store: createMemoryStore(),
      reference: { module: 'own', options },
      logEvery: 1,
      log: (event) => event.type === 'loss' && terms.push(Object.keys(event.terms).join()),
    });
    return terms;
  };
  expect(await trained(alone)).toEqual(new Array(3).fill('coordinates'));

  const values = initialState(alone.student, 2);
  const { namedWeights } = await import('../src/train/state.js');
  const teacher = {
    ...alone,
    network: alone.student,
    weights: namedWeights(alone.student, values),
  };
  expect(await trained(ownPlan(options, { teachers: { teacher } }))).toEqual(
    new Array(3).fill('coordinates,teacher maps'),
  );
  expect(tf.memory().numTensors).toBeLessThan(50);
});

it('cache-then-train.js keeps a teacher’s maps and learns from them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cache-then-train-'));
  try {
    const { scores, bytesPerSample } = await distil(folder);
    // 17 maps, 32 values of 4 bytes each, and a record's head.
    expect(bytesPerSample).toBe(17 * 32 * 4 + 56);
    expect(scores).toMatchObject({ 'PCK@0.2': expect.any(Number) });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
