import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch, PoseDataset } from '@pose-distill/datasets';
import { createBatchLoader, openDataset, writeFigures } from '@pose-distill/datasets/node';
import { halfToFloat, writeHalves } from '@pose-distill/internal-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Model } from '../src/model/model.js';
import { createMapMaker } from '../src/node/cache-maps.js';
import { saveModel } from '../src/node/models.js';
import { openTeacherCache } from '../src/node/teacher-cache.js';
import { type WriteCacheOptions, writeTeacherCache } from '../src/node/write-teacher-cache.js';
import { hhd, plain } from '../src/recipes/index.js';
import { initialState, namedWeights } from '../src/train/state.js';
import { createMemoryStore } from '../src/train/store.js';
import type { Teacher } from '../src/train/teacher.js';
import { train } from '../src/train/train.js';

/** 3 parts: 256, 256 and 8. */
const COUNT = 520;
const SOURCE = `synthetic:{"count":${COUNT},"validation":8,"size":{"width":40,"height":48}}`;

let folder: string;
let dataset: PoseDataset;
let model: Model;
const at = (name: string): string => join(folder, name);
const teacher = (): string => at('teacher');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'teacher-cache-'));
  dataset = await openDataset(SOURCE, { split: 'train' });
  model = randomModel(1);
  await saveModel(teacher(), model);
  await write('whole');
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

function randomModel(seed: number, options: object = {}): Model {
  const plan = plain.plan({
    ...{ keypoints: dataset.skeleton.keypoints, height: 64, width: 32 },
    ...{ network: 'mobilenetv2x0.25s16-deconv8', ...options },
  });
  const { student: network, skeleton, decode } = plan;
  const weights = namedWeights(network, initialState(network, seed));
  // As drawn they give maps near 0, where half precision is coarse.
  for (const { name, shape } of network.parameters)
    if (/^(decoder|head)/.test(name) && shape.length === 4)
      weights[name] = weights[name]!.map((value) => 2000 * value);
  return { network, skeleton, decode, weights };
}

function write(name: string, options: Partial<WriteCacheOptions> = {}) {
  return writeTeacherCache({
    ...{ teacher: teacher(), source: SOURCE, directory: at(name), loaderWorkers: 0 },
    ...options,
  });
}

/** A copy of the whole cache to do harm to. */
function copy(name: string): string {
  cpSync(at('whole'), at(name), { recursive: true });
  return at(name);
}

async function plainBatch(): Promise<Batch> {
  const loader = await createBatchLoader({
    ...{ source: dataset, inputSize: { width: 32, height: 64 }, batchSize: COUNT, workers: 0 },
  });
  return loader.next();
}

const filesOf = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(directory, name)))
        .digest('hex'),
    ]),
  );

