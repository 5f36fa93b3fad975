import { describe, expect, it } from 'vitest';
import { DatasetError } from './error.js';
import { renderFigure } from './figures/index.js';
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
});
