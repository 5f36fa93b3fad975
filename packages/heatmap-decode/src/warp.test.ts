import { createRandom } from '@pose-distill/internal-random';
import { largestDifference } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { caseFolder, openCase } from '../test/cases.js';
import {
  type Affine,
  DecodeError,
  flipAffine,
  type Image,
  warpImage,
  warpImageToBytes,
} from './index.js';
import * as wasm from './wasm.js';

const IDENTITY: Affine = [1, 0, 0, 0, 1, 0];

function noise(width: number, height: number, channels: 1 | 3 | 4): Image & { data: Uint8Array } {
  const random = createRandom(7, 'warp test');
  const data = Uint8Array.from({ length: width * height * channels }, () => random.integer(256));
  return { data, width, height, channels };
}

/** Bilinear with zeros outside, straight from its definition. */
function reference(image: Image, inverse: Affine, width: number, height: number): Float32Array {
  const out = new Float32Array(width * height * 3);
  const at = (x: number, y: number, c: number): number =>
    x < 0 || y < 0 || x >= image.width || y >= image.height
      ? 0
      : image.data[(y * image.width + x) * image.channels + Math.min(c, image.channels - 1)]!;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = inverse[0] * x + inverse[1] * y + inverse[2];
      const v = inverse[3] * x + inverse[4] * y + inverse[5];
      const [left, top] = [Math.floor(u), Math.floor(v)];
      for (let c = 0; c < 3; c++) {
        const upper = at(left, top, c) * (1 - u + left) + at(left + 1, top, c) * (u - left);
        const lower = at(left, top + 1, c) * (1 - u + left) + at(left + 1, top + 1, c) * (u - left);
        out[(y * width + x) * 3 + c] = upper * (1 - v + top) + lower * (v - top);
      }
    }
  }
  return out;
}