describe('writeTeacherCache, then openTeacherCache', () => {
  it('gives the teacher’s maps of the plain crop, in half precision, in any order', async () => {
    const cache = await openTeacherCache(at('whole'));
    expect(cache).toMatchObject({
      outputs: { heatmaps: [16, 8, 17] },
      inputSize: { width: 32, height: 64 },
    });
    const batch = await plainBatch();
    const maker = await createMapMaker(model, ['heatmaps']);
    const { heatmaps } = await maker.maps(batch);
    maker.dispose();
    const halves = new Uint16Array(heatmaps!.length);
    writeHalves(heatmaps!, halves);
    const expected = halfToFloat(halves);
    expect(Math.max(...expected.subarray(0, 1000))).toBeGreaterThan(0.01);
    expect((await cache.maps(batch)).heatmaps).toEqual(expected);

    const rows = [519, 3, 256, 255, 3];
    const pick = <T extends Float32Array | Float64Array | Int32Array>(values: T): T => {
      const each = values.length / COUNT;
      const taken = rows.flatMap((row) => [...values.subarray(row * each, (row + 1) * each)]);
      return (values.constructor as unknown as { from(list: number[]): T }).from(taken);
    };
    const some: Batch = {
      size: rows.length,
      images: pick(batch.images),
      keypoints: pick(batch.keypoints),
      weights: pick(batch.weights),
      sampleIndices: pick(batch.sampleIndices),
      transforms: pick(batch.transforms),
    };
    expect((await cache.maps(some)).heatmaps).toEqual(pick(expected));
  });

  it('follows the augmentation: the left wrist of a mirrored person is its right one', async () => {
    const cache = await openTeacherCache(at('whole'), { interpolation: 'bilinear' });
    const whole = await plainBatch();
    const { heatmaps: stored } = await cache.maps(whole);
    const loader = await createBatchLoader({
      ...{ source: dataset, inputSize: cache.inputSize, batchSize: 32, workers: 0, seed: 3 },
      augment: { flip: 1, scale: 0, rotation: 0 },
    });
    const batch = await loader.next();
    await loader.close();
    const { heatmaps } = await cache.maps(batch);
    const { keypoints } = cache.skeleton;
    const partner = keypoints.map((name) =>
      keypoints.indexOf(name.replace(/left|right/, (side) => (side === 'left' ? 'right' : 'left'))),
    );
    // Input pixel 4 i becomes 31 - 4 i, so heatmap pixel i comes from 7.75 - i.
    batch.sampleIndices.forEach((sample, row) => {
      for (let y = 0; y < 16; y++)
        for (let x = 0; x < 8; x++)
          for (let k = 0; k < 17; k++) {
            const from = (column: number): number =>
              column > 7 ? 0 : stored![((sample * 16 + y) * 8 + column) * 17 + partner[k]!]!;
            const value = heatmaps![((row * 16 + y) * 8 + x) * 17 + k]!;
            expect(value).toBeCloseTo(0.25 * from(7 - x) + 0.75 * from(8 - x), 5);
          }
    });
  });

  it('keeps the largest values of each map with topk', async () => {
    await write('topk', { codec: { kind: 'topk', count: 5 } });
    const batch = await plainBatch();
    const [all, few] = await Promise.all(
      ['whole', 'topk'].map(async (name) => (await openTeacherCache(at(name))).maps(batch)),
    );
    for (const [sample, k] of [
      [0, 0],
      [255, 16],
      [519, 7],
    ] as const) {
      const mapOf = ({ heatmaps }: Readonly<Record<string, Float32Array>>): number[] =>
        Array.from({ length: 128 }, (_, i) => heatmaps![(sample * 128 + i) * 17 + k]!);
      const smallest = mapOf(all!).sort((a, b) => b - a)[4]!;
      expect(mapOf(few!).filter((value) => value !== 0)).toHaveLength(5);
      expect(mapOf(few!)).toEqual(mapOf(all!).map((value) => (value >= smallest ? value : 0)));
    }
  });
});

describe('training from a cache', () => {
  /** Losses of the first steps without augmentation. */
  async function losses(teacher: Teacher): Promise<number[]> {
    const plan = hhd.plan(
      {
        ...{ keypoints: model.skeleton.keypoints, height: 64, width: 32, windowSize: 4 },
        ...{ network: 'mobilenetv2x0.25s16-deconv8', steps: 5, batchSize: 8, teacher: 'given' },
        ...{ flip: 0, scale: 0, rotation: 0 },
      },
      { teachers: { teacher } },
    );
    const { inputSize, batchSize, augment, seed } = plan;
    const loader = await createBatchLoader({
      ...{ source: dataset, inputSize, batchSize, augment, seed, workers: 0 },
    });
    const found: number[] = [];
    await train(plan, {
      batches: loader,
      store: createMemoryStore(),
      reference: { module: 'hhd', options: {} },
      logEvery: 1,
      log: (event) => event.type === 'loss' && found.push(event.total),
    });
    await loader.close();
    return found;
  }

  it('has the losses of the teacher itself where nothing is augmented, up to half precision', async () => {
    const live = await losses(model);
    const cached = await losses(await openTeacherCache(at('whole')));
    const few = await losses(await openTeacherCache(at('topk')));
    expect(cached).toHaveLength(5);
    // Maps are rounded by a part in 2,048, and a step's difference goes into the next.
    for (const [step, loss] of cached.entries())
      expect(Math.abs(loss / live[step]! - 1)).toBeLessThan(1e-3);
    expect(Math.abs(few[0]! / live[0]! - 1)).toBeGreaterThan(1e-3);
  });
});

