// A stream of augmented training batches, prepared in a worker thread, and one pass for validation.
import { createBatchLoader } from '@pose-distill/datasets/node';

const settings = { inputSize: { width: 96, height: 128 }, batchSize: 16 };

const training = await createBatchLoader({
  ...settings,
  source: 'synthetic:{"count":64,"seed":7}', // or 'coco:/data/coco'
  split: 'train',
  seed: 1,
  augment: { rotation: 45, scale: 0.35, colour: {} },
});
const batch = await training.next();
console.log('steps an epoch', training.stepsPerEpoch);
console.log('images', batch.images.length, 'keypoints', batch.keypoints.length);
await training.close();

// Batch 5 of the same run, made alone, in this thread.
const resumed = await createBatchLoader({
  ...settings,
  source: training.dataset,
  seed: 1,
  augment: { rotation: 45, scale: 0.35, colour: {} },
  startStep: 5,
  workers: 0,
  ahead: 0,
});
console.log('batch 5 visits', (await resumed.next()).sampleIndices.slice(0, 4).join(' '));
await resumed.close();

const validation = await createBatchLoader({
  ...settings,
  source: 'synthetic:{"count":40,"seed":7}',
  split: 'val',
});
const sizes: number[] = [];
for await (const { size } of validation) sizes.push(size);
console.log('validation', sizes.join(' '));
