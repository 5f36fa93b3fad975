import { createRandom } from '@pose-distill/internal-random';
import { largestDifference } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { toNHWC } from '../test/cases.js';
import * as plain from './index.js';
import * as wasm from './wasm.js';

type Shape = [batch: number, count: number, height: number, width: number];
const SHAPES: Shape[] = [
  [3, 17, 64, 48],
  [2, 5, 13, 11],
  [1, 1, 9, 7],
  [2, 3, 8, 8],
  [1, 4, 1, 3],
  [1, 21, 33, 70],
];

/** Maps in both layouts. */
function both(data: Float32Array, shape: Shape): plain.Heatmaps[] {
  const [batch, count, height, width] = shape;
  return [
    { data, shape, layout: 'NCHW' },
    { data: toNHWC(data, shape), shape: [batch, height, width, count], layout: 'NHWC' },
  ];
}

/** Bit for bit; `toEqual` takes minutes over so many numbers. */
function expectSame(found: plain.EncodedHeatmaps, expected: plain.EncodedHeatmaps): void {
  for (const name of ['heatmaps', 'weights'] as const) {
    const [a, b] = [found[name], expected[name]].map((array) => Buffer.from(array.buffer));
    expect(a!.equals(b!)).toBe(true);
  }
}

it('has kernels in this engine, or the other tests compare nothing', () => {
  expect(wasm.hasWasm()).toBe(true);
});

describe('decoding with WebAssembly', () => {
  const random = createRandom(21, 'wasm decode');
  const special = [NaN, -NaN, Infinity, -Infinity, 0, -0, 1, 1, 1e-42, -1e-42, -1, 3e38];
  const fills: Record<string, () => number> = {
    noise: () => random.normal(),
    positive: () => random.uniform(),
    ties: () => random.integer(3),
    negative: () => -1 - random.integer(3),
    special: () => special[random.integer(special.length)]!,
    nan: () => NaN,
    lowest: () => -Infinity,
    'lowest and NaN': () => (random.integer(2) ? NaN : -Infinity),
    zeros: () => (random.integer(2) ? 0 : -0),
  };

  it.each(Object.keys(fills))('gives the same bits: %s', (name) => {
    for (const shape of SHAPES) {
      const length = shape.reduce((a, b) => a * b);
      const data = Float32Array.from({ length }, fills[name]!);
      for (const maps of both(data, shape)) {
        for (const rules of ['guarded', 'mmpose', 'hrnet'] as const) {
          for (const refine of ['none', 'quarter', 'dark'] as const) {
            const options = { rules, refine, blurKernel: 3 };
            expect(wasm.decodeHeatmaps(maps, options)).toEqual(plain.decodeHeatmaps(maps, options));
          }
        }
        expect(wasm.decodeUdpHeatmaps(maps)).toEqual(plain.decodeUdpHeatmaps(maps));
      }
    }
  });

  it('finds a maximum wherever it is', () => {
    for (const maps of both(new Float32Array(2 * 6 * 13 * 11), [2, 6, 13, 11])) {
      const step = maps.layout === 'NCHW' ? 1 : 6;
      for (let cell = 0; cell < 143; cell++) {
        const at = maps.layout === 'NCHW' ? (6 + 4) * 143 + cell : 143 * 6 + 4 + cell * step;
        maps.data[at] = 0.5;
        const { keypoints, scores } = wasm.decodeHeatmaps(maps, { refine: 'none' });
        expect([keypoints[20], keypoints[21]]).toEqual([cell % 11, Math.floor(cell / 11)]);
        expect([scores[10], keypoints[0], keypoints[23]]).toEqual([0.5, 0, 0]);
        maps.data[at] = 0;
      }
    }
  });

  it('reads views into larger arrays and shared memory', () => {
    const shape: Shape = [2, 4, 9, 10];
    const length = 720;
    const whole = new Float32Array(new SharedArrayBuffer((length + 6) * 4), 12, length);
    for (let i = 0; i < length; i++) whole[i] = random.normal();
    const maps: plain.Heatmaps = { data: whole, shape, layout: 'NCHW' };
    expect(wasm.decodeHeatmaps(maps)).toEqual(plain.decodeHeatmaps(maps));
  });

  it('refuses what the main entry refuses', () => {
    const maps: plain.Heatmaps = { data: new Float32Array(5), shape: [1, 1, 2, 2], layout: 'NCHW' };
    expect(() => wasm.decodeHeatmaps(maps)).toThrow(plain.DecodeError);
    expect(() => wasm.decodeUdpHeatmaps(maps)).toThrow(plain.DecodeError);
  });
});

