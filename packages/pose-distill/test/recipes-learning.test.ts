import type { Batch } from '@pose-distill/datasets';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../src/model/model.js';
import { startBackend } from '../src/node/backend.js';
import { deployModel } from '../src/train/deploy.js';
import { initialWeights } from '../src/train/initial.js';
import type { Plan } from '../src/train/plan.js';
import { createPredictor } from '../src/train/predict.js';
import { createMemoryStore } from '../src/train/store.js';
import { train } from '../src/train/train.js';
import { blobBatch } from './tiny-plan.js';
import { recipePlan, TINY_RECIPES, teacherPlan } from './tiny-recipes.js';

const SETTINGS = { batchSize: 8, steps: 120, learningRate: 1e-2, warmUpSteps: 5 };

/** Mean distance of a model's keypoints to the labels in heatmap pixels. */
async function errorOf(model: Model, batch: Batch): Promise<number> {
  const predictor = createPredictor(model, { flipTest: false });
  const { input } = await predictor.predict(batch);
  predictor.dispose();
  let sum = 0;
  for (let i = 0; i < input.length; i += 2)
    sum += Math.hypot(input[i]! - batch.keypoints[i]!, input[i + 1]! - batch.keypoints[i + 1]!);
  return sum / 4 / (input.length / 2);
}

/** Trains on the same eight figures at every step. */
async function overfit(plan: Plan): Promise<{ model: Model; before: number; after: number }> {
  const batch = blobBatch(plan, 0);
  const { model } = await train(plan, {
    ...{ batches: { next: async () => batch }, store: createMemoryStore() },
    reference: { module: 'plain', options: {} },
  });
  const start = deployModel(plan, initialWeights(plan.student, plan.seed).weights);
  return { model, before: await errorOf(start, batch), after: await errorOf(model, batch) };
}

describe('a student overfits 8 figures', () => {
  let teacher: Model;
  beforeAll(async () => {
    await startBackend();
    const taught = await overfit(teacherPlan({ ...SETTINGS, network: 'hourglass-1x16d1' }));
    expect(taught.after).toBeLessThan(0.7);
    teacher = taught.model;
  });

  it.each(TINY_RECIPES)('by $label', async (recipe) => {
    const { before, after } = await overfit(recipePlan(recipe, SETTINGS, teacher));
    // Labels are rounded to whole heatmap pixels, which alone is 0.4.
    expect(after).toBeLessThan(1);
    expect(after).toBeLessThan(before / 3);
  });
});
