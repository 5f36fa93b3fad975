import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestFolder, temporaryFolder } from '../../test/coco-folder.js';
import { syntheticDataset } from '../synthetic.js';
import { checkFolder } from './check-folder.js';
import { openDataset } from './open.js';
import { writeFigures } from './write-figures.js';

let folder: TestFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
  await writeFigures(folder.directory, { train: 4, val: 2, seed: 3 });
});
afterAll(() => folder.remove());

it('writes a folder that reads back as the same people and pixels', async () => {
  for (const split of ['train', 'val'] as const) {
    const count = split === 'train' ? 4 : 2;
    const drawn = syntheticDataset({ kind: 'synthetic', count, seed: 3 }, split);
    const read = await openDataset(`coco:${folder.directory}`, { split });
    expect(read.skeleton).toEqual(drawn.skeleton);
    expect(read.groundTruth()).toEqual(drawn.groundTruth());
    for (let i = 0; i < count; i++) {
      const [a, b] = [drawn.samples[i]!, read.samples[i]!];
      expect(b.file).toBe(a.file);
      expect(b.visibility).toEqual(a.visibility);
      expect(b.box).toEqual(a.box);
      expect(b.area).toBe(a.area);
      a.visibility.forEach((v, k) => {
        if (v > 0) expect(b.keypoints[2 * k]).toBe(a.keypoints[2 * k]);
      });
      const [x, y] = [await drawn.readImage(a), await read.readImage(b)];
      expect(Buffer.compare(Buffer.from(x.data), Buffer.from(y.data))).toBe(0);
    }
  }
});

it('leaves no temporary files and no problems', async () => {
  expect(await readdir(join(folder.directory, 'annotations'))).toEqual([
    'person_keypoints_train.json',
    'person_keypoints_val.json',
  ]);
  expect(await readdir(join(folder.directory, 'val'))).toEqual(['00000001.png', '00000002.png']);
  const { problems } = await checkFolder(`coco:${folder.directory}`, {
    split: 'train',
    images: 'pixels',
  });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
});

it('writes crowds that read back, with their crowd indices', async () => {
  const crowd = { people: 5, crowding: 0.9, skeleton: 'crowdpose14', seed: 4 } as const;
  const place = await temporaryFolder();
  try {
    await writeFigures(place.directory, { ...crowd, train: 3, val: 0 });
    expect(await readdir(join(place.directory, 'train'))).toHaveLength(3);
    const drawn = syntheticDataset({ ...crowd, kind: 'synthetic', count: 3 }, 'train');
    const read = await openDataset(`coco:${place.directory}`, { split: 'train' });
    expect(read.skeleton.name).toBe('crowdpose14');
    expect(read.groundTruth()).toEqual(drawn.groundTruth());
    const labelled = drawn.samples.filter(({ visibility }) => visibility.some((v) => v > 0));
    expect(labelled.length).toBeGreaterThan(12);
    expect(read.samples.map(({ id }) => id)).toEqual(labelled.map(({ id }) => id));
    for (const [i, sample] of read.samples.entries()) {
      const [a, b] = [await drawn.readImage(labelled[i]!), await read.readImage(sample)];
      expect(Buffer.compare(Buffer.from(a.data), Buffer.from(b.data))).toBe(0);
    }
  } finally {
    await place.remove();
  }
});
