import { describe, expect, it } from 'vitest';
import { parseCocoKeypoints } from '../coco/parse.js';
import { type cocoFile, syntheticDataset } from '../synthetic.js';
import { openFiles } from './open-files.js';

const dataset = syntheticDataset({ kind: 'synthetic', count: 3, seed: 1 }, 'train');
const json = (rename: (file: string) => string = (file) => file): ReturnType<typeof cocoFile> => {
  const file = JSON.parse(JSON.stringify(dataset.groundTruth())) as ReturnType<typeof cocoFile>;
  return {
    ...file,
    images: file.images.map((image) => ({ ...image, file_name: rename(image.file_name) })),
  };
};
const file = (name: string): File => new File(['not decoded here'], name);
const NAMES = ['00000001.png', '00000002.png', '00000003.png'];

describe('openFiles', () => {
  it('gives the samples of the annotations, from JSON, a file or a parser', async () => {
    const text = JSON.stringify(json());
    const forms = [
      json(),
      new Blob([text]),
      new File([text], 'labels.json'),
      parseCocoKeypoints(json()),
    ];
    for (const annotations of forms) {
      const opened = await openFiles(NAMES.map(file), annotations, { name: 'mine' });
      expect(opened.name).toBe('mine');
      expect(opened.skeleton.name).toBe('coco17');
      expect(opened.samples.map(({ file: name }) => name)).toEqual(NAMES);
      expect(opened.samples[1]!.keypoints).toEqual(dataset.samples[1]!.keypoints);
      expect(opened.groundTruth().annotations).toHaveLength(3);
      expect(opened.images).toBeUndefined();
    }
  });

  it('finds pictures by the end of their path, else by their name', async () => {
    const dropped = (path: string) => ({ path, file: file(path.split('/').at(-1)!) });
    const inFolders = ['a', 'b'].flatMap((folder) =>
      NAMES.map((name) => dropped(`x/${folder}/${name}`)),
    );
    const opened = await openFiles(
      inFolders,
      json((name) => `./b/${name}`),
    );
    expect(opened.samples).toHaveLength(3);
    const elsewhere = NAMES.map((name) => dropped(`photos/${name}`));
    expect(
      (
        await openFiles(
          elsewhere,
          json((name) => `train2017/${name}`),
        )
      ).samples,
    ).toHaveLength(3);
    const relative = NAMES.map((name) =>
      Object.defineProperty(file(name), 'webkitRelativePath', { value: `top/train/${name}` }),
    );
    expect(
      (
        await openFiles(
          relative,
          json((name) => `train/${name}`),
        )
      ).samples,
    ).toHaveLength(3);
  });

  it('does not take a file whose name only ends alike', async () => {
    const files = NAMES.map((name) => file(`1${name}`));
    await expect(openFiles(files, json())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('says which pictures are missing or could be several, or goes on without them', async () => {
    const two = NAMES.slice(0, 2).map(file);
    await expect(openFiles(two, json())).rejects.toMatchObject({
      code: 'NOT_FOUND',
      details: { missing: ['00000003.png'] },
      message: expect.stringMatching(/1 picture is not among the files: 00000003\.png\. Add/),
    });
    const skipped = await openFiles(two, json(), { onMissingImage: 'skip' });
    expect(skipped.samples.map(({ file: name }) => name)).toEqual(NAMES.slice(0, 2));
    await expect(openFiles([], json(), { onMissingImage: 'skip' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const twice = [...NAMES.map(file), { path: 'other/00000002.png', file: file('00000002.png') }];
    await expect(openFiles(twice, json())).rejects.toThrow(
      /00000002\.png \(could be 00000002\.png or other\/00000002\.png\)/,
    );
  });

  it('refuses what is no annotation file', async () => {
    await expect(openFiles([], new File(['{'], 'labels.json'))).rejects.toMatchObject({
      code: 'BAD_ANNOTATION',
      message: expect.stringContaining('labels.json is not JSON'),
    });
    await expect(openFiles([], { images: [] })).rejects.toMatchObject({ code: 'BAD_ANNOTATION' });
    const opened = await openFiles(NAMES.map(file), json());
    await expect(
      opened.readImage({ ...opened.samples[0]!, file: 'stranger.png' }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
