import { readFileSync } from 'node:fs';
import { hasReferenceData, referencePath } from '@pose-distill/internal-testing';
import { afterEach, describe, expect, it } from 'vitest';
import { annotations, jpeg, type TestFolder, temporaryFolder } from '../../test/coco-folder.js';
import { makeBatch } from '../batch.js';
import { openDataset } from './open.js';
import { ANNOTATION_KINDS, type AnnotationKind } from './source.js';

const folders: TestFolder[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await folder.remove();
});
async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await temporaryFolder();
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) await folder.write(path, content);
  return folder.directory;
}
const golden = (name: string): Buffer =>
  readFileSync(new URL(`../../test/golden/${name}`, import.meta.url));
const mpiiJson = (...images: string[]): string =>
  JSON.stringify(
    images.map((image) => ({
      image,
      center: [20, 15],
      scale: 0.1,
      joints: Array(16).fill([10, 12]).with(0, [20, 18]),
      joints_vis: Array(16).fill(1),
    })),
  );

describe('where each data set has its files', () => {
  it.each<[AnnotationKind, 'train' | 'val', string, string]>([
    ['coco', 'train', 'annotations/coco_wholebody_train_v1.0.json', 'train2017/1.jpg'],
    ['crowdpose', 'train', 'annotations/mmpose_crowdpose_train.json', 'images/1.jpg'],
    ['crowdpose', 'val', 'json/crowdpose_val.json', 'images/1.jpg'],
    ['crowdpose', 'val', 'test_crowdpose.json', '1.jpg'],
    [
      'aic',
      'train',
      'annotations/aic_train.json',
      'ai_challenger_keypoint_train_20170902/keypoint_train_images_20170902/1.jpg',
    ],
    ['ochuman', 'val', 'annotations/ochuman_coco_format_val_range_0.00_1.00.json', 'images/1.jpg'],
    ['mhp', 'train', 'annotations/mhp_train.json', 'train/images/1.jpg'],
    ['mhp', 'val', 'mhp_val.json', 'val/images/1.jpg'],
    ['jhmdb', 'val', 'annotations/Sub1_test.json', 'Rename_Images/1.jpg'],
    ['jhmdb', 'train', 'Sub2_train.json', '1.jpg'],
  ])('%s %s: %s and %s', async (kind, split, file, image) => {
    const directory = await folderWith({ [file]: annotations(1), [image]: await jpeg(1) });
    const dataset = await openDataset(`${kind}:${directory}`, { split });
    expect((await dataset.readImage(dataset.samples[0]!)).width).toBe(40);
    // The file itself does as well.
    const direct = await openDataset(`${kind}:${directory}/${file}`, { split });
    expect(direct.samples).toEqual(dataset.samples);
  });

  it.each([
    ['val', 'annot/valid.json'],
    ['train', 'annot/train.json'],
    ['val', 'annotations/mpii_val.json'],
  ] as const)('mpii %s: %s', async (split, file) => {
    const directory = await folderWith({
      [file]: mpiiJson('1.jpg'),
      'images/1.jpg': await jpeg(1),
    });
    const { samples, skeleton } = await openDataset(`mpii:${directory}`, { split });
    expect(skeleton.name).toBe('mpii16');
    expect(samples[0]!.imageSize).toEqual({ width: 40, height: 30 });
    expect([...samples[0]!.keypoints.slice(0, 4)]).toEqual([19, 17, 9, 11]);
  });

  it("takes MPII's head boxes from the file beside the validation list", async () => {
    const open = async (people: number, split: 'train' | 'val' = 'val') =>
      openDataset(
        `mpii:${await folderWith({
          'annot/valid.json': mpiiJson(...Array<string>(people).fill('1.jpg')),
          'annot/train.json': mpiiJson('1.jpg', '1.jpg', '1.jpg'),
          'annot/gt_valid.mat': golden('gt-valid.mat'),
          'images/1.jpg': await jpeg(1),
        })}`,
        { split },
      );
    const { samples, problems } = await open(3);
    expect(samples.map(({ headBox }) => headBox)).toEqual([
      { x: 9, y: 19, width: 30, height: 45 },
      { x: 99.5, y: 0, width: 12, height: 8 },
      { x: 4, y: 6, width: 7, height: 9 },
    ]);
    expect(problems?.map(({ code }) => code)).not.toContain('COUNT_DISAGREES');
    const other = await open(2);
    expect(other.samples[0]!.headBox).toBeUndefined();
    expect(other.problems).toContainEqual(
      expect.objectContaining({ severity: 'warning', code: 'COUNT_DISAGREES' }),
    );
    expect((await open(3, 'train')).samples[0]!.headBox).toBeUndefined();
  });

  it.skipIf(!hasReferenceData('mpii/valid.json'))(
    'finds 2958 heads for the real list',
    async () => {
      const read = (name: string) => readFileSync(referencePath('mpii', name));
      const directory = await folderWith({
        'annot/valid.json': read('valid.json'),
        'annot/gt_valid.mat': read('detections_our_format.mat'),
      });
      const truth = JSON.parse(read('gt_valid.json').toString()) as { headboxes_src: number[][][] };
      const source = { kind: 'mpii', directory, onMissingImage: 'ignore' } as const;
      const { samples } = await openDataset(source, { split: 'val' });
      expect(samples).toHaveLength(2958);
      for (const { id, headBox } of samples) {
        const [from, to] = truth.headboxes_src.map((corner) =>
          corner.map((axis) => axis[id - 1]! - 1),
        );
        expect(headBox).toEqual({
          ...{ x: from![0], y: from![1] },
          ...{ width: to![0]! - from![0]!, height: to![1]! - from![1]! },
        });
      }
    },
  );

  it('JHMDB counts pixels from 1', async () => {
    const directory = await folderWith({
      'Sub1_test.json': annotations(1),
      '1.jpg': await jpeg(1),
    });
    const [jhmdb] = (await openDataset(`jhmdb:${directory}`, { split: 'val' })).samples;
    const [coco] = (await openDataset(`coco:${directory}/Sub1_test.json`, { split: 'val' }))
      .samples;
    expect(jhmdb!.box).toEqual({ ...coco!.box, x: coco!.box.x - 1, y: coco!.box.y - 1 });
    expect(jhmdb!.keypoints[0]).toBe(coco!.keypoints[0]! - 1);
    expect(jhmdb!.keypoints[4]).toBe(0); // not labelled
  });

  it('takes the other split’s file for no split of its own', async () => {
    const directory = await folderWith({ 'test_aic.json': annotations(1), '1.jpg': await jpeg(1) });
    expect((await openDataset(`aic:${directory}`, { split: 'val' })).samples).toHaveLength(1);
    await expect(openDataset(`aic:${directory}`, { split: 'train' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('says what was looked for', async () => {
    const directory = await folderWith({ 'x.txt': '' });
    for (const kind of ANNOTATION_KINDS) {
      await expect(openDataset(`${kind}:${directory}`, { split: 'train' })).rejects.toThrow(
        new RegExp(`No annotation file for 'train': looked for .*kind: '${kind}'`),
      );
    }
  });
});

describe('MPII and LSP in MATLAB files', () => {
  const names = ['000000101', '000000102', '000000104'];
  const mpii = async (extra: Record<string, string> = {}) => {
    const pictures: Record<string, Uint8Array> = {};
    for (const name of names) pictures[`images/${name}.jpg`] = await jpeg(1, 700, 650);
    return folderWith({
      'mpii_human_pose_v1_u12_1.mat': golden('mpii.mat'),
      ...pictures,
      ...extra,
    });
  };

  it('reads the training part of MPII’s own file', async () => {
    const { samples } = await openDataset(`mpii:${await mpii()}`, { split: 'train' });
    expect(samples).toHaveLength(4);
    expect(samples[0]!.imageSize).toEqual({ width: 700, height: 650 });
    expect(samples[0]!.headBox).toBeDefined();
  });

  it('splits it by a list of pictures', async () => {
    const directory = await mpii({ 'valid_images.txt': '000000102.jpg\r\n\r\n000000102.jpg\n' });
    const options = { validationList: 'valid_images.txt' };
    const open = async (split: 'train' | 'val') =>
      (await openDataset(`mpii:${directory}`, { ...options, split })).samples.map((s) => s.file);
    expect(await open('val')).toEqual(['000000102.jpg', '000000102.jpg']);
    expect(await open('train')).toEqual(['000000101.jpg', '000000104.jpg']);
    await expect(openDataset(`mpii:${directory}`, { split: 'val' })).rejects.toThrow(
      /has no validation part.*validationList/,
    );
  });

  it('reads LSP’s joints.mat, whatever the number of digits in its names', async () => {
    for (const digits of [4, 5]) {
      const pictures: Record<string, Uint8Array> = {};
      for (let n = 1; n <= 6; n++) {
        pictures[`images/im${String(n).padStart(digits, '0')}.jpg`] = await jpeg(n, 160, 150);
      }
      const directory = await folderWith({ 'joints.mat': golden('lsp.mat'), ...pictures });
      const { samples, readImage } = await openDataset(`lsp:${directory}`, { split: 'train' });
      expect(samples).toHaveLength(6);
      expect(samples[5]!.imageSize).toEqual({ width: 160, height: 150 });
      expect((await readImage(samples[5]!)).width).toBe(160);
      await expect(openDataset(`lsp:${directory}`, { split: 'val' })).rejects.toThrow(/NO_SAMPLES/);
    }
  });

  it('asks for a list to split LSP’s extension', async () => {
    const pictures: Record<string, Uint8Array> = {};
    for (let n = 1; n <= 5; n++) pictures[`images/im0000${n}.jpg`] = await jpeg(n, 160, 150);
    const directory = await folderWith({
      'joints.mat': golden('lsp-extended.mat'),
      'val.txt': 'im00002.jpg',
      ...pictures,
    });
    expect((await openDataset(`lsp:${directory}`, { split: 'train' })).samples).toHaveLength(5);
    await expect(openDataset(`lsp:${directory}`, { split: 'val' })).rejects.toThrow(
      /validationList/,
    );
    const validationList = 'val.txt';
    const open = (split: 'train' | 'val') =>
      openDataset(`lsp:${directory}`, { split, validationList });
    expect((await open('val')).samples.map(({ id }) => id)).toEqual([2]);
    expect((await open('train')).samples).toHaveLength(4);
  });
});

describe('what may be wrong', () => {
  it.each([
    [{ invalid: 'leave-out' }, /'invalid' is no setting of a folder/],
    [{ onBadRecord: 'drop' }, /onBadRecord: expected 'throw' or 'skip', got "drop"/],
    [{ onMissingImage: true }, /onMissingImage: expected 'throw' or 'skip' or 'ignore', got true/],
  ])('refuses the setting %j', async (setting, message) => {
    const directory = await folderWith({ 'x.txt': '' });
    const spec = { kind: 'coco', directory } as const;
    const options = { split: 'val' } as const;
    const inOptions = openDataset(spec, { ...options, ...(setting as object) });
    await expect(inOptions).rejects.toThrow(message);
    const inSpec = openDataset({ ...spec, ...(setting as object) }, options);
    await expect(inSpec).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  });

  it.each(['../a.jpg', '/etc/hostname', 'x/../../a.jpg'])('refuses the name %s', async (name) => {
    const directory = await folderWith({
      'person_keypoints_val.json': annotations(1, () => name),
      'val/b.jpg': await jpeg(1),
    });
    await expect(openDataset(`coco:${directory}`, { split: 'val' })).rejects.toThrow(/UNSAFE_PATH/);
  });

  it('leaves people of missing pictures out, or does not look', async () => {
    const directory = await folderWith({
      'person_keypoints_val.json': annotations(4),
      'val/2.jpg': await jpeg(2),
    });
    const open = (onMissingImage: 'skip' | 'ignore') =>
      openDataset(`coco:${directory}`, { split: 'val', onMissingImage });
    expect((await open('skip')).samples.map(({ id }) => id)).toEqual([102]);
    const ignored = await open('ignore');
    expect(ignored.samples).toHaveLength(4);
    await expect(ignored.readImage(ignored.samples[0]!)).rejects.toMatchObject({
      code: 'BAD_IMAGE',
    });
  });

  it('does the same for a file in columns', async () => {
    const directory = await folderWith({
      'person_keypoints_val.json': annotations(4),
      'val/2.jpg': await jpeg(2),
      'val/4.jpg': await jpeg(4),
    });
    const options = { split: 'val', onMissingImage: 'skip', index: 'beside' } as const;
    for (let pass = 0; pass < 2; pass++) {
      const dataset = await openDataset(`coco:${directory}`, options);
      expect(dataset.samples.map(({ id }) => id)).toEqual([102, 104]);
      expect(dataset.groundTruth().annotations).toHaveLength(4);
      const batch = await makeBatch(dataset, [1, 0], { inputSize: { width: 32, height: 32 } });
      expect(batch.size).toBe(2);
    }
  });

  it('skips bad records and says so', async () => {
    const json = JSON.parse(annotations(3));
    json.annotations[0].category_id = 9;
    json.annotations[1].id = 103;
    const directory = await folderWith({
      'person_keypoints_val.json': JSON.stringify(json),
      'val/2.jpg': await jpeg(2),
      'val/3.jpg': await jpeg(3),
    });
    await expect(openDataset(`coco:${directory}`, { split: 'val' })).rejects.toThrow(
      /UNKNOWN_CATEGORY.*DUPLICATE_ID/,
    );
    const dataset = await openDataset(`coco:${directory}`, { split: 'val', onBadRecord: 'skip' });
    expect(dataset.samples.map(({ id }) => id)).toEqual([103]);
    expect(dataset.skippedRecords).toBe(2);
    expect(dataset.problems!.map(({ code }) => code)).toEqual(['UNKNOWN_CATEGORY', 'DUPLICATE_ID']);
  });

  it('takes detections as samples', async () => {
    const rows = [
      { image_id: 1, category_id: 1, bbox: [1, 2, 20, 20], score: 0.9 },
      { image_id: 2, category_id: 1, bbox: [1, 2, 20, 20], score: 0.1 },
    ];
    const directory = await folderWith({
      'person_keypoints_val.json': annotations(2),
      'boxes.json': JSON.stringify(rows),
      'val/1.jpg': await jpeg(1),
    });
    const options = { split: 'val', detections: 'boxes.json', minimumScore: 0.5 } as const;
    const dataset = await openDataset(`coco:${directory}`, options);
    expect(dataset.samples.map(({ id, score }) => [id, score])).toEqual([[1, 0.9]]);
    expect(dataset.groundTruth().annotations).toHaveLength(2);
    const batch = await makeBatch(dataset, [0], { inputSize: { width: 32, height: 32 } });
    expect([...batch.weights]).toEqual([0, 0, 0]);
  });
});

describe.skipIf(!hasReferenceData('coco'))('real folders', () => {
  const images = referencePath('coco', 'images');
  it.each<[string, object, string, number]>([
    ['coco:coco/person_keypoints_with_images.json', {}, 'coco17', 30],
    ['coco:coco/mmpose/test_coco.json', { images }, 'coco17', 12],
    ['coco:coco/mmpose/test_keypoint_partition_metric.json', { images }, 'coco17', 12],
    ['coco:coco/xtcocotools/example_coco_val.json', { images }, 'coco17', 12],
    ['coco:coco/faster_coco_eval/gt_dataset.json', { onMissingImage: 'ignore' }, 'coco17', 11],
    ['crowdpose:crowdpose', { onMissingImage: 'ignore' }, 'crowdpose14', 7962],
    ['crowdpose:crowdpose/mmpose', {}, 'crowdpose14', 4],
    ['mpii:mpii', { onMissingImage: 'ignore' }, 'mpii16', 2958],
    ['mpii:mpii/mmpose', {}, 'mpii16', 5],
    ['aic:aic', {}, 'aic14', 9],
    ['ochuman:ochuman', {}, 'coco17', 5],
    ['mhp:mhp', {}, 'mpii16', 4],
    ['jhmdb:jhmdb', { onMissingImage: 'ignore' }, 'jhmdb15', 3],
  ])('opens %s', async (source, options, skeleton, count) => {
    const [kind, path] = source.split(':') as [string, string];
    const settings = { split: 'val', ...options } as const;
    const dataset = await openDataset(`${kind}:${referencePath(path)}`, settings);
    expect(dataset.skeleton.name).toBe(skeleton);
    expect(dataset.samples).toHaveLength(count);
    if ('onMissingImage' in options) return;
    for (const sample of dataset.samples) {
      const { width, height } = await dataset.readImage(sample);
      expect({ width, height }).toEqual(sample.imageSize);
    }
  });

  it('keeps crowd indices and outlines', async () => {
    const options = { split: 'val', onMissingImage: 'ignore' } as const;
    const crowded = await openDataset(`crowdpose:${referencePath('crowdpose')}`, options);
    const groups = [0, 0, 0];
    for (const { crowdIndex } of crowded.groundTruth().images) {
      groups[crowdIndex! < 0.2 ? 0 : crowdIndex! < 0.8 ? 1 : 2]!++;
    }
    expect(groups).toEqual([411, 1240, 349]);
    expect(crowded.samples.every(({ crowdIndex }) => crowdIndex !== undefined)).toBe(true);
    const occluded = await openDataset(`ochuman:${referencePath('ochuman')}`, options);
    for (const { segmentation } of occluded.groundTruth().annotations) {
      expect(segmentation).toMatchObject({ size: [expect.any(Number), expect.any(Number)] });
    }
  });
});
