import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
// By name: worker threads start from the built package.
import { makeBatch, type PoseDataset, syntheticDataset } from '@pose-distill/datasets';
import {
  createBatchLoader,
  createShardLoader,
  decodeImage,
  openDataset,
  openShards,
  type ShardLoaderOptions,
  type ShardRecord,
  writeShards,
} from '@pose-distill/datasets/node';
import { tarEnd, tarMember } from '@pose-distill/internal-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  annotations,
  cocoFolder,
  jpeg,
  type TestFolder,
  temporaryFolder,
} from '../../../test/coco-folder.js';

let folder: TestFolder;
let dataset: PoseDataset;
let shards: string;
beforeAll(async () => {
  folder = await cocoFolder(11);
  const path = 'annotations/person_keypoints_val2017.json';
  const json = JSON.parse(await readFile(join(folder.directory, path), 'utf8'));
  // A second person in picture 3, last in the file.
  json.annotations.push({ ...json.annotations[2], id: 999, bbox: [1, 2, 20, 20.5] });
  await folder.write(path, JSON.stringify(json));
  dataset = await openDataset(`coco:${folder.directory}`, { split: 'val' });
  shards = join(folder.directory, 'shards');
  await writeShards(dataset, shards, { maxCount: 3 });
});
afterAll(() => folder.remove());

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
const indices = async (items: AsyncIterable<ShardRecord>): Promise<number[]> =>
  (await all(items)).map(({ index }) => index);
const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);
const inOrder = [0, 1, 2, 11, 3, 4, 5, 6, 7, 8, 9, 10];

