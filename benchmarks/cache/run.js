/**
 * What a teacher cache costs and what it loses, beside the teacher that runs: bytes and milliseconds a person, and the difference of
 * the maps under the augmentation of training.
 *
 * node cache/run.js --teacher <model folder> --data coco:DIR [--split val] [--top 16,32,64] [--student mobilenetv2x0.35s16-deconv32]
 *
 * The codecs' own loss is that in the plain crop, where stored maps are not interpolated. Times take turns, batch after batch; the
 * ratios are of the least processor time. Writes results/cache-<date>.json and prints it as tables.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createBatchLoader, openDataset } from '@pose-distill/datasets/node';
import * as tf from '@tensorflow/tfjs-core';
import { loadModel, openTeacherCache, startBackend, writeTeacherCache } from 'pose-distill/node';
import { hhd } from 'pose-distill/recipes';
import * as train from 'pose-distill/train';
import { machine, spread, version, writeReport } from '../shared/report.js';
import { CONFIDENT, createComparison, liveTeacher } from './maps.js';

const { values: options } = parseArgs({
  options: {
    teacher: { type: 'string' },
    data: { type: 'string' },
    split: { type: 'string', default: 'val' },
    top: { type: 'string', default: '16,32,64' },
    student: { type: 'string', default: 'mobilenetv2x0.35s16-deconv32' },
    rounds: { type: 'string', default: '30' },
  },
});
const BATCH = 32;
const AUGMENTATIONS = {
  none: undefined,
  'flip only': { flip: 1, scale: 0, rotation: 0 },
  'scale 0.25 only': { flip: 0, scale: 0.25, rotation: 0 },
  'rotation 30 only': { flip: 0, scale: 0, rotation: 30, rotationProbability: 1 },
  'flip, scale 0.25, rotation 30': { flip: 0.5, scale: 0.25, rotation: 30 },
};

const where = machine();
await startBackend();
const model = await loadModel(options.teacher);
const forward = liveTeacher(model);
const inputSize = train.inputSizeOf(model);
const dataset = await openDataset(options.data, { split: options.split });
const folder = mkdtempSync(join(tmpdir(), 'cache-benchmark-'));
try {
  const caches = await makeCaches();
  const [first] = caches;
  const sizes = caches.map(({ codec, bytesPerSample }) => ({ codec, bytesPerSample }));
  console.table(sizes);
  const errors = [];
  for (const [name, augment] of Object.entries(AUGMENTATIONS))
    errors.push(...(await compare(name, augment, caches)));
  console.table(errors.map(short));
  const times = await measure(caches);
  console.table(times.map(short));
  writeReport({
    benchmark: 'cache',
    machine: where,
    versions: { node: process.version, '@tensorflow/tfjs-core': version('@tensorflow/tfjs-core') },
    note:
      'Differences are from the maps of the running teacher: RMS as a share of their RMS, peaks (DARK) in heatmap pixels, for live peaks of at least ' +
      `${CONFIDENT}. Processor milliseconds a person, one thread.`,
    teacher: { inputSize, outputs: first.cache.outputs },
    people: dataset.samples.length,
    results: { sizes, errors, times },
  });
} finally {
  rmSync(folder, { recursive: true });
}

/** A row with three digits of every number. */
function short(row) {
  const entries = Object.entries(row);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, Number(value) ? Number(value.toPrecision(3)) : value]),
  );
}

/** One cache a codec, read with one or both interpolations. */
async function makeCaches() {
  const made = [];
  const codecs = options.top.split(',').map((count) => ({ kind: 'topk', count: Number(count) }));
  for (const codec of [{ kind: 'float16' }, ...codecs]) {
    const name = codec.count ? `topk ${codec.count}` : codec.kind;
    const directory = join(folder, name);
    const { bytesPerSample } = await writeTeacherCache({
      ...{ teacher: options.teacher, source: options.data, split: options.split },
      ...{ directory, codec },
    });
    for (const interpolation of codec.count ? ['bicubic'] : ['bicubic', 'bilinear'])
      made.push({
        ...{ codec: name, interpolation, bytesPerSample },
        cache: await openTeacherCache(directory, { interpolation }),
      });
  }
  return made;
}

async function compare(augmentation, augment, caches) {
  const shape = caches[0].cache.outputs.heatmaps;
  const rows = caches.map((one) => ({ ...one, comparison: createComparison(shape, inputSize) }));
  const loader = await createBatchLoader({
    ...{ source: dataset, inputSize, batchSize: BATCH, seed: 1, shuffle: false, epochs: 1 },
    ...(augment && { augment }),
  });
  for await (const batch of loader) {
    const tensor = forward(batch);
    const live = await tensor.data();
    tensor.dispose();
    for (const { cache, comparison } of rows)
      comparison.add((await cache.maps(batch)).heatmaps, live, batch);
  }
  return rows.map(({ codec, interpolation, comparison }) => ({
    ...{ augmentation, codec, interpolation, ...comparison.result() },
  }));
}

/** Processor time a person of the teacher's forward, of a cache's maps, and of whole steps of a student with either. */
async function measure(caches) {
  const loader = await createBatchLoader({
    ...{ source: dataset, inputSize, batchSize: BATCH, seed: 2 },
    augment: AUGMENTATIONS['flip, scale 0.25, rotation 30'],
  });
  const batch = await loader.next();
  await loader.close();
  const planOf = (teacher) =>
    hhd.plan(
      {
        ...{ keypoints: model.skeleton.keypoints, ...inputSize, network: options.student },
        ...{ batchSize: BATCH, teacher: 'given', steps: 1000 },
      },
      { teachers: { teacher } },
    );
  const works = {
    'teacher forward': async () => forward(batch).dispose(),
    ...Object.fromEntries(
      caches.map(({ codec, interpolation, cache }) => [
        `maps of ${codec}, ${interpolation}`,
        () => cache.maps(batch),
      ]),
    ),
    'step with the teacher': stepper(planOf(model), batch),
    'step with the cache': stepper(planOf(caches[0].cache), batch),
  };
  const times = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = -2; round < Number(options.rounds); round++)
    for (const [name, work] of Object.entries(works)) {
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times[name].push((user + system) / 1000 / BATCH);
    }
  const least = Math.min(...times['teacher forward']);
  return Object.entries(times).map(([name, list]) => {
    const { least: own, lowerQuartile, median } = spread(list);
    return { work: name, least: own, lowerQuartile, median, ofForward: own / least };
  });
}

/** A step of training on one batch, from the batch's arrays to new weights. */
function stepper(plan, batch) {
  const compiled = train.compilePlan(plan);
  const state = train.toTensors(plan.student, train.initialState(plan.student, 1));
  return async () => {
    const tensors = await train.toTaughtBatch(plan, batch);
    const scalars = tf.tensor1d(train.stepScalars(plan, 10));
    const next = train.trainStep(compiled, state, tensors, scalars);
    train.disposeState(next.state);
    train.disposeBatch(tensors);
    tf.dispose([next.terms, scalars]);
  };
}
