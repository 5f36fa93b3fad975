import {
  type Affine,
  composeAffine,
  cropTransform,
  encodeHeatmaps,
  flipAffine,
  flipHeatmaps,
  transformPoints,
} from '@pose-distill/heatmap-decode';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betweenHeatmaps, createMapWarp, type Interpolation } from './warp.js';

const INTERPOLATIONS: readonly Interpolation[] = ['bilinear', 'bicubic'];
const SHAPE = [16, 12, 3] as const;
const PARTNERS = [0, 2, 1];
const INPUT = { width: 48, height: 64 };
const CROP = { centre: { x: 101.3, y: 77.9 }, scale: { width: 90, height: 120 } };
const IDENTITY: Affine = [1, 0, 0, 0, 1, 0];

const noise = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 0.7 + 0.1);

function warped(
  interpolation: Interpolation,
  maps: Float32Array,
  affine: Affine,
  partners?: readonly number[],
): Float32Array {
  const out = new Float32Array(maps.length).fill(7);
  createMapWarp(SHAPE, interpolation)(maps, affine, partners, out);
  return out;
}

describe.each(INTERPOLATIONS)('%s', (interpolation) => {
  it('gives the stored maps in the crop they were made from, whatever crop that is', () => {
    const maps = noise(16 * 12 * 3);
    fc.assert(
      fc.property(
        fc.double({ min: -3000, max: 3000, noNaN: true }),
        fc.double({ min: -3000, max: 3000, noNaN: true }),
        fc.double({ min: 0.02, max: 50, noNaN: true }),
        fc.integer({ min: -180, max: 180 }),
        (x, y, zoom, rotation) => {
          const scale = { width: 48 * zoom, height: 64 * zoom };
          const crop = cropTransform({ centre: { x, y }, scale }, INPUT, { rotation });
          const affine = betweenHeatmaps(crop, crop, INPUT, SHAPE);
          expect(warped(interpolation, maps, affine)).toEqual(maps);
        },
      ),
    );
  });

  it('moves by whole pixels exactly, and finds 0 outside', () => {
    const maps = noise(16 * 12 * 3);
    const moved = warped(interpolation, maps, [1, 0, 2, 0, 1, -3]);
    for (let y = 0; y < 16; y++)
      for (let x = 0; x < 12; x++)
        for (let c = 0; c < 3; c++) {
          const inside = x + 2 < 12 && y - 3 >= 0;
          const expected = inside ? maps[((y - 3) * 12 + x + 2) * 3 + c]! : 0;
          expect(moved[(y * 12 + x) * 3 + c]).toBe(expected);
        }
  });

  it('mirrors with left and right exchanged, as flipHeatmaps does', () => {
    const data = noise(16 * 12 * 3);
    const mirrored = flipHeatmaps({ data, shape: [1, 16, 12, 3], layout: 'NHWC' }, PARTNERS);
    // Where a heatmap pixel is an input pixel, mirrored crops lie on one grid.
    const size = { width: 12, height: 16 };
    const plain = cropTransform({ ...CROP, scale: { width: 90, height: 120 } }, size);
    const flipped = composeAffine(plain, flipAffine(12));
    const affine = betweenHeatmaps(flipped, plain, size, SHAPE);
    expect(warped(interpolation, data, affine, PARTNERS)).toEqual(mirrored);
    expect(warped(interpolation, mirrored, affine, PARTNERS)).toEqual(data);
  });

  it('leaves its argument alone and fills all of `out`, however far away', () => {
    const maps = noise(16 * 12 * 3);
    const before = maps.slice();
    for (const far of [-1e9, -20, 20, 1e9])
      expect(warped(interpolation, maps, [1, 0.001, far, 0.001, 1, 0.3])).toEqual(
        new Float32Array(maps.length),
      );
    expect(maps).toEqual(before);
  });

  it('is continuous, also across the border', () => {
    const maps = noise(16 * 12 * 3);
    const step = 1e-4;
    for (let x = -4; x < 14; x += 0.25) {
      const here = warped(interpolation, maps, [1, 0, x, 0, 1, x / 3]);
      const there = warped(interpolation, maps, [1, 0, x + step, 0, 1, x / 3 + step]);
      // Neighbours differ by less than 2, so the slope is at most a few times that.
      here.forEach((value, i) => {
        expect(Math.abs(value - there[i]!)).toBeLessThan(10 * step);
      });
    }
  });
});

/** Largest differences from Gaussians of sigma 2 drawn in the varied crop itself; half of what bilinear loses at the peak. */
const TOLERANCE = { bilinear: 0.065, bicubic: 0.012 };

describe.each(INTERPOLATIONS)('%s of Gaussians', (interpolation) => {
  const INPUT_SIZE = { width: 192, height: 256 };
  const HEATMAP = { width: 48, height: 64 };
  const keypoints = Float32Array.of(70.3, 80.7, 120.2, 91.4, 95.9, 171.3);
  const draw = (points: Float32Array): Float32Array =>
    encodeHeatmaps(
      { keypoints: points, weights: new Float32Array(3).fill(1) },
      { batch: 1, keypointCount: 3, inputSize: INPUT_SIZE, heatmapSize: HEATMAP, unbiased: true },
    ).heatmaps;
  const warp = createMapWarp([64, 48, 3], interpolation);
  const crop = { centre: { x: 300.2, y: 211.7 }, scale: { width: 150, height: 200 } };
  const plain = cropTransform(crop, INPUT_SIZE);

  it.each([0, 5, 30, -77, 180])('turned by %i degrees, moved and mirrored', (rotation) => {
    const moved = { ...crop, centre: { x: 303.9, y: 207.1 } };
    const turned = cropTransform(moved, INPUT_SIZE, { rotation });
    for (const partners of [undefined, PARTNERS]) {
      const wanted = partners ? composeAffine(turned, flipAffine(INPUT_SIZE.width)) : turned;
      const inPlain = draw(keypoints);
      const image = transformPoints(keypoints, betweenInputs(plain, wanted));
      const swapped = Float32Array.from(image);
      if (partners)
        partners.forEach((from, to) => {
          swapped.set(image.subarray(2 * from, 2 * from + 2), 2 * to);
        });
      const expected = draw(swapped);
      const out = new Float32Array(expected.length);
      warp(inPlain, betweenHeatmaps(wanted, plain, INPUT_SIZE, [64, 48, 3]), partners, out);
      let largest = 0;
      expected.forEach((value, i) => {
        largest = Math.max(largest, Math.abs(value - out[i]!));
      });
      expect(largest).toBeLessThan(TOLERANCE[interpolation]);
      expect(Math.max(...expected)).toBeGreaterThan(0.9);
    }
  });
});

/** Input pixels of one crop to input pixels of another. */
function betweenInputs(from: Affine, to: Affine): Affine {
  return betweenHeatmaps(from, to, { width: 1, height: 1 }, [1, 1, 1]);
}

it('knows that two crops are one, though the arithmetic is not exact', () => {
  const turned = cropTransform(CROP, INPUT, { rotation: 33 });
  expect(betweenHeatmaps(turned, turned, INPUT, SHAPE).map((value) => value + 0)).toEqual(IDENTITY);
});
