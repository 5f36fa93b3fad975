/**
 * From 640x480 JPEG files to batches of 256x192 with heatmaps: decode, crop, augment, encode, in worker threads.
 *
 * node pipeline/run.js [--rounds 3] [--pictures 128] [--batches 12] [--python python3]
 *
 * Draws the pictures itself, into a temporary folder. Variants take turns, round after round, and so does OpenCV with NumPy on
 * one thread, unless Python does not have them. An image's processor time is
 * that of the whole process, so images per second and core is 1000 / milliseconds whatever the number of threads.
 * Writes results/pipeline-<date>.json and prints a table.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeSample, sampleRandom } from '@pose-distill/datasets';
import {
  createBatchLoader,
  createShardLoader,
  openDataset,
  readImageFile,
  writeShards,
} from '@pose-distill/datasets/node';
import { encodeHeatmaps } from '@pose-distill/heatmap-decode';
import { machine, spread, version, writeReport } from '../shared/report.js';
import { writePhotographs } from './photographs.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    pictures: { type: 'string', default: '128' },
    batches: { type: 'string', default: '12' },
    python: { type: 'string', default: 'python3' },
  },
});
const [rounds, pictures, batches] = [options.rounds, options.pictures, options.batches].map(Number);
const inputSize = { width: 192, height: 256 };
const heatmapSize = { width: 48, height: 64 };
const settings = { inputSize, batchSize: 32, seed: 1, augment: 'hrnet', heatmaps: { heatmapSize } };
const where = machine();

/** Processor and wall milliseconds of each of the `count` images that `work` prepares. */
async function timed(count, work) {
  const [processor, wall] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(processor);
  return {
    processor: (user + system) / 1000 / count,
    wall: (performance.now() - wall) / count,
  };
}

async function measureLoader(create) {
  const loader = await create();
  for (let i = 0; i < 2; i++) await loader.next();
  const result = await timed(batches * settings.batchSize, async () => {
    for (let i = 0; i < batches; i++) await loader.next();
  });
  await loader.close();
  return result;
}

/** OpenCV and NumPy, one thread; undefined, with a note, where Python does not have them. */
function measurePeer(folder) {
  const job = JSON.stringify({ folder, rounds: Math.max(1, Math.round(256 / pictures)) });
  const script = fileURLToPath(new URL('peer.py', import.meta.url));
  try {
    const stdio = ['ignore', 'pipe', 'pipe'];
    return JSON.parse(execFileSync(options.python, [script, job], { encoding: 'utf8', stdio }));
  } catch (error) {
    console.log(`OpenCV is left out: ${String(error.stderr).trim().split('\n').at(-1)}`);
    return undefined;
  }
}