describe('warpImage', () => {
  it('is the identity, in every kind of image', () => {
    for (const channels of [1, 3, 4] as const) {
      const image = noise(9, 7, channels);
      const bytes = warpImageToBytes(image, IDENTITY, image);
      for (let i = 0; i < 63; i++) {
        for (let c = 0; c < 3; c++) {
          const expected = image.data[i * channels + Math.min(c, channels - 1)];
          expect(bytes[i * 3 + c]).toBe(expected);
        }
      }
      const clamped = { ...image, data: new Uint8ClampedArray(image.data) };
      expect(warpImageToBytes(clamped, IDENTITY, image)).toEqual(bytes);
      const floats = { ...image, data: Float32Array.from(image.data) };
      expect(warpImage(floats, IDENTITY, image)).toEqual(warpImage(image, IDENTITY, image));
    }
  });

  it('moves by whole pixels and leaves black behind', () => {
    const image = noise(6, 5, 3);
    const moved = warpImageToBytes(image, [1, 0, 2, 0, 1, -1], { width: 6, height: 5 });
    for (let y = 0; y < 5; y++) {
      for (let x = 0; x < 6; x++) {
        const inside = x >= 2 && y + 1 < 5;
        const expected = inside ? image.data[((y + 1) * 6 + x - 2) * 3 + 1] : 0;
        expect(moved[(y * 6 + x) * 3 + 1]).toBe(expected);
      }
    }
  });

  it('mirrors, and twice is nothing', () => {
    const image = noise(8, 3, 3);
    const mirror = warpImageToBytes(image, flipAffine(8), image);
    expect(mirror[0]).toBe(image.data[7 * 3]);
    const twice = warpImageToBytes({ ...image, data: mirror }, flipAffine(8), image);
    expect(twice).toEqual(image.data);
  });

  it('blends half-way pixels, and border pixels with black', () => {
    const image: Image = { data: Uint8Array.of(100, 200), width: 2, height: 1, channels: 1 };
    const out = warpImage(image, [1, 0, 0.5, 0, 1, 0], { width: 3, height: 1 }, { scale: 1 });
    expect([out[0], out[3], out[6]]).toEqual([50, 150, 100]);
  });

  it('normalises per channel, black outside before it', () => {
    const image: Image = { data: Uint8Array.of(51, 102, 255), width: 1, height: 1, channels: 3 };
    const out = warpImage(
      image,
      IDENTITY,
      { width: 2, height: 1 },
      {
        mean: [0.1, 0.2, 0.5],
        deviation: [0.5, 0.25, 2],
      },
    );
    const expected = [0.2, 0.8, 0.25, -0.2, -0.8, -0.25];
    expect(largestDifference(out, expected)).toBeLessThan(1e-6);
  });

  it('takes a border of another colour', () => {
    const image: Image = { data: Uint8Array.of(100, 110, 120), width: 1, height: 1, channels: 3 };
    const border = [0, 50, 200] as const;
    const size = { width: 3, height: 1 };
    const bytes = warpImageToBytes(image, [1, 0, 1, 0, 1, 0], size, { border });
    expect([...bytes]).toEqual([0, 50, 200, 100, 110, 120, 0, 50, 200]);
    const half = warpImage(image, [1, 0, 0.5, 0, 1, 0], size, { border, scale: 1 });
    expect([...half]).toEqual([50, 80, 160, 50, 80, 160, 0, 50, 200]);
  });

  it('is the definition of bilinear sampling for any affine map', () => {
    const random = createRandom(11, 'warp affine');
    const image = noise(40, 30, 3);
    for (let trial = 0; trial < 60; trial++) {
      const angle = random.between(-Math.PI, Math.PI);
      const zoom = 2 ** random.between(-3, 3);
      const [cos, sin] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
      const affine: Affine = [
        cos * zoom * zoom,
        sin * zoom * zoom,
        random.between(-20, 30),
        -sin * zoom * zoom,
        cos * zoom * zoom,
        random.between(-20, 30),
      ];
      const [a, b, c, d, e, f] = affine;
      const determinant = a * e - b * d;
      const inverse: Affine = [
        e / determinant,
        -b / determinant,
        (b * f - e * c) / determinant,
        -d / determinant,
        a / determinant,
        (d * c - a * f) / determinant,
      ];
      const out = warpImage(image, affine, { width: 33, height: 21 }, { scale: 1 });
      // Positions agree to rounding of the inverse; the picture changes by at most 255 per pixel.
      expect(largestDifference(out, reference(image, inverse, 33, 21))).toBeLessThan(1e-3);
    }
  });

  it('writes where it is told and refuses what does not fit', () => {
    const image = noise(4, 4, 3);
    const batch = new Float32Array(2 * 48);
    const part = batch.subarray(48);
    expect(warpImage(image, IDENTITY, image, { out: part })).toBe(part);
    expect(batch[48]).toBeCloseTo(image.data[0]! / 255, 6);
    expect(() => warpImage(image, IDENTITY, image, { out: batch })).toThrow(DecodeError);
    expect(() => warpImage({ ...image, channels: 4 }, IDENTITY, image)).toThrow(DecodeError);
    expect(() => warpImage(image, [1, 0, 0, 1, 0, 0], image)).toThrow(DecodeError);
    expect(() => warpImage(image, [1, 0, NaN, 0, 1, 0], image)).toThrow('affine must be finite');
    const border = [0, 0] as unknown as [number, number, number];
    expect(() => warpImage(image, IDENTITY, image, { border })).toThrow('border');
    expect(() => warpImage(image, IDENTITY, image, { scale: NaN })).toThrow('mean and scale');
    expect(() => warpImage(image, IDENTITY, image, { deviation: [1, 0, 1] })).toThrow(DecodeError);
    expect(() => warpImage(image, IDENTITY, { width: 0, height: 1 })).toThrow(DecodeError);
  });
});

describe.skipIf(!caseFolder('warp-affine'))('OpenCV warpAffine', () => {
  it.each([0, 1, 2, 3])('warp %i', (i) => {
    const { params, array, floats } = openCase<{
      outputSize: [number, number];
      warps: { matrix: number[][] }[];
    }>('warp-affine');
    const [height, width] = array('image').shape as [number, number];
    const data = array('image').data as Uint8Array;
    const image: Image = { data, width, height, channels: 3 };
    const affine = params.warps[i]!.matrix.flat() as unknown as Affine;
    const size = { width: params.outputSize[0], height: params.outputSize[1] };
    const bytes = warpImageToBytes(image, affine, size);
    expect(largestDifference(bytes, wasm.warpImageToBytes(image, affine, size))).toBeLessThan(2);
    const expected = array(`out${i}`).data as Uint8Array;
    // OpenCV interpolates bytes on a grid of 1/32 pixel.
    expect(largestDifference(bytes, expected)).toBeLessThanOrEqual(3);
    const total = bytes.reduce((sum, value, at) => sum + Math.abs(value - expected[at]!), 0);
    expect(total / bytes.length).toBeLessThan(0.4);
    // The float form samples on that grid too, here on a picture with steps of up to 255 from pixel to pixel.
    const exact = warpImage(image, affine, size, { scale: 1 });
    expect(largestDifference(exact, floats(`outf${i}`))).toBeLessThanOrEqual(3);
  });
});
