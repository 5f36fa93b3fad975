import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
// By name: worker threads start from the built package.
import {
  type Batch,
  batchSchedule,
  makeBatch,
  type PoseSample,
  syntheticDataset,
} from '@pose-distill/datasets';
import {
  type BatchLoaderOptions,
  createBatchLoader,
  openDataset,
} from '@pose-distill/datasets/node';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cocoFolder, jpeg, type TestFolder } from '../../test/coco-folder.js';

let folder: TestFolder;
beforeAll(async () => {
  folder = await cocoFolder(11);
});
afterAll(() => folder.remove());

let workers: Worker[] = [];
const note = (worker: Worker) => workers.push(worker);
beforeEach(() => {
  workers = [];
  process.on('worker', note);
});
afterEach(() => {
  process.off('worker', note);
  for (const worker of workers) expect(worker.threadId, 'a worker was left running').toBe(-1);
});

const options = (change: Partial<BatchLoaderOptions> = {}): BatchLoaderOptions => ({
  source: `coco:${folder.directory}`,
  split: 'val',
  inputSize: { width: 24, height: 32 },
  batchSize: 4,
  ...change,
});

async function take(count: number, change: Partial<BatchLoaderOptions>): Promise<Batch[]> {
  const loader = await createBatchLoader(options(change));
  try {
    const batches: Batch[] = [];
    while (batches.length < count) batches.push(await loader.next());
    return batches;
  } finally {
    await loader.close();
  }
}

