import { hasReferenceData, referencePath } from '@pose-distill/internal-testing';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { annotations, cocoFolder, jpeg, temporaryFolder } from '../../test/coco-folder.js';
import { checkFolder } from './check-folder.js';

describe('checkFolder', () => {
  it('finds nothing wrong with a good folder', async () => {
    const folder = await cocoFolder(3);
    const report = await checkFolder(`coco:${folder.directory}`, {
      split: 'val',
      images: 'pixels',
    });
    expect(report).toMatchObject({
      problems: [],
      imageCount: 3,
      personCount: 3,
      sampleCount: 3,
      skeleton: 'custom3',
    });
    expect(report.images).toMatch(/val2017$/);
    await folder.remove();
  });

  it('collects annotations and pictures that are wrong', async () => {
    const folder = await cocoFolder(6);
    const json = JSON.parse(annotations(6));
    json.images.push({ id: 7, file_name: 'gone.jpg', width: 40, height: 30 });
    json.images.push({ id: 8, file_name: 'folder.jpg', width: 40, height: 30 });
    json.annotations.push({ ...json.annotations[0], id: 107, image_id: 7 });
    json.annotations.push({ ...json.annotations[0], id: 108, image_id: 8 });
    await folder.write('val2017/folder.jpg/inside', 'a folder is no picture');
    json.annotations[5].bbox = [1, 1, 0, 1];
    json.annotations[4].num_keypoints = 3;
    await folder.write('annotations/person_keypoints_val2017.json', JSON.stringify(json));
    await folder.write('val2017/1.jpg', await jpeg(1, 30, 40));
    await folder.write('val2017/2.jpg', Buffer.from('no picture'));
    const whole = await jpeg(3);
    await folder.write('val2017/3.jpg', whole.subarray(0, whole.length - 400));
    const check = async (images: 'header' | 'pixels') => {
      const { problems } = await checkFolder(`coco:${folder.directory}`, { split: 'val', images });
      return problems.map(({ severity, code, path }) => [severity, code, path.split('/').at(-1)]);
    };
    const header = [
      ['warning', 'COUNT_DISAGREES', 'annotations[4].num_keypoints'],
      ['error', 'EMPTY_BOX', 'annotations[5].bbox'],
      ['error', 'IMAGE_SIZE_DISAGREES', '1.jpg'],
      ['error', 'IMAGE_UNREADABLE', '2.jpg'],
      ['error', 'IMAGE_MISSING', 'gone.jpg'],
      ['error', 'IMAGE_UNREADABLE', 'folder.jpg'],
    ];
    expect(await check('header')).toEqual(header);
    const cut = ['error', 'IMAGE_UNREADABLE', '3.jpg'];
    expect(await check('pixels')).toEqual([...header.slice(0, 4), cut, ...header.slice(4)]);
    await folder.remove();
  });

  it('tells of pictures that are there twice, when pixels are read', async () => {
    const folder = await cocoFolder(2);
    await folder.write('val2017/2.jpg', await jpeg(1));
    const check = async (images: 'header' | 'pixels') =>
      (await checkFolder(`coco:${folder.directory}`, { split: 'val', images })).problems;
    expect(await check('header')).toEqual([]);
    expect(await check('pixels')).toMatchObject([
      { severity: 'warning', code: 'DUPLICATE_IMAGE', message: 'the same bytes as 1.jpg' },
    ]);
    await folder.remove();
  });

  it('reads pictures as told', async () => {
    const folder = await cocoFolder(1);
    const turned = await sharp(await jpeg(1, 30, 40))
      .withMetadata({ orientation: 6 })
      .toBuffer();
    await folder.write('val2017/1.jpg', turned); // 30 x 40 as stored, 40 x 30 as seen
    for (const images of ['header', 'pixels'] as const) {
      const check = async (applyOrientation: boolean) => {
        const options = { split: 'val', images, reading: { applyOrientation } } as const;
        return (await checkFolder(`coco:${folder.directory}`, options)).problems.map(
          ({ code }) => code,
        );
      };
      expect(await check(false)).toEqual(['IMAGE_SIZE_DISAGREES']);
      expect(await check(true)).toEqual([]);
    }
    await folder.remove();
  });

  it('gives the people and their pictures, to look at', async () => {
    const folder = await cocoFolder(2);
    const { dataset } = await checkFolder(`coco:${folder.directory}`, { split: 'val' });
    expect(await dataset!.readImage(dataset!.samples[1]!)).toMatchObject({ width: 40, height: 30 });
    await folder.remove();
  });

  it('reports a folder without pictures as one problem', async () => {
    const folder = await temporaryFolder();
    await folder.write('person_keypoints_val.json', annotations(4));
    const { problems, images } = await checkFolder(`coco:${folder.directory}`, { split: 'val' });
    expect(images).toBeUndefined();
    expect(problems.map(({ code }) => code)).toEqual(['IMAGE_MISSING']);
    await folder.remove();
  });

  it('has nothing to say about synthetic figures', async () => {
    const report = await checkFolder('synthetic:{"count":5}', { split: 'train' });
    expect(report).toMatchObject({ problems: [], sampleCount: 5, skeleton: 'coco17' });
  });

  it.skipIf(!hasReferenceData('lspet'))('finds no error in LSP-extended', async () => {
    const { problems } = await checkFolder(`coco:${referencePath('lspet')}`, { split: 'val' });
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