describe('encoding with WebAssembly', () => {
  it('gives the same bits', () => {
    const random = createRandom(22, 'wasm encode');
    for (const [batch, keypointCount, height, width] of SHAPES) {
      const count = batch * keypointCount;
      const inputSize = { width: width * 4, height: height * 4 };
      const keypoints = Float32Array.from(
        { length: 2 * count },
        (_, i) => random.between(-0.3, 1.3) * (i % 2 ? inputSize.height : inputSize.width),
      );
      const weights = Float32Array.from({ length: count }, () => random.integer(3) / 2);
      for (const layout of ['NCHW', 'NHWC'] as const) {
        for (const sigma of [0.3, 2, 3.3, 40]) {
          for (const unbiased of [false, true]) {
            const counts = { batch, keypointCount, inputSize, heatmapSize: { width, height } };
            const options = { ...counts, layout, sigma, unbiased };
            const expected = plain.encodeHeatmaps({ keypoints, weights }, options);
            expectSame(wasm.encodeHeatmaps({ keypoints, weights }, options), expected);
            const out = {
              heatmaps: new Float32Array(expected.heatmaps.length).fill(NaN),
              weights: new Float32Array(count).fill(NaN),
            };
            wasm.encodeHeatmaps({ keypoints, weights }, options, out);
            expectSame(out, expected);
          }
        }
      }
    }
  });
});

