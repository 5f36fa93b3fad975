import { encodeHeatmaps } from '@pose-distill/heatmap-decode';
import { skeletonFromKeypoints } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import { sampleRandom } from './augment.js';
import { type BatchSource, makeBatch } from './batch.js';
import { DatasetError } from './error.js';
import { makeSample } from './sample.js';
import type { PoseSample, RgbImage } from './types.js';

const skeleton = skeletonFromKeypoints(['nose', 'left_hip', 'right_hip']);
const size = { width: 40, height: 30 };
const inputSize = { width: 16, height: 16 };

function imageOf(id: number): RgbImage {
  return { data: Uint8Array.from({ length: 3600 }, (_, i) => (i * 7 + id * 53) % 251), ...size };
}

function source(count: number): BatchSource & { reads: number; most: number } {
  const samples = Array.from(
    { length: count },
    (_, id): PoseSample => ({
      id,
      imageId: id,
      file: `${id}.png`,
      imageSize: size,
      keypoints: Float32Array.of(10 + id, 12, 20, 15, 25, 9 + id),
      visibility: Uint8Array.of(2, 1, id % 3),
      box: { x: 5, y: 4, width: 25, height: 20 },
      area: 300,
    }),
  );
  let open = 0;
  const counted = {
    skeleton,
    samples,
    reads: 0,
    most: 0,
    async readImage({ id }: PoseSample) {
      counted.reads++;
      counted.most = Math.max(counted.most, ++open);
      await new Promise((resolve) => setTimeout(resolve, (id * 7) % 5)); // they end in another order
      open--;
      if (id === 13) throw new DatasetError('BAD_IMAGE', '13.png cannot be read');
      return imageOf(id);
    },
  };
  return counted;
}

describe('makeBatch', () => {
  it('puts samples in the order asked for', async () => {
    const dataset = source(10);
    const indices = [7, 2, 2, 9];
    const batch = await makeBatch(dataset, indices, { inputSize, augment: {}, seed: 3, epoch: 5 });
    expect(batch.size).toBe(4);
    expect([...batch.sampleIndices]).toEqual(indices);
    indices.forEach((index, row) => {
      const made = makeSample(imageOf(index), dataset.samples[index]!, {
        skeleton,
        inputSize,
        augment: {},
        random: sampleRandom(3, 5, index),
      });
      expect(batch.images.subarray(row * 768, (row + 1) * 768)).toEqual(made.pixels);
      expect(batch.keypoints.subarray(row * 6, row * 6 + 6)).toEqual(made.keypoints);
      expect(batch.weights.subarray(row * 3, row * 3 + 3)).toEqual(made.weights);
      expect([...batch.transforms.subarray(row * 6, row * 6 + 6)]).toEqual([...made.transform]);
    });
  });

  it('makes a sample the same in any batch, and another in another epoch', async () => {
    const settings = { inputSize, augment: { colour: {} }, seed: 1 };
    const alone = await makeBatch(source(10), [4], { ...settings, epoch: 2 });
    const among = await makeBatch(source(10), [1, 4, 8], { ...settings, epoch: 2 });
    const later = await makeBatch(source(10), [4], { ...settings, epoch: 3 });
    expect(among.images.subarray(768, 1536)).toEqual(alone.images);
    expect(later.images).not.toEqual(alone.images);
  });

  it('reads few pictures at one time', async () => {
    const dataset = source(12);
    await makeBatch(
      dataset,
      Array.from({ length: 60 }, (_, i) => i % 12),
      { inputSize },
    );
    expect(dataset.reads).toBe(60);
    expect(dataset.most).toBeLessThanOrEqual(8);
    expect(dataset.most).toBeGreaterThan(1);
  });

  it('stops at a picture that cannot be read', async () => {
    const dataset = source(200);
    const indices = Array.from({ length: 200 }, (_, i) => i);
    await expect(makeBatch(dataset, indices, { inputSize })).rejects.toMatchObject({
      code: 'BAD_IMAGE',
      message: 'Annotation 13: 13.png cannot be read',
      details: { id: 13, file: '13.png' },
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(dataset.reads).toBeLessThan(40);
  });

  it('leaves out what cannot be read when asked to, and says what', async () => {
    const dataset = source(20);
    const options = { inputSize, augment: {}, seed: 2, onBadRecord: 'skip' } as const;
    const batch = await makeBatch(dataset, [12, 13, 14, 13, 15], options);
    expect(batch).toMatchObject({
      size: 3,
      skipped: [1, 2].map(() => ({
        index: 13,
        annotation: 13,
        file: '13.png',
        code: 'BAD_IMAGE',
        message: 'Annotation 13: 13.png cannot be read',
      })),
    });
    const { skipped: _, ...rest } = batch;
    expect(rest).toEqual(await makeBatch(dataset, [12, 14, 15], options));
    const outside = makeBatch(dataset, [1, 99], options);
    await expect(outside).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    await expect(makeBatch(dataset, [13, 13], options)).rejects.toMatchObject({
      code: 'BAD_IMAGE',
    });
  });

  it('draws the target heatmaps that encodeHeatmaps draws', async () => {
    const heatmaps = { heatmapSize: { width: 4, height: 4 }, sigma: 1, layout: 'NCHW' } as const;
    const batch = await makeBatch(source(20), [3, 13, 5], {
      inputSize,
      heatmaps,
      onBadRecord: 'skip',
    });
    const { keypoints, weights } = batch;
    expect(batch.targets).toEqual(
      encodeHeatmaps(
        { keypoints, weights },
        { ...heatmaps, batch: 2, keypointCount: 3, inputSize },
      ),
    );
    expect(Math.max(...batch.targets!.heatmaps)).toBe(1);
  });

  it('takes the size of a picture from the picture where the annotations do not say', async () => {
    const dataset = source(1);
    const sizeless = { ...dataset.samples[0]!, imageSize: { width: 0, height: 0 } };
    const options = { inputSize, augment: { recipe: 'hrnet', flip: 1 }, boxes: 'clean' } as const;
    const without = await makeBatch({ ...dataset, samples: [sizeless] }, [0], options);
    expect(without).toEqual(await makeBatch(dataset, [0], options));
  });

  it('decodes large pictures one after another', async () => {
    const large = { width: 8000, height: 6000 };
    let [open, most] = [0, 0];
    const samples = source(4).samples as readonly PoseSample[];
    const dataset = {
      skeleton,
      samples: samples.map((sample) => ({ ...sample, imageSize: large })),
      async readImage() {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 2));
        open--;
        return { data: new Uint8Array(0), ...large };
      },
    };
    await expect(makeBatch(dataset, [0, 1, 2, 3], { inputSize })).rejects.toThrow(/image.data/);
    expect(most).toBe(1);
  });

  it('makes an empty batch of nothing', async () => {
    const batch = await makeBatch(source(1), [], { inputSize });
    expect(batch.size).toBe(0);
    expect(batch.images).toHaveLength(0);
  });

  it.each<[string, number[], { width: number; height: number }]>([
    ['an index outside', [0, 10], inputSize],
    ['a negative index', [-1], inputSize],
    ['an input without width', [0], { width: 0, height: 16 }],
    ['an input of half pixels', [0], { width: 16, height: 16.5 }],
  ])('refuses %s', async (_, indices, wanted) => {
    await expect(makeBatch(source(10), indices, { inputSize: wanted })).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
    });
  });
});