describe('a cache in pieces', () => {
  it('made by two shares, whatever their batches, is the one made at once, byte for byte', async () => {
    const first = await write('shares', { shard: '0/2' });
    expect(first).toMatchObject({ written: 2, there: 0, parts: 3, interrupted: false });
    await expect(openTeacherCache(at('shares'))).rejects.toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringMatching(
        /of its 3 parts 1 are missing, 1 \(samples 256 to 511\).*pose-distill cache --teacher .*teacher --data 'synthetic:\{.*\}' --split train --out .*shares/s,
      ),
    });
    await write('shares', { shard: '1/2', batchSize: 7 });
    expect(filesOf(at('shares'))).toEqual(filesOf(at('whole')));
  });

  it('goes on where it was interrupted, and leaves nothing half written', async () => {
    const stop = new AbortController();
    const stopped = await write('stopped', {
      signal: stop.signal,
      log: (event) => event.type === 'progress' && event.done >= 280 && stop.abort(),
    });
    expect(stopped).toMatchObject({ written: 1, interrupted: true });
    expect(readdirSync(at('stopped')).sort()).toEqual(['part-000.json', 'part-000.maps']);
    expect(await write('stopped')).toMatchObject({ written: 2, there: 1, interrupted: false });
    expect(filesOf(at('stopped'))).toEqual(filesOf(at('whole')));
    expect(await write('stopped')).toMatchObject({ written: 0, there: 3 });
  });

  it('is made again where records are missing or cut', async () => {
    const directory = copy('mended');
    rmSync(join(directory, 'part-002.maps'));
    truncateSync(join(directory, 'part-000.maps'), 1000);
    expect(await write('mended')).toMatchObject({ written: 2, there: 1 });
    expect(filesOf(directory)).toEqual(filesOf(at('whole')));
  });
});