describe('warping with WebAssembly', () => {
  const random = createRandom(23, 'wasm warp');
  const image = (width: number, height: number, channels: 1 | 3 | 4): plain.Image => ({
    data: Uint8Array.from({ length: width * height * channels }, () => random.integer(256)),
    width,
    height,
    channels,
  });
  const turned = (angle: number, zoom: number, x: number, y: number): plain.Affine => {
    const [cos, sin] = [zoom * Math.cos(angle), zoom * Math.sin(angle)];
    return [cos, sin, x, -sin, cos, y];
  };

  /** Positions in bytes are kept to 2^-14 pixel: half of that, over a step of 255. */
  const BYTE_STEP = 255 * 2 ** -15 + 1e-3;

  /** Both entries on one task; the largest differences, in grey levels. */
  function differences(
    picture: plain.Image,
    affine: plain.Affine,
    size: plain.Size,
    options: plain.WarpBytesOptions = {},
  ): [floats: number, bytes: number] {
    const { border } = options;
    const given = { scale: 1, ...(border ? { border } : {}) };
    const floats = largestDifference(
      wasm.warpImage(picture, affine, size, given),
      plain.warpImage(picture, affine, size, given),
    );
    const found = wasm.warpImageToBytes(picture, affine, size, options);
    const bytes = largestDifference(found, plain.warpImageToBytes(picture, affine, size, options));
    // Within 0.02 of what would have been rounded.
    const exact = plain.warpImage(picture, affine, size, given);
    const clamped = exact.map((value) => Math.max(0, Math.min(255, value)));
    expect(largestDifference(found, clamped)).toBeLessThan(0.52);
    return [floats, bytes];
  }

  it('is the main entry within what it keeps of a position, for any affine map', () => {
    const size = { width: 33, height: 21 };
    for (let trial = 0; trial < 300; trial++) {
      const channels = [1, 3, 4][random.integer(3)] as 1 | 3 | 4;
      const bytes = image(1 + random.integer(60), 1 + random.integer(50), channels);
      const picture: plain.Image = random.integer(3)
        ? bytes
        : { ...bytes, data: Float32Array.from(bytes.data, (value) => value - 20) };
      const angle = random.integer(3) ? random.between(-4, 4) : (random.integer(9) * Math.PI) / 2;
      const zoom = 2 ** random.between(-2, 4);
      const affine = turned(angle, zoom, random.between(-30, 40), random.between(-30, 40));
      const border = random.integer(3) ? undefined : ([9, 200, 70] as const);
      const found = differences(picture, affine, size, border ? { border } : {});
      expect(found[0]).toBeLessThan(picture === bytes ? BYTE_STEP : 1e-3);
      expect(found[1]).toBeLessThanOrEqual(1);
    }
  });

  it('is the same on whole and half pixels, inside and at the border', () => {
    for (const channels of [1, 3, 4] as const) {
      const picture = image(24, 18, channels);
      for (const shift of [0, 1, -1, 0.5, -0.5, 5, -7, 23, 24, -24, 24.5, 1e9]) {
        const affine: plain.Affine = [1, 0, shift, 0, 1, -shift];
        expect(differences(picture, affine, { width: 24, height: 18 })).toEqual([0, 0]);
        const mirrored: plain.Affine = [-1, 0, 23 + shift, 0, 1, 0];
        expect(differences(picture, mirrored, { width: 24, height: 18 })).toEqual([0, 0]);
      }
    }
  });

  it('cuts from the middle of a wide picture, line by line', () => {
    const picture = image(2000, 90, 3);
    const size = { width: 64, height: 48 };
    expect(differences(picture, [1.3, 0.1, -1000, -0.1, 1.3, -20], size)[0]).toBeLessThan(
      BYTE_STEP,
    );
    expect(differences(picture, [1.3, 0, 3, 0, 1.3, 2], size)[0]).toBeLessThan(BYTE_STEP);
    expect(differences(picture, [1.3, 0, -2540, 0, 1.3, -70], size)[0]).toBeLessThan(BYTE_STEP);
  });

  it('shrinks a large picture as the main entry does', () => {
    const picture = image(1500, 1200, 3);
    const affine: plain.Affine = [0.02, 0, 0, 0, 0.02, 0];
    expect(differences(picture, affine, { width: 30, height: 24 })).toEqual([0, 0]);
  });

  it('stands any numbers in the affine map', () => {
    const picture = image(50, 40, 3);
    const scales = [1e-150, 1e-20, 1e-5, 0.1, 1, 7, 1e3, 1e12, 1e100];
    const number = (): number =>
      random.integer(3) ? random.between(-1, 1) * scales[random.integer(scales.length)]! : 0;
    let compared = 0;
    for (let trial = 0; trial < 1500; trial++) {
      const affine = Array.from({ length: 6 }, number) as unknown as plain.Affine;
      const determinant = affine[0] * affine[4] - affine[1] * affine[3];
      if (determinant === 0 || !Number.isFinite(determinant)) continue;
      const size = { width: 1 + random.integer(20), height: 1 + random.integer(20) };
      expect(differences(picture, affine, size)[0]).toBeLessThan(BYTE_STEP);
      compared++;
    }
    expect(compared).toBeGreaterThan(400);
  });

  it('normalises and writes where it is told', () => {
    const picture = image(40, 30, 4);
    const size = { width: 16, height: 20 };
    const batch = new Float32Array(3 * 960).fill(7);
    const options = { mean: [0.4, 0.5, 0.6], deviation: [0.2, 0.3, 0.4] } as const;
    const affine = turned(0.3, 0.9, 3, 4);
    wasm.warpImage(picture, affine, size, { ...options, out: batch.subarray(960, 1920) });
    const expected = plain.warpImage(picture, affine, size, options);
    expect(largestDifference(batch.subarray(960, 1920), expected)).toBeLessThan(
      BYTE_STEP / 255 / 0.2,
    );
    expect([batch[959], batch[1920]]).toEqual([7, 7]);
    const clamped = { out: new Uint8ClampedArray(960) };
    const bytes = wasm.warpImageToBytes(picture, affine, size, clamped);
    expect(bytes).toBe(clamped.out);
    expect(largestDifference(bytes, plain.warpImageToBytes(picture, affine, size))).toBeLessThan(2);
  });

  it('keeps numbers that are not finite to the pixels they belong to', () => {
    const data = new Float32Array(20 * 20 * 3).fill(5);
    data[(10 * 20 + 10) * 3] = NaN;
    const picture: plain.Image = { data, width: 20, height: 20, channels: 3 };
    wasm.decodeHeatmaps({
      data: new Float32Array(9000).fill(NaN),
      shape: [1, 1, 90, 100],
      layout: 'NCHW',
    });
    const affine: plain.Affine = [1.01, 0, 0.1, 0, 1.01, 0.1];
    const size = { width: 22, height: 22 };
    const found = wasm.warpImage(picture, affine, size);
    expect(found.reduce((sum, value) => sum + Number(Number.isNaN(value)), 0)).toBe(4);
    expect(found.map(Number.isNaN as never)).toEqual(
      plain.warpImage(picture, affine, size).map(Number.isNaN as never),
    );
  });

  it('refuses what the main entry refuses', () => {
    const picture = image(4, 4, 3);
    const size = { width: 4, height: 4 };
    const calls = [
      () => wasm.warpImage({ ...picture, channels: 4 }, [1, 0, 0, 0, 1, 0], size),
      () => wasm.warpImage(picture, [1, 0, 0, 1, 0, 0], size),
      () => wasm.warpImageToBytes(picture, [1, 0, NaN, 0, 1, 0], size),
      () => wasm.warpImageToBytes(picture, [1, 0, 0, 0, 1, 0], { width: 0, height: 4 }),
      () => wasm.warpImage(picture, [1, 0, 0, 0, 1, 0], size, { border: [0, NaN, 0] }),
    ];
    for (const call of calls) expect(call).toThrow(plain.DecodeError);
  });
});

it('takes no more memory from call to call', () => {
  const picture: plain.Image = {
    data: new Uint8Array(30000),
    width: 100,
    height: 100,
    channels: 3,
  };
  const maps: plain.Heatmaps = {
    data: new Float32Array(17 * 3072).fill(0.1),
    shape: [1, 17, 64, 48],
    layout: 'NCHW',
  };
  const out = { keypoints: new Float32Array(34), scores: new Float32Array(17) };
  const pixels = { out: new Float32Array(64 * 48 * 3) };
  const size = { width: 48, height: 64 };
  const once = (): void => {
    wasm.decodeHeatmaps(maps, {}, out);
    wasm.warpImage(picture, [0.7, 0, 0, 0, 0.7, 0], size, pixels);
    plain.decodeHeatmaps(maps, {}, out);
    plain.warpImage(picture, [0.7, 0, 0, 0, 0.7, 0], size, pixels);
  };
  for (let i = 0; i < 50; i++) once();
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 500; i++) once();
  // Arrays of heatmaps or pixels would be 100 MB. The workspaces of decoding are 32 kB a call, 16 MB if none is collected meanwhile.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
});
