import { join } from 'node:path';
import { hasReferenceData, referencePath } from '@pose-distill/internal-testing';
import { afterEach, describe, expect, it } from 'vitest';
import {
  annotations,
  cocoFolder,
  jpeg,
  type TestFolder,
  temporaryFolder,
} from '../../test/coco-folder.js';
import { makeBatch } from '../batch.js';
import { openDataset } from './open.js';
import { parseSource } from './source.js';

const folders: TestFolder[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await folder.remove();
});
async function folderWith(files: Record<string, string | Uint8Array>): Promise<TestFolder> {
  const folder = await temporaryFolder();
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) await folder.write(path, content);
  return folder;
}
const source = (folder: TestFolder) => `coco:${folder.directory}`;

describe('parseSource', () => {
  it.each([
    ['coco:/data/coco', { kind: 'coco', directory: '/data/coco' }],
    ['coco:C:\\data', { kind: 'coco', directory: 'C:\\data' }],
    ['mpii:/data/mpii', { kind: 'mpii', directory: '/data/mpii' }],
    ['synthetic', { kind: 'synthetic' }],
    ['synthetic:{"count":5,"seed":2}', { kind: 'synthetic', count: 5, seed: 2 }],
    [
      'synthetic:{"people":{"from":2,"to":6},"crowding":0.7,"truncation":0,"motionBlur":0.02,"occluders":0,"skeleton":"mpii16"}',
      {
        kind: 'synthetic',
        people: { from: 2, to: 6 },
        crowding: 0.7,
        truncation: 0,
        motionBlur: 0.02,
        occluders: 0,
        skeleton: 'mpii16',
      },
    ],
    [{ kind: 'synthetic', count: 3 } as const, { kind: 'synthetic', count: 3 }],
  ])('reads %j', (text, spec) => {
    expect(parseSource(text)).toEqual(spec);
  });

  it.each([
    ['coco:'],
    ['coco'],
    ['lsp:'],
    ['flic:/x'],
    [''],
    ['synthetic:500'],
    ['synthetic:{'],
    ['synthetic:{"n":5}'],
  ])('refuses %j and says what is possible', (text) => {
    expect(() => parseSource(text)).toThrow(/expected `coco:DIR` .*`synthetic` or/);
  });
});