describe('openTeacherCache refuses', () => {
  const refusal = (name: string): Promise<unknown> =>
    openTeacherCache(at(name)).then(
      () => undefined,
      (error) => error,
    );

  /** Changes a part's description. */
  const edit = (name: string, part: string, change: (json: never) => void): void => {
    const path = join(at(name), `part-${part}.json`);
    const json = JSON.parse(readFileSync(path, 'utf8')) as never;
    change(json);
    writeFileSync(path, JSON.stringify(json));
  };

  it('a folder without a cache', async () => {
    expect(await refusal('teacher')).toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringContaining('pose-distill cache --teacher DIR --data SOURCE'),
    });
    expect(await refusal('nowhere')).toMatchObject({ code: 'BAD_CACHE' });
  });

  it('another version, a file that is no JSON, and one that lacks fields', async () => {
    copy('version');
    edit('version', '001', (json: { version: number }) => {
      json.version = 2;
    });
    expect(await refusal('version')).toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringMatching(/part-001\.json: expected .* version 1, got .* version 2/),
    });
    writeFileSync(join(at('version'), 'part-001.json'), '{"format":');
    expect(await refusal('version')).toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringContaining('part-001.json is not JSON'),
    });
    const whole = readFileSync(join(at('whole'), 'part-001.json'), 'utf8');
    writeFileSync(join(at('version'), 'part-001.json'), whole.replace('"inputSize"', '"size"'));
    expect(await refusal('version')).toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringContaining('lacks fields'),
    });
  });

  it('parts of different caches', async () => {
    copy('mixed');
    edit('mixed', '001', (json: { header: { teacher: { weights: string } } }) => {
      json.header.teacher.weights = 'f00d';
    });
    expect(await refusal('mixed')).toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringMatching(
        /\(weights of the teacher\): part-000\.json has [0-9a-f]{64}, part-001\.json has f00d/,
      ),
    });
  });

  it('parts that have changed places', async () => {
    const directory = copy('swapped');
    renameSync(join(directory, 'part-000.maps'), join(directory, 'x'));
    renameSync(join(directory, 'part-001.maps'), join(directory, 'part-000.maps'));
    renameSync(join(directory, 'x'), join(directory, 'part-001.maps'));
    const cache = await openTeacherCache(directory);
    await expect(cache.maps(await plainBatch())).rejects.toMatchObject({ code: 'BAD_CACHE' });
    renameSync(join(directory, 'part-000.json'), join(directory, 'x'));
    renameSync(join(directory, 'part-001.json'), join(directory, 'part-000.json'));
    renameSync(join(directory, 'x'), join(directory, 'part-001.json'));
    expect(await refusal('swapped')).toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringContaining('expected part 0'),
    });
  });

  it('records that are cut, missing or changed', async () => {
    const path = join(copy('cut'), 'part-001.maps');
    truncateSync(path, 100);
    expect(await refusal('cut')).toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringMatching(
        /part-001\.maps is damaged: it has 100 bytes, expected \d+.*pose-distill cache/s,
      ),
    });
    rmSync(path);
    expect(await refusal('cut')).toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringContaining('it is missing'),
    });
    const bytes = readFileSync(join(at('whole'), 'part-001.maps'));
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(path, bytes);
    const cache = await openTeacherCache(at('cut'));
    await expect(cache.maps(await plainBatch())).rejects.toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringMatching(/part-001\.maps is damaged: the checksum of sample 511/),
    });
  });

  it('maps of a teacher that was trained again, but not of one that is gone or was moved', async () => {
    await saveModel(at('other'), randomModel(5));
    await write('old', { teacher: at('other') });
    await saveModel(at('other'), randomModel(6));
    expect(await refusal('old')).toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringMatching(/other has been trained again .*pose-distill cache/s),
    });
    await expect(write('old', { teacher: at('other') })).rejects.toMatchObject({
      code: 'BAD_CACHE',
      message: expect.stringContaining('is of another cache (weights of the teacher): there '),
    });
    renameSync(at('other'), at('elsewhere'));
    expect(await refusal('old')).toBeUndefined();
  });

  it('images of another size, and samples that it does not have', async () => {
    const cache = await openTeacherCache(at('whole'));
    const batch = await plainBatch();
    const wide = { ...batch, images: batch.images.subarray(0, batch.images.length / 2) };
    await expect(cache.maps(wide)).rejects.toThrow(/inputs of 64x32.*--input 64x32/);
    const far = { ...batch, sampleIndices: batch.sampleIndices.map((i) => i + 1) };
    await expect(cache.maps(far)).rejects.toThrow(/samples 0 to 519; sample 520 came/);
  });
});

