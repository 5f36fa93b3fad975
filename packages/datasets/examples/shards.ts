// A data set as tar archives, read in sequence by one of two runs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syntheticDataset } from '@pose-distill/datasets';
import {
  createShardLoader,
  openShards,
  shareFromEnvironment,
  writeShards,
} from '@pose-distill/datasets/node';

const directory = await mkdtemp(join(tmpdir(), 'shards-'));
const dataset = syntheticDataset({ kind: 'synthetic', count: 24, seed: 7 }, 'train');
const { manifest } = await writeShards(dataset, directory, { maxCount: 6 });
console.log(
  'archives',
  manifest.shards.map(({ file, samples }) => `${file}: ${samples}`).join(', '),
);

// On a cluster the scheduler says which share this process has; by hand it is '0/2'.
const shard = shareFromEnvironment({ SLURM_PROCID: '0', SLURM_STEP_NUM_TASKS: '2' }) ?? '0/1';
const stream = await openShards(directory, { shard });
for await (const { index, sample, picture } of stream) {
  if (index < 2) console.log(`sample ${index} is ${sample.file}, ${picture.length > 0}`);
}

const loader = await createShardLoader({
  source: directory,
  shard,
  shuffleBuffer: 8,
  seed: 1,
  inputSize: { width: 96, height: 128 },
  batchSize: 6,
  augment: 'hrnet',
  heatmaps: { heatmapSize: { width: 24, height: 32 } },
});
const { images, targets, sampleIndices } = await loader.next();
console.log('images', images.length, 'heatmaps', targets?.heatmaps.length);
console.log('people', sampleIndices.length);
await loader.close();
await rm(directory, { recursive: true });
