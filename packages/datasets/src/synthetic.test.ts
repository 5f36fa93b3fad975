import { crowdpose14, defineSkeleton } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import { parseCocoKeypoints } from './coco/parse.js';
import { DatasetError } from './error.js';
import { renderFigure, renderScene } from './figures/index.js';
import { type SyntheticSpec, syntheticDataset } from './synthetic.js';

const spec: SyntheticSpec = { kind: 'synthetic', count: 5, seed: 4 };

describe('syntheticDataset', () => {
  it('gives what the renderer draws', async () => {
    const dataset = syntheticDataset(spec, 'train');
    expect(dataset.skeleton.name).toBe('coco17');
    const sample = dataset.samples[2]!;
    const figure = renderFigure({ seed: 4, index: 2 });
    expect(sample.keypoints).toEqual(figure.keypoints);
    expect(sample.visibility).toEqual(figure.visibility);
    expect(sample.box).toEqual(figure.box);
    expect(sample.area).toBe(figure.area);
    const image = await dataset.readImage(sample);
    expect([image.width, image.height]).toEqual([figure.image.width, figure.image.height]);
    expect(sample.imageSize).toEqual({ width: image.width, height: image.height });
    expect(Buffer.compare(Buffer.from(image.data), Buffer.from(figure.image.data))).toBe(0);
  });

  it.each([
    2 ** 29,
    0,
    128 * 160 * 3 * 2,
  ])('is the same with a cache of %i bytes', async (cacheBytes) => {
    const [kept, other] = [
      syntheticDataset(spec, 'val'),
      syntheticDataset({ ...spec, cacheBytes }, 'val'),
    ];
    for (let i = 4; i >= 0; i--) {
      for (let again = 0; again < 2; again++) {
        const image = await other.readImage(other.samples[i]!);
        const expected = await kept.readImage(kept.samples[i]!);
        expect(Buffer.compare(Buffer.from(image.data), Buffer.from(expected.data))).toBe(0);
      }
    }
    expect(other.groundTruth()).toEqual(kept.groundTruth());
  });

  it('has splits that share no figure, and begins alike whatever the count', () => {
    const boxes = (count: number, split: 'train' | 'val') =>
      syntheticDataset({ ...spec, count }, split).samples.map(({ keypoints }) => keypoints.join());
    const train = boxes(8, 'train');
    expect(boxes(5, 'train')).toEqual(train.slice(0, 5));
    const val = boxes(8, 'val');
    expect(syntheticDataset({ ...spec, validation: 3 }, 'val').samples).toHaveLength(3);
    expect(syntheticDataset({ ...spec, validation: 3 }, 'train').samples).toHaveLength(5);
    expect(new Set([...train, ...val]).size).toBe(16);
  });

  it('gives ground truth that an evaluator can use', () => {
    const dataset = syntheticDataset(spec, 'train');
    const { images, annotations, categories } = dataset.groundTruth();
    expect(images.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    expect(categories[0]!.keypoints).toHaveLength(17);
    expect(Math.min(...categories[0]!.skeleton!.flat())).toBe(1);
    annotations.forEach((annotation, i) => {
      const { visibility, area } = dataset.samples[i]!;
      expect(annotation.keypoints).toHaveLength(51);
      expect(annotation.keypoints.filter((_, j) => j % 3 === 2)).toEqual([...visibility]);
      expect(annotation.num_keypoints).toBe(visibility.filter((v) => v > 0).length);
      expect(annotation.area).toBe(area);
    });
    expect(JSON.parse(JSON.stringify(annotations))).toEqual(annotations);
  });

  it.each<Partial<SyntheticSpec>>([
    { count: 0 },
    { count: 2.5 },
    { seed: 0.5 },
    { size: { width: 0, height: 5 } },
  ])('refuses %j', (change) => {
    expect(() => syntheticDataset({ ...spec, ...change }, 'train')).toThrow(DatasetError);
  });

  it('labels a skeleton that was defined elsewhere', () => {
    const hands = defineSkeleton({
      name: 'hands',
      keypoints: ['left_wrist', 'right_wrist'],
      oksSigmas: [0.06, 0.06],
    });
    const dataset = syntheticDataset({ ...spec, skeleton: hands }, 'train');
    expect(dataset.skeleton).toBe(hands);
    expect([...dataset.samples[2]!.keypoints]).toEqual([
      ...syntheticDataset(spec, 'train').samples[2]!.keypoints.subarray(18, 22),
    ]);
    expect(dataset.groundTruth().categories[0]!.keypoints).toEqual(hands.keypoints);
  });

  it('labels other skeletons in the same pictures', async () => {
    const mpii = syntheticDataset({ ...spec, skeleton: 'mpii16' }, 'train');
    const coco = syntheticDataset(spec, 'train');
    expect(mpii.skeleton.name).toBe('mpii16');
    const [a, b] = [mpii.samples[1]!, coco.samples[1]!];
    expect((await mpii.readImage(a)).data).toEqual((await coco.readImage(b)).data);
    expect(a.keypoints).toHaveLength(32);
    const at = (sample: typeof a, { keypoints }: typeof coco.skeleton, name: string) => {
      const k = keypoints.indexOf(name);
      return [...sample.keypoints.subarray(2 * k, 2 * k + 2), sample.visibility[k]];
    };
    for (const name of ['left_wrist', 'right_ankle', 'left_hip'])
      expect(at(a, mpii.skeleton, name)).toEqual(at(b, coco.skeleton, name));
    expect(mpii.groundTruth().categories[0]!.keypoints).toEqual(mpii.skeleton.keypoints);
  });
});

describe('syntheticDataset of scenes', () => {
  const crowd: SyntheticSpec = {
    kind: 'synthetic',
    count: 6,
    seed: 2,
    people: { from: 2, to: 5 },
    crowding: 0.7,
    skeleton: 'crowdpose14',
  };

  it('has a sample for everybody, nearest first', async () => {
    const dataset = syntheticDataset(crowd, 'train');
    const scenes = [0, 1, 2, 3, 4, 5].map((index) =>
      renderScene({
        seed: 2,
        index,
        people: { from: 2, to: 5 },
        crowding: 0.7,
        skeleton: crowdpose14,
      }),
    );
    expect(dataset.samples).toHaveLength(
      scenes.reduce((sum, { people }) => sum + people.length, 0),
    );
    expect(new Set(scenes.map(({ people }) => people.length)).size).toBeGreaterThan(1);
    let i = 0;
    for (const [picture, scene] of scenes.entries()) {
      for (const person of scene.people) {
        const sample = dataset.samples[i++]!;
        expect(sample.id).toBe(i);
        expect(sample.imageId).toBe(picture + 1);
        expect(sample.keypoints).toEqual(person.keypoints);
        expect(sample.visibility).toEqual(person.visibility);
        expect(sample.box).toEqual(person.box);
        expect(sample.area).toBe(person.area);
        expect(sample.crowdIndex).toBe(scene.crowdIndex);
        expect((await dataset.readImage(sample)).data).toHaveLength(256 * 192 * 3);
      }
      const last = await dataset.readImage(dataset.samples[i - 1]!);
      expect(Buffer.compare(Buffer.from(last.data), Buffer.from(scene.image.data))).toBe(0);
    }
  });

  it.each([0, 256 * 192 * 3 * 2])('is the same with a cache of %i bytes', async (cacheBytes) => {
    const kept = syntheticDataset(crowd, 'val');
    const other = syntheticDataset({ ...crowd, cacheBytes }, 'val');
    for (let i = kept.samples.length - 1; i >= 0; i--) {
      const image = await other.readImage(other.samples[i]!);
      const expected = await kept.readImage(kept.samples[i]!);
      expect(Buffer.compare(Buffer.from(image.data), Buffer.from(expected.data))).toBe(0);
    }
    expect(other.groundTruth()).toEqual(kept.groundTruth());
  });

  it('names each picture once, with its crowd index', () => {
    const dataset = syntheticDataset(crowd, 'train');
    const { images, annotations, categories } = dataset.groundTruth();
    expect(images.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(images[0]!.crowdIndex).toBe(dataset.samples[0]!.crowdIndex);
    expect(annotations).toHaveLength(dataset.samples.length);
    expect(categories[0]!.keypoints).toHaveLength(14);
    const { skeleton, samples } = parseCocoKeypoints(
      JSON.parse(JSON.stringify(dataset.groundTruth())),
    );
    expect(skeleton.name).toBe('crowdpose14');
    expect(samples.length).toBeGreaterThan(0.9 * annotations.length);
  });

  it('begins alike whatever the count', () => {
    const labels = (count: number) =>
      syntheticDataset({ ...crowd, count }, 'train').samples.map(({ keypoints }) =>
        keypoints.join(),
      );
    const many = labels(6);
    const few = labels(3);
    expect(few).toEqual(many.slice(0, few.length));
  });

  it.each<Partial<SyntheticSpec>>([
    { people: 0 },
    { people: { from: 3, to: 2 } },
    { people: 1.5 },
    { crowding: 1.2 },
    { truncation: -0.1 },
    { motionBlur: Number.NaN },
    { skeleton: 'body25' as never },
  ])('refuses %j', (change) => {
    expect(() => syntheticDataset({ ...crowd, ...change }, 'train')).toThrow(
      expect.objectContaining({ code: 'OUT_OF_RANGE' }),
    );
  });
});