/** Runs over all items with a few at one time, as the loader does. */
async function each(items, work) {
  let next = 0;
  const lane = async () => {
    for (let i = next++; i < items.length; i = next++) await work(items[i], i);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

const folder = mkdtempSync(join(tmpdir(), 'pose-pipeline-'));
try {
  await writePhotographs(folder, pictures);
  const dataset = await openDataset(`coco:${folder}`, { split: 'train' });
  const shards = join(folder, 'shards');
  await writeShards(dataset, shards, { maxCount: Math.ceil(pictures / 4) });
  const files = dataset.samples.map(({ file }) => join(folder, 'train', file));
  const decoded = await Promise.all(files.slice(0, 32).map((file) => readImageFile(file)));
  const { skeleton } = dataset;
  const out = new Float32Array(inputSize.width * inputSize.height * 3);

  const cropAll = (augment) => () => {
    for (let i = 0; i < 4 * decoded.length; i++) {
      const n = i % decoded.length;
      const random = sampleRandom(1, i, n);
      makeSample(decoded[n], dataset.samples[n], { skeleton, inputSize, augment, random, out });
    }
  };
  const labels = {
    keypoints: new Float32Array(32 * 34).map((_, i) => (i * 37) % 190),
    weights: new Float32Array(32 * 17).fill(1),
  };
  const encode = () => {
    for (let i = 0; i < 8; i++) {
      encodeHeatmaps(labels, { batch: 32, keypointCount: 17, inputSize, heatmapSize });
    }
  };
  const variants = {
    'decode (sharp)': () => timed(files.length, () => each(files, (file) => readImageFile(file))),
    'crop and augment': () => timed(4 * decoded.length, cropAll('hrnet')),
    'colours besides': () => timed(4 * decoded.length, cropAll({ recipe: 'hrnet', colour: {} })),
    'encode heatmaps': () => timed(8 * 32, encode),
    'loader, 1 worker': () =>
      measureLoader(() => createBatchLoader({ ...settings, source: dataset, workers: 1 })),
    'loader, 2 workers': () =>
      measureLoader(() => createBatchLoader({ ...settings, source: dataset, workers: 2 })),
    'shards, 1 worker': () =>
      measureLoader(() =>
        createShardLoader({ ...settings, source: shards, shuffleBuffer: 64, workers: 1 }),
      ),
    'shards, 2 workers': () =>
      measureLoader(() =>
        createShardLoader({ ...settings, source: shards, shuffleBuffer: 64, workers: 2 }),
      ),
  };
  const peers = [];
  const runs = new Map(Object.keys(variants).map((name) => [name, []]));
  for (const name of ['decode (sharp)', 'crop and augment', 'encode heatmaps'])
    await variants[name](); // warm up
  for (let round = 0; round < rounds; round++) {
    for (const [name, list] of runs) list.push(await variants[name]());
    const peer = peers.length === round ? measurePeer(folder) : undefined;
    if (peer) peers.push(peer);
  }
  const results = [...runs].map(([name, list]) => {
    const processor = spread(list.map((run) => run.processor));
    const wall = spread(list.map((run) => run.wall));
    return {
      name,
      processorMilliseconds: processor,
      wallMilliseconds: wall,
      imagesPerSecondAndCore: 1000 / processor.median,
      imagesPerSecond: 1000 / wall.median,
    };
  });
  const of = (name) => results.find((row) => row.name === name).processorMilliseconds.median;
  const whole = of('loader, 1 worker');
  const shares = {
    decoder: of('decode (sharp)') / whole,
    cropAndAugment: of('crop and augment') / whole,
    heatmaps: of('encode heatmaps') / whole,
  };
  const opencv = peers[0] && {
    opencv: peers[0].opencv,
    numpy: peers[0].numpy,
    decodeMilliseconds: spread(peers.map(({ steps }) => steps.decode)),
    cropMilliseconds: spread(peers.map(({ steps }) => steps.crop)),
    heatmapsMilliseconds: spread(peers.map(({ steps }) => steps.heatmaps)),
    processorMilliseconds: spread(peers.map(({ whole }) => whole)),
    loaderTakesTimes: whole / spread(peers.map((peer) => peer.whole)).median,
  };
  shares.rest = 1 - shares.decoder - shares.cropAndAugment - shares.heatmaps;
  writeReport({
    benchmark: 'pipeline',
    machine: where,
    versions: {
      node: process.version,
      sharp: version('sharp'),
      libvips: (await import('sharp')).default.versions.vips,
    },
    pictures: { count: pictures, width: 640, height: 480, form: 'JPEG, quality 90, 4:2:0' },
    output: { inputSize, heatmapSize, batchSize: settings.batchSize, augment: settings.augment },
    rounds,
    note: 'Milliseconds per image; processor time of all threads. Shares are of the loader with one worker.',
    shares,
    opencv: opencv ?? null,
    results,
  });
  for (const row of results) {
    const { median, lowerQuartile, upperQuartile } = row.processorMilliseconds;
    console.log(
      row.name.padEnd(20),
      `${median.toFixed(2)} ms (${lowerQuartile.toFixed(2)}-${upperQuartile.toFixed(2)})`.padEnd(
        24,
      ),
      `${row.imagesPerSecondAndCore.toFixed(0)} images/s and core`.padEnd(26),
      `${row.imagesPerSecond.toFixed(0)} images/s`,
    );
  }
  const percent = (share) => `${(100 * share).toFixed(0)} %`;
  console.log(
    `of the loader's time: decoder ${percent(shares.decoder)}, crop and augmentation ${percent(shares.cropAndAugment)}, ` +
      `heatmaps ${percent(shares.heatmaps)}, rest ${percent(shares.rest)}`,
  );
  if (opencv) {
    const { processorMilliseconds, decodeMilliseconds, cropMilliseconds, heatmapsMilliseconds } =
      opencv;
    const parts = [decodeMilliseconds, cropMilliseconds, heatmapsMilliseconds];
    const shown = parts.map(({ median }) => median.toFixed(2)).join(' + ');
    console.log(
      `OpenCV ${opencv.opencv} and NumPy, one thread: ${processorMilliseconds.median.toFixed(2)} ms ` +
        `(decode, crop, heatmaps: ${shown}); the loader takes ${opencv.loaderTakesTimes.toFixed(2)} times that`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