describe('openDataset', () => {
  const picture = jpeg(1);

  it('finds annotations in annotations/ and pictures in val2017/', async () => {
    const folder = await cocoFolder(3);
    folders.push(folder);
    const dataset = await openDataset(source(folder), { split: 'val' });
    expect(dataset.samples.map(({ id }) => id)).toEqual([101, 102, 103]);
    expect(dataset.groundTruth().annotations).toHaveLength(3);
    const image = await dataset.readImage(dataset.samples[1]!);
    expect([image.width, image.height]).toEqual([40, 30]);
  });

  it.each([
    ['person_keypoints_val.json', 'val/1.jpg'],
    ['person_keypoints_val.json', 'val_pictures/1.jpg'],
    ['person_keypoints_val2017.json', 'images/1.jpg'],
    ['person_keypoints_val2017.json', 'images/val2017/1.jpg'],
    ['annotations/person_keypoints_val_small.json', 'val2017/1.jpg'],
    ['annotations/person_keypoints_val2017.json', '1.jpg'],
  ])('finds %s with %s', async (file, image) => {
    const folder = await folderWith({ [file]: annotations(1), [image]: await picture });
    const { samples, readImage } = await openDataset(source(folder), { split: 'val' });
    expect((await readImage(samples[0]!)).width).toBe(40);
  });

  it('follows names that lead into sub-folders', async () => {
    const folder = await folderWith({
      'person_keypoints_val.json': annotations(1, (i) => `deep/${i}.jpg`),
      'images/deep/1.jpg': await picture,
    });
    const { samples, readImage } = await openDataset(source(folder), { split: 'val' });
    expect((await readImage(samples[0]!)).width).toBe(40);
  });

  it('prefers the folder named as the annotation file', async () => {
    const folder = await folderWith({
      'person_keypoints_val2017.json': annotations(1),
      'val/1.jpg': await jpeg(1, 10, 10),
      'val2017/1.jpg': await picture,
    });
    const { samples, readImage } = await openDataset(source(folder), { split: 'val' });
    expect((await readImage(samples[0]!)).width).toBe(40);
  });

  it('takes named files', async () => {
    const folder = await folderWith({
      'people.json': annotations(1),
      'photos/1.jpg': await picture,
    });
    const spec = { kind: 'coco', directory: folder.directory } as const;
    const dataset = await openDataset(
      { ...spec, annotations: 'people.json', images: 'photos' },
      { split: 'train' },
    );
    expect(dataset.samples).toHaveLength(1);
  });

  it('says where it looked for annotations', async () => {
    const folder = await folderWith({ 'person_keypoints_train.json': annotations(1) });
    const { directory } = folder;
    await expect(openDataset(source(folder), { split: 'val' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(
        `looked for ${join(directory, 'person_keypoints_val*.json')} and ` +
          join(directory, 'annotations', 'person_keypoints_val*.json'),
      ),
    });
    await expect(openDataset('coco:/nowhere/at/all', { split: 'val' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: '/nowhere/at/all is not a folder that can be read.',
    });
  });

  it('does not choose between two annotation files', async () => {
    const folder = await folderWith({
      'person_keypoints_val.json': annotations(1),
      'annotations/person_keypoints_val2017.json': annotations(1),
    });
    await expect(openDataset(source(folder), { split: 'val' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/Several annotation files.*val\.json, .*val2017\.json/),
    });
  });

  it('says where it looked for pictures', async () => {
    const folder = await folderWith({
      'person_keypoints_val.json': annotations(2),
      'val/x.txt': '',
    });
    await expect(openDataset(source(folder), { split: 'val' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(
        /looked for 1\.jpg and the 1 after it in .*\/val\/, .*\/images\//,
      ),
    });
  });

  it('counts and names missing pictures', async () => {
    const folder = await folderWith({
      'person_keypoints_val.json': annotations(6),
      'val/2.jpg': await picture,
    });
    await expect(openDataset(source(folder), { split: 'val' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^5 of 6 pictures .* 1\.jpg, 3\.jpg, 4\.jpg, \.\.\./),
      details: { missing: ['1.jpg', '3.jpg', '4.jpg', '5.jpg', '6.jpg'] },
    });
  });

  it.each([
    ['{"images": [', /person_keypoints_val\.json is not JSON .* Is the file whole/],
    ['[]', /person_keypoints_val\.json has .*NOT_COCO/],
  ])('names an annotation file that is %s', async (text, message) => {
    const folder = await folderWith({ 'person_keypoints_val.json': text });
    await expect(openDataset(source(folder), { split: 'val' })).rejects.toMatchObject({
      code: 'BAD_ANNOTATION',
      message: expect.stringMatching(message),
    });
  });

  it('leaves annotations with errors out when asked', async () => {
    const json = JSON.parse(annotations(2));
    json.annotations[0].bbox = [1, 1, 0, 0];
    const folder = await folderWith({
      'person_keypoints_val.json': JSON.stringify(json),
      'val/2.jpg': await picture,
    });
    const spec = { kind: 'coco', directory: folder.directory } as const;
    await expect(openDataset(spec, { split: 'val' })).rejects.toThrow(/EMPTY_BOX/);
    const { samples } = await openDataset({ ...spec, onBadRecord: 'skip' }, { split: 'val' });
    expect(samples.map(({ id }) => id)).toEqual([102]);
  });

  it('refuses another split', async () => {
    const opening = openDataset('synthetic', { split: 'test' as never });
    await expect(opening).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  });
});

describe.skipIf(!hasReferenceData('lspet'))('real folders', () => {
  it('opens LSP-extended and makes a batch', async () => {
    const dataset = await openDataset(`coco:${referencePath('lspet')}`, { split: 'val' });
    expect(dataset.samples).toHaveLength(499);
    const batch = await makeBatch(dataset, [0, 7, 498], {
      inputSize: { width: 64, height: 64 },
      augment: {},
    });
    expect(batch.weights.reduce((sum, weight) => sum + weight)).toBeGreaterThan(20);
  });

  it('opens the COCO photographs', async () => {
    const directory = referencePath('coco');
    const annotations = 'person_keypoints_with_images.json';
    const dataset = await openDataset({ kind: 'coco', directory, annotations }, { split: 'val' });
    expect(dataset.groundTruth().annotations).toHaveLength(60);
    for (const sample of dataset.samples) {
      const { width, height } = await dataset.readImage(sample);
      expect({ width, height }).toEqual(sample.imageSize);
    }
  });
});
