import { coco17, flipIndices, skeletonFromKeypoints } from '@pose-distill/skeletons';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AugmentOptions, sampleRandom } from './augment.js';
import { DatasetError } from './error.js';
import {
  IMAGENET_DEVIATION,
  IMAGENET_MEAN,
  type MakeSampleOptions,
  makeSample,
  type TrainingSample,
} from './sample.js';
import type { PoseSample, RgbImage } from './types.js';

const skeleton = skeletonFromKeypoints(['nose', 'left_hip', 'right_hip']);
const PLAIN = { mean: [0, 0, 0], deviation: [1, 1, 1] } as const;
const inputSize = { width: 48, height: 64 };

/** A soft dot at each keypoint: the first red, the second green, the third blue. */
function dots(keypoints: readonly number[], size = { width: 160, height: 120 }): RgbImage {
  const { width, height } = size;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let k = 0; k < 3; k++) {
        const square = (x - keypoints[2 * k]!) ** 2 + (y - keypoints[2 * k + 1]!) ** 2;
        data[(y * width + x) * 3 + k] = Math.round(255 * Math.exp(-square / 18));
      }
    }
  }
  return { data, width, height };
}

function sampleAt(keypoints: readonly number[], change: Partial<PoseSample> = {}): PoseSample {
  return {
    id: 1,
    imageId: 1,
    file: 'dots.png',
    imageSize: { width: 160, height: 120 },
    keypoints: Float32Array.from(keypoints),
    visibility: Uint8Array.of(2, 2, 1),
    box: { x: 50, y: 20, width: 60, height: 80 },
    area: 2000,
    ...change,
  };
}

/** Centre of mass of a channel. */
function centre({ pixels }: TrainingSample, channel: number): [number, number] {
  let [sum, x, y] = [0, 0, 0];
  for (let i = 0; i < inputSize.width * inputSize.height; i++) {
    const value = pixels[3 * i + channel]!;
    sum += value;
    x += value * (i % inputSize.width);
    y += value * Math.floor(i / inputSize.width);
  }
  return [x / sum, y / sum];
}

const KEYPOINTS = [80, 45, 70.5, 70, 92, 62.25];
const crop = (options: Partial<MakeSampleOptions> = {}, keypoints: readonly number[] = KEYPOINTS) =>
  makeSample(dots(keypoints), sampleAt(keypoints), { skeleton, inputSize, ...PLAIN, ...options });