describe('createBatchLoader', () => {
  const training = { augment: { colour: {} }, seed: 5 };

  it('gives the same batches for any number of workers and any number ahead', async () => {
    const local = await take(7, { ...training, workers: 0 });
    for (const change of [{ workers: 1 }, { workers: 2, ahead: 5 }, { workers: 2, ahead: 0 }]) {
      expect(await take(7, { ...training, ...change })).toEqual(local);
    }
    expect(workers).toHaveLength(5);
  });

  it('gives the batches of the schedule', async () => {
    const dataset = await openDataset(options().source as string, { split: 'val' });
    const schedule = batchSchedule({ count: 11, batchSize: 4, shuffle: true, seed: 5 });
    const { inputSize } = options();
    const batches = await take(5, training);
    for (const [step, batch] of batches.entries()) {
      const { indices, epoch } = schedule.at(step);
      expect(batch).toEqual(await makeBatch(dataset, indices, { inputSize, ...training, epoch }));
    }
  });

  it('goes on from any step', async () => {
    const all = await take(6, training);
    expect(await take(2, { ...training, startStep: 4 })).toEqual(all.slice(4));
  });

  it('draws scenes of several people in workers as here', async () => {
    const source = { kind: 'synthetic', count: 3, people: 4, skeleton: 'lsp14' } as const;
    const crowds = { ...training, source };
    const local = await take(4, { ...crowds, workers: 0 });
    expect(local[0]!.keypoints).toHaveLength(4 * 14 * 2);
    expect(await take(4, { ...crowds, workers: 2 })).toEqual(local);
  });

  it('takes a part of a run of figures', async () => {
    const whole = syntheticDataset({ kind: 'synthetic', count: 9 }, 'train');
    const samples = whole.samples.filter((_, i) => i % 3 === 1);
    const source = { ...whole, samples };
    const local = await take(1, { source, workers: 0, batchSize: 3 });
    expect(await take(1, { source, workers: 1, batchSize: 3 })).toEqual(local);
    const { inputSize } = options();
    expect(local[0]!.images).toEqual((await makeBatch(whole, [1, 4, 7], { inputSize })).images);
  });

  it('draws synthetic figures in workers as here', async () => {
    const figures = { ...training, source: { kind: 'synthetic', count: 6 } as const };
    expect(await take(3, { ...figures, workers: 2 })).toEqual(
      await take(3, { ...figures, workers: 0 }),
    );
  });

  it.each([
    0, 1, 2,
  ])('makes one pass in order without augmentation (%i workers)', async (workers) => {
    const loader = await createBatchLoader(options({ workers }));
    expect(loader).toMatchObject({ length: 11, stepsPerEpoch: 3 });
    expect(loader.skeleton.keypoints).toHaveLength(3);
    const seen: number[][] = [];
    for await (const batch of loader) seen.push([...batch.sampleIndices]);
    expect(seen).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10],
    ]);
    await expect(loader.next()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('says so when asked for more than there is', async () => {
    const loader = await createBatchLoader(options({ batchSize: 11 }));
    await loader.next();
    await expect(loader.next()).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    await loader.close();
  });

  it('passes over the data again with epochs', async () => {
    const batches = await take(5, { epochs: Infinity });
    expect(batches.map(({ size }) => size)).toEqual([4, 4, 3, 4, 4]);
    expect(batches[3]).toEqual(batches[0]);
  });

  it('closes when an iteration is left early', async () => {
    const loader = await createBatchLoader(options(training));
    for await (const batch of loader) {
      expect(batch.size).toBe(4);
      break;
    }
    await expect(loader.next()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('answers those who wait when it is closed', async () => {
    const loader = await createBatchLoader(options(training));
    const waiting = Promise.allSettled(Array.from({ length: 50 }, () => loader.next()));
    await loader.close();
    await loader.close();
    const answers = await waiting;
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) {
      expect((answer as PromiseRejectedResult).reason).toMatchObject({ code: 'CLOSED' });
    }
  });

  it('takes an open data set', async () => {
    const source = await openDataset(options().source as string, { split: 'val' });
    expect(await take(2, { source, workers: 1 })).toEqual(await take(2, { source, workers: 0 }));
    const { images: _, ...here } = source;
    expect(await take(1, { source: here, workers: 0 })).toHaveLength(1);
    await expect(createBatchLoader(options({ source: here }))).rejects.toThrow(/Pass workers: 0/);
  });

  it.each([0, 1])('names a damaged picture and goes on after it (%i workers)', async (workers) => {
    const damaged = await cocoFolder(6);
    await damaged.write('val2017/3.jpg', Buffer.from('no picture'));
    const loader = await createBatchLoader(
      options({ source: `coco:${damaged.directory}`, batchSize: 2, workers }),
    );
    expect((await loader.next()).size).toBe(2);
    await expect(loader.next()).rejects.toMatchObject({
      name: 'DatasetError',
      code: 'BAD_IMAGE',
      message: expect.stringMatching(/3\.jpg cannot be read as a picture .* Fetch it again/),
      details: { path: expect.stringContaining('3.jpg') },
    });
    expect([...(await loader.next()).sampleIndices]).toEqual([4, 5]);
    await loader.close();
    await damaged.remove();
  });

  it.each([0, 2])('leaves damaged pictures out and counts them (%i workers)', async (workers) => {
    const damaged = await cocoFolder(6);
    await damaged.write('val2017/3.jpg', Buffer.from('no picture'));
    await damaged.write('val2017/6.jpg', (await jpeg(6)).subarray(0, 400));
    const settings = { source: `coco:${damaged.directory}`, workers, onBadRecord: 'skip' } as const;
    const loader = await createBatchLoader(options(settings));
    const batches: Batch[] = [];
    for await (const batch of loader) batches.push(batch);
    expect(batches.map(({ sampleIndices }) => [...sampleIndices])).toEqual([[0, 1, 3], [4]]);
    expect(batches[0]!.skipped).toMatchObject([{ index: 2, annotation: 103, file: '3.jpg' }]);
    expect(batches[1]!.skipped![0]!.message).toMatch(/^Annotation 106: .*6\.jpg cannot be read/);
    expect(loader.skippedRecords).toBe(2);
    const nothing = await createBatchLoader(options({ ...settings, batchSize: 1, startStep: 2 }));
    await expect(nothing.next()).rejects.toMatchObject({ code: 'BAD_IMAGE' });
    expect((await nothing.next()).size).toBe(1);
    await nothing.close();
    await damaged.remove();
  });

  it('draws heatmaps and reads pictures by the options in workers too', async () => {
    const turned = await cocoFolder(2);
    for (const i of [1, 2]) {
      const picture = sharp(await jpeg(i, 30, 40)).withMetadata({ orientation: 6 });
      await turned.write(`val2017/${i}.jpg`, await picture.jpeg().toBuffer());
    }
    const heatmaps = { heatmapSize: { width: 6, height: 8 }, sigma: 1.5, unbiased: true };
    const directory = turned.directory;
    const source = { kind: 'coco', directory, reading: { applyOrientation: true } } as const;
    const change = { source, heatmaps, batchSize: 2, augment: 'mmpose' } as const;
    const batches = await take(2, { ...change, workers: 1 });
    expect(batches).toEqual(await take(2, { ...change, workers: 0 }));
    expect(batches[0]!.targets!.heatmaps).toHaveLength(2 * 6 * 8 * 3);
    const { reading: _, ...plain } = source; // 30 x 40 as stored, 40 x 30 in the annotations
    await expect(take(1, { ...change, source: plain })).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
    });
    await turned.remove();
  });

  it('prepares no more batches than asked for, and those ahead', async () => {
    const source = await openDataset(options().source as string, { split: 'val' });
    let reads = 0;
    const counting = {
      ...source,
      samples: source.samples,
      readImage: (sample: PoseSample) => {
        reads++;
        return source.readImage(sample);
      },
    };
    const loader = await createBatchLoader(
      options({ ...training, source: counting, workers: 0, ahead: 2 }),
    );
    await loader.next();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(reads).toBe(3 * 4);
    await loader.close();
  });

  it('notices a picture of another size than annotated', async () => {
    const damaged = await cocoFolder(2);
    const json = JSON.parse(
      await (await import('node:fs/promises')).readFile(
        `${damaged.directory}/annotations/person_keypoints_val2017.json`,
        'utf8',
      ),
    );
    json.images[1].width = 41;
    await damaged.write('annotations/person_keypoints_val2017.json', JSON.stringify(json));
    const loader = await createBatchLoader(options({ source: `coco:${damaged.directory}` }));
    await expect(loader.next()).rejects.toMatchObject({
      code: 'SHAPE_MISMATCH',
      message: expect.stringMatching(
        /2\.jpg: the annotation file says 41 x 30, the picture is 40 x 30/,
      ),
    });
    await loader.close();
    await damaged.remove();
  });

  it('notices a worker that dies, waiting or not', async () => {
    const loader = await createBatchLoader(options({ ...training, ahead: 1 }));
    await loader.next();
    const [worker] = workers;
    const gone = once(worker!, 'exit');
    const late = Promise.allSettled([loader.next(), loader.next(), loader.next()]);
    await worker!.terminate();
    await gone;
    const codes = (await late).map((answer) =>
      answer.status === 'rejected' ? answer.reason.code : 'made in time',
    );
    expect(codes).toContain('WORKER_STOPPED');
    await expect(loader.next()).rejects.toMatchObject({
      code: 'WORKER_STOPPED',
      message: expect.stringContaining('Start the loader again with startStep'),
    });
    await loader.close();
  });

  it.each<[string, Partial<BatchLoaderOptions>]>([
    ['no batch', { batchSize: 0 }],
    ['half a worker', { workers: 0.5 }],
    ['a negative step', { startStep: -1 }],
    ['an input without height', { inputSize: { width: 8, height: 0 } }],
    ['a probability above 1', { augment: { flip: 2 } }],
    ['no epochs', { epochs: 0 }],
  ])('refuses %s before a worker starts', async (_, change) => {
    await expect(createBatchLoader(options(change))).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
    });
    expect(workers).toEqual([]);
  });

  it('keeps the process alive only while somebody waits', async () => {
    const node = new URL('../../dist/node.js', import.meta.url);
    const program = `
      import { createBatchLoader } from ${JSON.stringify(node.href)};
      const loader = await createBatchLoader({ source: ${JSON.stringify(options().source)}, split: 'val',
        inputSize: { width: 8, height: 8 }, batchSize: 2, augment: {} });
      const batch = await loader.next();
      console.log(batch.size); // and ends without close()
    `;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', program],
      { cwd: fileURLToPath(new URL('../../', import.meta.url)), timeout: 20_000 },
    );
    expect(stdout).toBe('2\n');
  });
});