describe('check', () => {
  const difference = async (data: PoseDataset): Promise<string | undefined> =>
    (await openTeacherCache(at('whole'))).check(data).then(
      () => undefined,
      (error) => {
        expect(error.code).toBe('BAD_CACHE');
        return error.message as string;
      },
    );
  const source = (change: object): string =>
    `synthetic:${JSON.stringify({ ...JSON.parse(SOURCE.slice(10)), ...change })}`;

  it('accepts the data that the cache was made from', async () => {
    expect(await difference(dataset)).toBeUndefined();
    expect(await difference(await openDataset(SOURCE, { split: 'train' }))).toBeUndefined();
  });

  it('names the number of samples on both sides and what differs first', async () => {
    const fewer = await openDataset(source({ count: 100 }), { split: 'train' });
    expect(await difference(fewer)).toMatch(
      /Cache: 520 samples of synthetic:.*train; data: 100 samples of synthetic-train.*all samples that both have are the same/,
    );
    const other = await openDataset(source({ seed: 9 }), { split: 'train' });
    expect(await difference(other)).toMatch(/sample 0 .* is cut out another way/);
    const validation = await openDataset(SOURCE, { split: 'val' });
    expect(await difference(validation)).toMatch(/data: 8 samples of synthetic-val/);
  });

  it('finds another order, box, scale, picture, and other keypoints', async () => {
    await writeFigures(at('photos'), { train: 12, val: 4 });
    const photos = `coco:${at('photos')}`;
    await write('of-photos', { source: photos });
    const cache = await openTeacherCache(at('of-photos'));
    const data = await openDataset(photos, { split: 'train' });
    const samples = [...data.samples];
    const [third, fourth] = [samples[3]!, samples[4]!];
    const finding = (changed: Partial<PoseDataset>): Promise<string> =>
      cache.check({ ...data, ...changed }).then(
        () => 'nothing',
        ({ message }: Error) => /differs first: (.*?)\. Train/.exec(message)![1]!,
      );
    const withThird = (change: object): Partial<PoseDataset> => ({
      samples: samples.with(3, { ...third, ...change }),
    });
    expect(await finding({})).toBe('nothing');
    expect(await finding({ samples: samples.with(3, fourth).with(4, third) })).toBe(
      `sample 3 is annotation ${third.id} in the cache and ${fourth.id} in the data`,
    );
    const box = { ...third.box, width: third.box.width + 60 };
    expect(await finding(withThird({ box }))).toBe(
      `sample 3 (annotation ${third.id}, ${third.file}) is cut out another way: its box or scale has changed`,
    );
    expect(await finding(withThird({ file: 'other.png' }))).toMatch(
      /^among samples 0 to 11 a picture has another name/,
    );
    expect(await finding({ samples: [...samples, third] })).toMatch(/^all samples that both have/);
    expect(await finding({ skeleton: { ...data.skeleton, keypoints: ['nose'] } })).toMatch(
      /^the keypoints are nose, left_eye.* in the cache and nose in the data$/,
    );
  });
});

describe('writeTeacherCache refuses', () => {
  it('a teacher that does not go with the data, or has no heatmaps', async () => {
    await saveModel(
      at('three'),
      randomModel(1, { keypoints: ['nose', 'left_wrist', 'right_wrist'] }),
    );
    await expect(write('none', { teacher: at('three') })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining(
        'nose, left_wrist, right_wrist; the data have nose, left_eye',
      ),
    });
    await saveModel(at('integral'), randomModel(1, { head: 'integral' }));
    await expect(write('none', { teacher: at('integral') })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining('--head heatmap'),
    });
    await expect(write('none', { outputs: ['features'] })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining('under the name features. It does under: heatmaps'),
    });
    await expect(write('none', { teacher: at('nothing') })).rejects.toMatchObject({
      code: 'MISSING_FILE',
    });
    await expect(write('none', { shard: '2/2' })).rejects.toThrow(/0\/4/);
    await expect(write('none', { codec: { kind: 'topk', count: 200 } })).rejects.toMatchObject({
      code: 'BAD_OPTION',
    });
    expect(readdirSync(folder)).not.toContain('none');
  });

  it('maps that half precision cannot hold, naming whose they are', async () => {
    const weights = Object.fromEntries(
      Object.entries(model.weights).map(([name, values]) => [
        name,
        /bias/.test(name) ? values.map(() => 1e5) : values,
      ]),
    );
    await saveModel(at('loud'), { ...model, weights });
    await expect(write('loud-cache', { teacher: at('loud') })).rejects.toMatchObject({
      code: 'NON_FINITE',
      message: expect.stringMatching(
        /Annotation 1 \(00000001\.png\), heatmaps: the teacher's map holds/,
      ),
    });
    expect(readdirSync(at('loud-cache'))).toEqual([]);
  });
});