describe('makeSample', () => {
  it('cuts box times padding, as computed by hand', () => {
    // 60 x 80 has the aspect of 48 x 64 already; 1.25 * 60 = 75 px become 48.
    const { transform, keypoints, weights, flipped } = crop();
    expect(transform[0]).toBeCloseTo(0.64, 12);
    expect(transform[2]).toBeCloseTo(24 - 0.64 * 80, 12);
    expect(transform[5]).toBeCloseTo(32 - 0.64 * 60, 12);
    expect(keypoints[0]).toBeCloseTo(24, 5);
    expect(keypoints[1]).toBeCloseTo(22.4, 5);
    expect([...weights]).toEqual([1, 1, 1]);
    expect(flipped).toBe(false);
  });

  it('normalises with the mean and deviation of ImageNet unless told otherwise', () => {
    const plain = crop();
    const normal = makeSample(dots(KEYPOINTS), sampleAt(KEYPOINTS), { skeleton, inputSize });
    for (let i = 0; i < plain.pixels.length; i++) {
      const expected = (plain.pixels[i]! - IMAGENET_MEAN[i % 3]!) / IMAGENET_DEVIATION[i % 3]!;
      expect(Math.abs(normal.pixels[i]! - expected)).toBeLessThan(1e-5);
    }
  });

  it.each([
    'classic',
    'udp',
  ] as const)('shows each dot where its keypoint is (%s)', (convention) => {
    const augment: AugmentOptions = {
      scale: 0.35,
      rotation: 45,
      shift: 0.05,
      shiftProbability: 1,
    };
    let mirrored = 0;
    for (let index = 0; index < 60; index++) {
      const made = crop({ convention, augment, random: sampleRandom(3, 0, index) });
      const from = made.flipped ? flipIndices(skeleton) : [0, 1, 2];
      if (made.flipped) mirrored++;
      for (let k = 0; k < 3; k++) {
        const [x, y] = [made.keypoints[2 * k]!, made.keypoints[2 * k + 1]!];
        const margin = 9; // a dot on the border loses part of its mass
        if (x < margin || y < margin || x > 47 - margin || y > 63 - margin) continue;
        const [dotX, dotY] = centre(made, from[k]!);
        expect(Math.abs(dotX - x)).toBeLessThan(0.1);
        expect(Math.abs(dotY - y)).toBeLessThan(0.1);
      }
    }
    expect(mirrored).toBeGreaterThan(15);
    expect(mirrored).toBeLessThan(45);
  });

  it.each(['classic', 'udp'] as const)('mirrors exactly (%s)', (convention) => {
    const settings = { convention, random: sampleRandom(0, 0, 0) };
    const still = { scale: 0, rotation: 0 };
    const straight = crop({ ...settings, augment: { ...still, flip: 0 } });
    const mirror = crop({
      ...settings,
      augment: { ...still, flip: 1 },
      random: sampleRandom(0, 0, 0),
    });
    expect(mirror.flipped).toBe(true);
    const { width, height } = inputSize;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < 3; c++) {
          const here = mirror.pixels[(y * width + x) * 3 + c]!;
          const there = straight.pixels[(y * width + width - 1 - x) * 3 + c]!;
          expect(Math.abs(here - there)).toBeLessThan(1e-5);
        }
      }
    }
    flipIndices(skeleton).forEach((from, k) => {
      expect(mirror.keypoints[2 * k]).toBeCloseTo(width - 1 - straight.keypoints[2 * from]!, 4);
      expect(mirror.keypoints[2 * k + 1]).toBeCloseTo(straight.keypoints[2 * from + 1]!, 4);
    });
  });

  it('gives the keypoints back when flipped twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: 0, max: 100, noNaN: true }), { minLength: 34, maxLength: 34 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 17, maxLength: 17 }),
        (keypoints, visibility) => {
          // A crop that leaves the picture as it is: 100 x 100, classic, no padding.
          const size = { width: 100, height: 100 };
          const image = { data: new Uint8Array(30000), ...size };
          const flip = (sample: PoseSample) =>
            makeSample(image, sample, {
              skeleton: coco17,
              inputSize: size,
              padding: 1,
              augment: { flip: 1, scale: 0, rotation: 0 },
              random: sampleRandom(0, 0, 0),
            });
          const box = { x: 0, y: 0, ...size };
          const first = sampleAt(keypoints, {
            imageSize: size,
            visibility: Uint8Array.from(visibility),
            box,
          });
          const once = flip(first);
          const turned = flipIndices(coco17).map((k) => visibility[k]!);
          const twice = flip({
            ...first,
            keypoints: once.keypoints,
            visibility: Uint8Array.from(turned),
          });
          visibility.forEach((v, k) => {
            const back = v === 0 ? [0, 0] : [first.keypoints[2 * k]!, first.keypoints[2 * k + 1]!];
            expect(twice.keypoints[2 * k]).toBeCloseTo(back[0]!, 3);
            expect(twice.keypoints[2 * k + 1]).toBeCloseTo(back[1]!, 3);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('weighs 0 what is not labelled or not in the crop', () => {
    const keypoints = [80, 45, 150, 70, 92, 62];
    const sample = sampleAt(keypoints, { visibility: Uint8Array.of(0, 2, 1) });
    const made = makeSample(dots(keypoints), sample, { skeleton, inputSize });
    expect([...made.weights]).toEqual([0, 0, 1]);
    expect([...made.keypoints.subarray(0, 2)]).toEqual([0, 0]);
    expect(made.keypoints[2]).toBeCloseTo(24 + 0.64 * 70, 4); // outside, but known
  });

  it('is black, before normalisation, outside the image', () => {
    const white = { data: new Uint8Array(160 * 120 * 3).fill(255), width: 160, height: 120 };
    const sample = sampleAt(KEYPOINTS, { box: { x: 130, y: 80, width: 60, height: 80 } });
    const { pixels } = makeSample(white, sample, { skeleton, inputSize, ...PLAIN });
    expect(pixels[0]).toBeCloseTo(1, 5);
    expect([...pixels.slice(-3)]).toEqual([0, 0, 0]);
  });

  it('uses the box that COCO training code would with boxes: clean', () => {
    const box = { x: -10, y: 5, width: 50, height: 40 };
    const sample = sampleAt(KEYPOINTS, { box });
    const { transform } = makeSample(dots(KEYPOINTS), sample, {
      skeleton,
      inputSize: { width: 64, height: 64 },
      padding: 1,
      boxes: 'clean',
    });
    // 0, 5, 49, 39: 49 px become 64 about (24.5, 24.5).
    expect(transform[0]).toBeCloseTo(64 / 49, 12);
    expect(transform[2]).toBeCloseTo(32 - (64 / 49) * 24.5, 10);
    expect(transform[5]).toBeCloseTo(32 - (64 / 49) * 24.5, 10);
  });

  it('changes colours only when asked, and not the geometry', () => {
    const augment = { flip: 0, scale: 0, rotation: 0 };
    const random = () => sampleRandom(4, 0, 0);
    const plain = crop({ augment, random: random() });
    const same = crop({
      augment: { ...augment, colour: { brightness: 0, contrast: 0, saturation: 0 } },
      random: random(),
    });
    const other = crop({ augment: { ...augment, colour: {} }, random: random() });
    expect(other.keypoints).toEqual(plain.keypoints);
    let change = 0;
    plain.pixels.forEach((value, i) => {
      expect(same.pixels[i]).toBeCloseTo(value, 5);
      change = Math.max(change, Math.abs(other.pixels[i]! - value));
    });
    expect(change).toBeGreaterThan(0.02);
  });

  it('writes into `out` and changes none of its arguments', () => {
    const out = new Float32Array(48 * 64 * 3);
    const [image, sample] = [dots(KEYPOINTS), sampleAt(KEYPOINTS)];
    const { pixels } = makeSample(image, sample, {
      skeleton,
      inputSize,
      out,
      augment: { flip: 1, colour: {} },
      random: sampleRandom(1, 1, 1),
    });
    expect(pixels).toBe(out);
    expect(image).toEqual(dots(KEYPOINTS));
    expect(sample).toEqual(sampleAt(KEYPOINTS));
  });

  it.each<[string, () => unknown, string]>([
    [
      'a picture of another size than annotated',
      () =>
        makeSample(dots(KEYPOINTS, { width: 120, height: 160 }), sampleAt(KEYPOINTS), {
          skeleton,
          inputSize,
        }),
      'SHAPE_MISMATCH',
    ],
    [
      'a sample of another skeleton',
      () => makeSample(dots(KEYPOINTS), sampleAt(KEYPOINTS), { skeleton: coco17, inputSize }),
      'SHAPE_MISMATCH',
    ],
    ['augmentation without random numbers', () => crop({ augment: {} }), 'OUT_OF_RANGE'],
    [
      'a box with nothing inside the image',
      () =>
        makeSample(
          dots(KEYPOINTS),
          sampleAt(KEYPOINTS, { box: { x: 300, y: 0, width: 5, height: 5 } }),
          {
            skeleton,
            inputSize,
            boxes: 'clean',
          },
        ),
      'BAD_ANNOTATION',
    ],
  ])('refuses %s', (_, make, code) => {
    expect(make).toThrow(DatasetError);
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});