describe('writeShards', () => {
  it('writes each picture once, as it is, with its people', async () => {
    expect(await readdir(shards)).toEqual([
      'manifest.json',
      ...[0, 1, 2, 3].map((i) => `shard-00000${i}.tar`),
    ]);
    const records = await all(await openShards(shards));
    expect(records.map(({ index }) => index)).toEqual(inOrder);
    for (const { index, sample, picture } of records) {
      expect(sample).toEqual({ ...dataset.samples[index]! });
      const file = await readFile(join(folder.directory, 'val2017', sample.file));
      expect(Buffer.compare(file, picture)).toBe(0);
    }
    expect(records[3]!.picture).toBe(records[2]!.picture);
  });

  it('says in the manifest what was written', async () => {
    const manifest = JSON.parse(await readFile(join(shards, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({ format: 'pose-distill shards', version: 1, samples: 12 });
    expect(manifest.shards.map(({ samples }: { samples: number }) => samples)).toEqual([
      4, 3, 3, 2,
    ]);
    for (const { file, bytes, sha256 } of manifest.shards) {
      const data = await readFile(join(shards, file));
      expect(data.length).toBe(bytes);
      expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
    }
  });

  it('writes the same bytes again', async () => {
    const again = join(folder.directory, 'again');
    await writeShards(dataset, again, { maxCount: 3 });
    for (const file of await readdir(shards)) {
      expect(
        Buffer.compare(await readFile(join(again, file)), await readFile(join(shards, file))),
      ).toBe(0);
    }
  });

  it('keeps files under maxBytes', async () => {
    const small = join(folder.directory, 'small');
    const { manifest } = await writeShards(dataset, small, { maxBytes: 12_000, name: 'val' });
    expect(manifest.shards.length).toBeGreaterThan(2);
    for (const { bytes, file } of manifest.shards) {
      expect(bytes).toBeLessThanOrEqual(12_000);
      expect(file).toMatch(/^val-\d{6}\.tar$/);
    }
    expect(await indices(await openShards(small))).toEqual(inOrder);
    const single = await writeShards(dataset, join(folder.directory, 'single'), { maxBytes: 1 });
    expect(single.manifest.shards).toHaveLength(11);
  });

  it('has the form of WebDataset: adjacent members of one name', () => {
    let listing: string;
    try {
      listing = execFileSync('tar', ['-tf', join(shards, 'shard-000001.tar')], {
        encoding: 'utf8',
      });
    } catch {
      return; // no tar on this machine; the archive itself is tested beside readTar
    }
    expect(listing.trim().split('\n')).toEqual(
      [3, 4, 5].flatMap((i) => [`00000000${i}.jpg`, `00000000${i}.json`]),
    );
  });

  it('writes figures as PNG, pixel for pixel', async () => {
    const figures = syntheticDataset({ kind: 'synthetic', count: 3, seed: 2 }, 'train');
    const directory = join(folder.directory, 'figures');
    await writeShards(figures, directory);
    for (const { index, sample, picture } of await all(await openShards(directory))) {
      const drawn = await figures.readImage(figures.samples[index]!);
      const read = await decodeImage(picture, sample.file);
      expect([read.width, read.height]).toEqual([drawn.width, drawn.height]);
      expect(Buffer.compare(Buffer.from(read.data), Buffer.from(drawn.data))).toBe(0);
      expect([...sample.keypoints]).toEqual([...figures.samples[index]!.keypoints]);
    }
  });

  it('takes files of any name', async () => {
    const names = ['no-ending', 'a.b.JPG', 'über/bild.weird'];
    const odd = await temporaryFolder();
    for (const [i, name] of names.entries()) await odd.write(`val/${name}`, await jpeg(i));
    await odd.write(
      'person_keypoints_val.json',
      annotations(3, (i) => names[i - 1]!),
    );
    const source = await openDataset(`coco:${odd.directory}`, { split: 'val' });
    await writeShards(source, join(odd.directory, 'shards'));
    const records = await all(await openShards(join(odd.directory, 'shards')));
    expect(records.map(({ sample }) => sample.file)).toEqual(names);
    for (const { sample, picture } of records) {
      const file = await readFile(join(odd.directory, 'val', sample.file));
      expect(Buffer.compare(file, picture)).toBe(0);
    }
    await odd.remove();
  });

  it('leaves nothing behind after an error, or leaves out what is missing', async () => {
    const damaged = await cocoFolder(4);
    const broken = await openDataset(`coco:${damaged.directory}`, { split: 'val' });
    await rm(join(damaged.directory, 'val2017/3.jpg'));
    const directory = join(damaged.directory, 'shards');
    await expect(writeShards(broken, directory, { maxCount: 1 })).rejects.toMatchObject({
      code: 'BAD_IMAGE',
      message: expect.stringContaining('3.jpg'),
      details: { id: 103 },
    });
    expect(await readdir(directory)).toEqual([]);
    const { manifest, skippedRecords } = await writeShards(broken, directory, {
      onBadRecord: 'skip',
    });
    expect([manifest.samples, skippedRecords]).toEqual([3, 1]);
    await expect(writeShards(broken, directory)).rejects.toThrow(/exists already/);
    await damaged.remove();
  });

  it.each([
    { maxCount: 0 },
    { maxBytes: 0.5 },
    { name: '../x' },
    { name: '' },
  ])('refuses %j', async (options) => {
    await expect(writeShards(dataset, join(folder.directory, 'no'), options)).rejects.toMatchObject(
      { code: 'OUT_OF_RANGE' },
    );
  });
});

describe('openShards', () => {
  it('divides the archives among shares, each person once', async () => {
    for (const options of [{}, { shuffleBuffer: 3, seed: 4 }]) {
      for (const epoch of [0, 1]) {
        const parts: number[] = [];
        for (const shard of ['0/3', '1/3', { index: 2, count: 3 }]) {
          const stream = await openShards(shards, { shard, ...options });
          expect(stream.shardCount).toBe(4);
          parts.push(...(await indices(stream.epoch(epoch))));
        }
        expect(sorted(parts)).toEqual(sorted(inOrder));
      }
    }
  });

  it('mixes by seed, epoch and share, and repeats itself', async () => {
    const read = async (seed: number, epoch: number, shuffleBuffer = 5) =>
      indices((await openShards(shards, { seed, shuffleBuffer })).epoch(epoch));
    const first = await read(1, 0);
    expect(sorted(first)).toEqual(sorted(inOrder));
    expect(first).not.toEqual(inOrder);
    expect(await read(1, 0)).toEqual(first);
    for (const other of [await read(2, 0), await read(1, 1), await read(1, 0, 2)]) {
      expect(other).not.toEqual(first);
      expect(sorted(other)).toEqual(sorted(inOrder));
    }
    const stream = await openShards(shards, { seed: 1, shuffleBuffer: 1 });
    const orders = Array.from({ length: 20 }, (_, epoch) => stream.order(epoch).join());
    expect(new Set(orders).size).toBeGreaterThan(5);
  });

  it('reads archives from anywhere, in chunks of any size', async () => {
    const { skeleton } = dataset;
    const file = await readFile(join(shards, 'shard-000000.tar'));
    const list = {
      skeleton,
      shards: [
        {
          name: 'bucket/0',
          open: async () => (await new Response(file)).body as unknown as AsyncIterable<Uint8Array>,
        },
        {
          name: 'bucket/1',
          async *open() {
            for (let at = 0; at < file.length; at += 777) yield file.subarray(at, at + 777);
          },
        },
      ],
    };
    expect(await indices(await openShards(list))).toEqual([0, 1, 2, 11, 0, 1, 2, 11]);
  });

  it('closes the archive when a reader leaves early', async () => {
    let closed = false;
    const data = await readFile(join(shards, 'shard-000000.tar'));
    async function* open() {
      try {
        yield data;
        yield new Uint8Array(512);
      } finally {
        closed = true;
      }
    }
    const stream = await openShards({ skeleton: dataset.skeleton, shards: [{ name: 'x', open }] });
    for await (const { index } of stream) {
      expect(index).toBe(0);
      break;
    }
    expect(closed).toBe(true);
  });

  const of = (...members: [string, string][]) => {
    const data = Buffer.concat([
      ...members.flatMap(([name, text]) => tarMember(name, new TextEncoder().encode(text))),
      tarEnd(),
    ]);
    return {
      skeleton: dataset.skeleton,
      shards: [{ name: 'x.tar', open: async () => oneChunk(data) }],
    };
  };
  async function* oneChunk(data: Uint8Array) {
    yield data;
  }
  const person = {
    ...{ index: 0, id: 1, imageId: 1, file: 'a.jpg', area: 1 },
    imageSize: { width: 4, height: 3 },
    box: { x: 0, y: 0, width: 4, height: 3 },
    keypoints: [1, 2, 3, 4, null, null],
    visibility: [2, 1, 0],
  };
  const people = (...list: unknown[]): string => JSON.stringify({ people: list });

  it('takes archives of other writers: folders in names, other members, unlabelled nulls', async () => {
    const stream = await openShards(
      of(
        ['a/1.cls', '3'],
        ['a/1.jpg', 'x'],
        ['a/1.json', people(person)],
        ['b/1.json', people(person)],
        ['b/1.PNG', 'y'],
      ),
    );
    const records = await all(stream);
    expect(records.map(({ picture }) => String.fromCharCode(...picture))).toEqual(['x', 'y']);
    expect([...records[0]!.sample.keypoints]).toEqual([1, 2, 3, 4, 0, 0]);
  });

  it.each<[string, string, RegExp]>([
    ['no JSON', '{', /x\.tar, 1\.json is not JSON/],
    ['no people', '{"people":3}', /x\.tar, 1\.json: expected \{ "people"/],
    ['null', 'null', /expected \{ "people"/],
    ['no person', people(null), /people\[0\]\.is no object/],
    ['no index', people({ ...person, index: -1 }), /people\[0\]\.index/],
    ['no file', people({ ...person, file: 3 }), /people\[0\]\.file/],
    ['no size', people({ ...person, imageSize: 3 }), /people\[0\]\.imageSize/],
    ['no box', people({ ...person, box: { x: 1 } }), /people\[0\]\.box/],
    ['too few keypoints', people({ ...person, keypoints: [1, 2] }), /keypoints: expected 6/],
    ['text keypoints', people({ ...person, keypoints: 'abcdef' }), /keypoints: expected 6/],
    [
      'other flags',
      people(person, { ...person, visibility: [3, 0, 0] }),
      /people\[1\]\.visibility/,
    ],
  ])('refuses or leaves out a record with %s', async (_, json, message) => {
    const source = of(['1.jpg', 'x'], ['1.json', json], ['2.jpg', 'y'], ['2.json', people(person)]);
    await expect(all(await openShards(source))).rejects.toMatchObject({
      code: 'BAD_SHARD',
      message: expect.stringMatching(message),
    });
    const stream = await openShards(source, { onBadRecord: 'skip' });
    expect(await indices(stream)).toEqual([0]);
    expect(stream.skippedRecords).toBe(1);
  });

  it('refuses a record without its picture', async () => {
    const source = of(['1.json', people(person)], ['2.txt', 'x']);
    await expect(all(await openShards(source))).rejects.toThrow(
      /expected a picture and a json member, found json/,
    );
  });

  it('names the archive and the place where it is damaged', async () => {
    const copy = join(folder.directory, 'copy');
    await mkdir(copy);
    for (const file of await readdir(shards)) {
      await writeFile(join(copy, file), await readFile(join(shards, file)));
    }
    const path = join(copy, 'shard-000002.tar');
    const data = await readFile(path);
    data[2] = 0x41;
    await writeFile(path, data);
    await expect(all(await openShards(copy))).rejects.toMatchObject({
      code: 'BAD_SHARD',
      message: expect.stringMatching(
        /shard-000002\.tar cannot be read: no tar archive \(at byte 0\)/,
      ),
      details: { file: path, offset: 0 },
    });
    await truncate(path, 3000);
    await expect(openShards(copy)).rejects.toThrow(
      /shard-000002\.tar has 3000 bytes, its manifest says \d+\. Fetch or write it again/,
    );
    await rm(path);
    await expect(openShards(copy)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const cut = { name: 'cut', open: async () => oneChunk(data.subarray(0, 3000)) };
    const list = { skeleton: dataset.skeleton, shards: [cut] };
    data[2] = 0x30;
    await expect(all(await openShards(list))).rejects.toThrow(/cut cannot be read: cut short/);
  });

  it('refuses what is no folder of shards', async () => {
    const empty = await temporaryFolder();
    const open = () => openShards(empty.directory);
    await expect(open()).rejects.toThrow(/manifest\.json cannot be read/);
    const manifest = JSON.parse(await readFile(join(shards, 'manifest.json'), 'utf8'));
    const outside = [{ ...manifest.shards[0], file: '../x.tar' }];
    for (const text of [
      '{',
      '[]',
      '{"version":1}',
      JSON.stringify({ ...manifest, shards: outside }),
    ]) {
      await empty.write('manifest.json', text);
      await expect(open()).rejects.toMatchObject({ code: 'BAD_SHARD' });
    }
    await empty.remove();
    await expect(openShards(shards, { shard: '4/5' })).rejects.toThrow(/there are 4 archives/);
    await expect(openShards(shards, { shard: '5/5' })).rejects.toThrow(/expected i\/n/);
  });
});

describe('createShardLoader', () => {
  const settings = { inputSize: { width: 24, height: 32 }, batchSize: 5 };
  async function take(count: number, change: Partial<ShardLoaderOptions> = {}) {
    const loader = await createShardLoader({ source: shards, ...settings, ...change });
    try {
      const batches = [];
      while (batches.length < count) batches.push(await loader.next());
      return batches;
    } finally {
      await loader.close();
    }
  }
  const training = { augment: { recipe: 'hrnet', colour: {} }, seed: 3, shuffleBuffer: 4 } as const;

  it('makes of its samples what createBatchLoader makes of them', async () => {
    const heatmaps = { heatmapSize: { width: 6, height: 8 }, sigma: 1 };
    const batches = await take(4, { ...training, heatmaps });
    expect(batches.map(({ size }) => size)).toEqual([5, 5, 5, 5]);
    for (const [step, batch] of batches.entries()) {
      const { inputSize } = settings;
      const { augment, seed } = training;
      const options = { inputSize, augment, seed, heatmaps, epoch: Math.floor(step / 2) };
      expect(batch).toEqual(await makeBatch(dataset, batch.sampleIndices, options));
    }
  });

  it('gives the same batches for any number of workers, and goes on from any step', async () => {
    const local = await take(5, { ...training, workers: 0 });
    for (const change of [{ workers: 1 }, { workers: 2, ahead: 6 }, { workers: 2, ahead: 0 }]) {
      expect(await take(5, { ...training, ...change })).toEqual(local);
    }
    expect(await take(2, { ...training, startStep: 3 })).toEqual(local.slice(3));
    expect(await take(2, { ...training, startStep: 3, workers: 0, ahead: 0 })).toEqual(
      local.slice(3),
    );
  });

  it('passes over whole epochs unread when it goes on, where counts are known', async () => {
    const data = await readFile(join(shards, 'shard-000000.tar')); // 4 people
    let opened = 0;
    const list = (samples?: number) => ({
      skeleton: dataset.skeleton,
      shards: [0, 1, 2].map((i) => ({
        name: `${i}`,
        ...(samples === undefined ? {} : { samples }),
        async *open() {
          opened++;
          yield data;
        },
      })),
    });
    const change = { ...training, workers: 0, ahead: 0 };
    for (const lastBatch of ['drop', 'keep'] as const) {
      const all = await take(7, { ...change, source: list(4), lastBatch });
      expect(all.map(({ size }) => size)).toEqual(
        lastBatch === 'drop' ? [5, 5, 5, 5, 5, 5, 5] : [5, 5, 2, 5, 5, 2, 5],
      );
      for (const startStep of [0, 1, 2, 3, 4, 5, 6]) {
        for (const source of [list(4), list()]) {
          const [batch] = await take(1, { ...change, source, lastBatch, startStep });
          expect(batch).toEqual(all[startStep]);
        }
      }
    }
    opened = 0;
    await take(1, { ...change, source: list(4), startStep: 2_000_000 });
    expect(opened).toBeLessThanOrEqual(6);
    expect((await openShards(list(4), { shard: '1/2' })).sampleCount(0)).toBe(4);
    expect((await openShards(list())).sampleCount(0)).toBeUndefined();
    expect((await openShards(shards)).sampleCount(3)).toBe(12);
  });

  it('makes one pass in order without augmentation, the same as from the folder', async () => {
    for (const workers of [0, 1]) {
      const loader = await createShardLoader({ source: shards, ...settings, workers });
      const batches = await all(loader);
      expect(batches.flatMap(({ sampleIndices }) => [...sampleIndices])).toEqual(inOrder);
      expect(batches.map(({ size }) => size)).toEqual([5, 5, 2]);
      await expect(loader.next()).rejects.toMatchObject({ code: 'CLOSED' });
    }
    const folderLoader = await createBatchLoader({ source: dataset, ...settings, batchSize: 3 });
    const [fromFolder, fromShards] = [
      await folderLoader.next(),
      (await take(1, { batchSize: 3 }))[0],
    ];
    await folderLoader.close();
    expect(fromShards).toEqual(fromFolder);
  });

  it('ends an epoch with what it has when that is less than a batch', async () => {
    const batches = await take(3, { ...training, batchSize: 50 });
    expect(batches.map(({ size }) => size)).toEqual([12, 12, 12]);
  });

  it('keeps two people apart that have one index', async () => {
    const file = await readFile(join(shards, 'shard-000000.tar'));
    const other = await readFile(join(shards, 'shard-000001.tar'));
    const bytes = Buffer.from(
      other.toString('latin1').replaceAll('"index":3', '"index":0'),
      'latin1',
    );
    const list = {
      skeleton: dataset.skeleton,
      shards: [file, bytes].map((data, i) => ({
        name: `${i}`,
        async *open() {
          yield data;
        },
      })),
    };
    const [batch] = await take(1, { source: list });
    expect([...batch!.sampleIndices]).toEqual([0, 1, 2, 11, 0]);
    const wanted = await makeBatch(dataset, [0, 1, 2, 11, 3], settings);
    expect(batch!.images).toEqual(wanted.images);
  });

  it('tells of a damaged archive each time, and of a damaged picture once', async () => {
    const data = await readFile(join(shards, 'shard-000000.tar'));
    const source = (bytes: Uint8Array) => ({
      skeleton: dataset.skeleton,
      shards: [
        {
          name: 'x',
          async *open() {
            yield bytes;
          },
        },
      ],
    });
    const cut = await createShardLoader({ source: source(data.subarray(0, 2000)), ...settings });
    for (let i = 0; i < 6; i++) {
      await expect(cut.next()).rejects.toMatchObject({ code: 'BAD_SHARD' });
    }
    await cut.close();
    const damaged = Buffer.from(data);
    damaged.fill(0, 512, 800); // the first picture
    const options = { source: source(damaged), ...settings, batchSize: 2, epochs: 1 };
    const strict = await createShardLoader(options);
    await expect(strict.next()).rejects.toMatchObject({
      code: 'BAD_IMAGE',
      message: expect.stringMatching(/^Annotation 101: 1\.jpg cannot be read as a picture/),
    });
    expect((await strict.next()).size).toBe(2);
    await strict.close();
    const lenient = await createShardLoader({ ...options, onBadRecord: 'skip' });
    const sizes = (await all(lenient)).map(({ size }) => size);
    expect([sizes, lenient.skippedRecords]).toEqual([[1, 2], 1]);
  });

  it('says so when there is no more', async () => {
    const loader = await createShardLoader({ source: shards, ...settings, batchSize: 12 });
    await loader.next();
    for (let i = 0; i < 3; i++) {
      await expect(loader.next()).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    }
    await loader.close();
    await loader.close();
    await expect(loader.next()).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it.each<Partial<ShardLoaderOptions>>([
    { batchSize: 0 },
    { workers: -1 },
    { startStep: 0.5 },
    { epochs: 0 },
    { shuffleBuffer: -1 },
    { augment: 'none' as never },
    { shard: '9/3' },
  ])('refuses %j', async (change) => {
    await expect(take(1, change)).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  });
});
