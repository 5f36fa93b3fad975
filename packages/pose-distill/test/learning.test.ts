import { createBatchLoader, openDataset } from '@pose-distill/datasets/node';
import { expect, it } from 'vitest';
import { startBackend } from '../src/node/backend.js';
import { plain } from '../src/recipes/index.js';
import { predictResults, scoreResults } from '../src/train/evaluate.js';
import { createMemoryStore } from '../src/train/store.js';
import { train } from '../src/train/train.js';

it('a student overfits 8 synthetic figures: photographs in, poses out', async () => {
  await startBackend();
  const dataset = await openDataset({ kind: 'synthetic', count: 8, seed: 5 }, { split: 'train' });
  const plan = plain.plan({
    keypoints: dataset.skeleton.keypoints,
    network: 'mobilenetv2x0.25s16-deconv16',
    ...{ height: 96, width: 96, sigma: 1.5, batchSize: 8, steps: 220, learningRate: 5e-3 },
    ...{ flip: 0, scale: 0, rotation: 0 },
  });
  const { inputSize, batchSize, augment } = plan;
  const shared = { source: dataset, inputSize, batchSize, workers: 0 };
  const { model } = await train(plan, {
    batches: await createBatchLoader({ ...shared, augment }),
    store: createMemoryStore(),
    reference: { module: 'plain', options: {} },
  });
  const results = await predictResults(model, dataset, await createBatchLoader(shared), {
    flipTest: false,
  });
  expect(scoreResults(dataset, results)['PCK@0.2']).toBeGreaterThan(80);
});
