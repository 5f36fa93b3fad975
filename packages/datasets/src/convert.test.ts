import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { aic14, coco17, crowdpose14, defineSkeleton, lsp14, mpii16 } from '@pose-distill/skeletons';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCocoKeypoints } from './coco/parse.js';
import { convertSkeleton, MIDPOINTS } from './convert.js';
import { syntheticDataset } from './synthetic.js';
import type { PoseDataset, PoseSample } from './types.js';

const sample = (visibility: number[]): PoseSample => ({
  id: 1,
  imageId: 2,
  file: 'a.jpg',
  imageSize: { width: 100, height: 100 },
  keypoints: Float32Array.from(visibility.flatMap((_, k) => [k, 2 * k])),
  visibility: Uint8Array.from(visibility),
  box: { x: 0, y: 0, width: 50, height: 50 },
  area: 700,
});
const all = (value: number) => Array<number>(17).fill(value);
const at = ({ keypoints, visibility }: PoseSample, k: number) => [
  keypoints[2 * k],
  keypoints[2 * k + 1],
  visibility[k],
];

describe('convertSkeleton of one person', () => {
  it('takes over keypoints of the same name and leaves the others unlabelled', () => {
    const before = sample(all(2).with(7, 1));
    const after = convertSkeleton(before, crowdpose14, { from: coco17 });
    expect(at(after, 0)).toEqual([5, 10, 2]); // left shoulder
    expect(at(after, 2)).toEqual([7, 14, 1]); // left elbow
    expect(at(after, 12)).toEqual([0, 0, 0]); // head
    expect(at(after, 13)).toEqual([0, 0, 0]); // neck
    expect(after.box).toBe(before.box);
    expect(at(before, 5)).toEqual([5, 10, 2]);
  });

  it('makes derived keypoints of labelled parts, as hidden as the most hidden of them', () => {
    const options = { from: coco17, derive: MIDPOINTS };
    const after = convertSkeleton(sample(all(2).with(6, 1)), mpii16, options);
    expect(at(after, 7)).toEqual([5.5, 11, 1]); // thorax, between the shoulders 5 and 6
    expect(at(after, 6)).toEqual([11.5, 23, 2]); // pelvis, between the hips 11 and 12
    expect(at(after, 9)).toEqual([0, 0, 0]); // head top
    const hidden = convertSkeleton(sample(all(2).with(12, 0)), mpii16, options);
    expect(at(hidden, 6)).toEqual([0, 0, 0]);
  });

  it('knows head and head top as one place, whatever the order', () => {
    const from = convertSkeleton(sample(Array(14).fill(2)), lsp14, { from: aic14 });
    expect(at(from, 13)).toEqual([12, 24, 2]); // head_top
    expect(at(from, 12)).toEqual([13, 26, 2]); // neck
    const back = convertSkeleton(from, aic14, { from: lsp14 });
    expect(back.keypoints).toEqual(sample(Array(14).fill(2)).keypoints);
  });

  it('derives by rules of one’s own and prefers what is labelled by name', () => {
    const derive = { head: ['left_ear', 'right_ear'], 'left shoulder': ['nose'] };
    const after = convertSkeleton(sample(all(2)), crowdpose14, { from: coco17, derive });
    expect(at(after, 12)).toEqual([3.5, 7, 2]);
    expect(at(after, 0)).toEqual([5, 10, 2]);
  });

  it('gives every skeleton back from itself', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1, 2), { minLength: 17, maxLength: 17 }), (flags) => {
        const before = sample(flags);
        const after = convertSkeleton(before, coco17, { from: coco17, derive: MIDPOINTS });
        const wanted = flags.map((flag, k) => (flag ? [k, 2 * k, flag] : [0, 0, 0]));
        expect(flags.map((_, k) => at(after, k))).toEqual(wanted);
      }),
    );
  });

  it('refuses skeletons that share nothing and parts that are not there', () => {
    const hands = defineSkeleton({
      name: 'hands',
      keypoints: ['left_hand', 'right_hand'],
      oksSigmas: [1, 1],
    });
    expect(() => convertSkeleton(sample(all(2)), hands, { from: coco17 })).toThrow(
      /No keypoint of hands is among those of coco17/,
    );
    const derive = { neck: ['chin', 'nose'] };
    expect(() => convertSkeleton(sample(all(2)), lsp14, { from: coco17, derive })).toThrow(
      /derive\.neck: coco17 has no chin/,
    );
    expect(() => convertSkeleton(sample(all(2)), lsp14, {} as never)).toThrow(/from: /);
  });
});

describe('convertSkeleton of a data set', () => {
  it('converts samples and ground truth alike', async () => {
    const figures = syntheticDataset({ kind: 'synthetic', count: 3, seed: 1 }, 'train');
    const converted = convertSkeleton(figures, lsp14, { derive: MIDPOINTS });
    expect(converted.skeleton).toBe(lsp14);
    expect(converted.samples).toHaveLength(3);
    expect(converted.images).toBeUndefined();
    const { annotations, categories } = converted.groundTruth();
    expect(categories[0]!.keypoints).toBe(lsp14.keypoints);
    converted.samples.forEach(({ keypoints, visibility }, i) => {
      const { keypoints: triplets, num_keypoints: count } = annotations[i]!;
      expect(count).toBe(visibility.filter((v) => v > 0).length);
      visibility.forEach((v, k) => {
        expect(triplets[3 * k + 2]).toBe(v);
        expect(Math.fround(triplets[3 * k]!)).toBeCloseTo(keypoints[2 * k]!, 4);
      });
    });
    expect((await converted.readImage(converted.samples[1]!)).width).toBe(128);
  });

  it('drops people left without a keypoint, but keeps detections', () => {
    const face = { ...sample([2, 2, 2, 2, 2, ...Array<number>(12).fill(0)]), id: 1 };
    const detected = { ...sample(all(0)), id: 2, score: 0.9 };
    const dataset: PoseDataset = {
      name: 'two',
      skeleton: coco17,
      samples: [face, detected],
      readImage: () => Promise.reject(new Error('not read')),
      groundTruth: () => ({ images: [], annotations: [], categories: [] }),
      images: { kind: 'files', directory: '/x' },
    };
    const converted = convertSkeleton(dataset, crowdpose14);
    expect(converted.samples.map(({ id }) => id)).toEqual([2]);
    expect(converted.images).toEqual({ kind: 'files', directory: '/x' });
  });
});

describe.skipIf(!hasReferenceData('coco'))('COCO as LSP', () => {
  it('keeps every limb keypoint of val2017', () => {
    const file = 'person_keypoints_val2017_538.json';
    const { samples, skeleton } = parseCocoKeypoints(
      readReferenceJson(referencePath('coco', file)),
    );
    let kept = 0;
    for (const before of samples) {
      const after = convertSkeleton(before, lsp14, { from: skeleton });
      lsp14.keypoints.slice(0, 12).forEach((name, k) => {
        const source = coco17.keypoints.indexOf(name);
        const labelled = before.visibility[source]! > 0;
        expect(at(after, k)).toEqual(labelled ? at(before, source) : [0, 0, 0]);
        if (labelled) kept++;
      });
    }
    expect(kept).toBeGreaterThan(9000);
  });
});
