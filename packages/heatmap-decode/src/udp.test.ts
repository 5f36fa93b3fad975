import { createRandom } from '@pose-distill/internal-random';
import { largestDifference } from '@pose-distill/internal-testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseFolder, openCase, toNHWC } from '../test/cases.js';
import {
  cropFromBox,
  DecodeError,
  decodeHeatmaps,
  decodeUdpCombined,
  decodeUdpHeatmaps,
  encodeUdpCombined,
  encodeUdpHeatmaps,
  type Heatmaps,
  heatmapToImage,
  heatmapToInput,
  inputToHeatmap,
  inputToImage,
} from './index.js';

type Shape = [number, number, number, number];
interface Params {
  inputSize: [number, number];
  heatmapSize: [number, number];
  sigma: number;
  radiusFactor?: number;
  blurKernelSize?: number;
}

const size = ([width, height]: [number, number]): { width: number; height: number } => ({
  width,
  height,
});

/** The same maps with channels last. */
function channelsLast({ data, shape }: Heatmaps): Heatmaps {
  const [batch, count, height, width] = shape as Shape;
  const last = toNHWC(data, [batch, count, height, width]);
  return { data: last, shape: [batch, height, width, count], layout: 'NHWC' };
}

for (const name of ['udp-encode-0', 'udp-encode-1', 'udp-encode-2', 'udp-encode-combined']) {
  describe.skipIf(!caseFolder(name))(name, () => {
    it('is the reference, in both layouts', () => {
      const { params, floats, array } = openCase<Params>(name);
      const [maps, height, width] = array('heatmaps').shape as [number, number, number];
      const labels = { keypoints: floats('keypoints'), weights: floats('visible') };
      const combined = params.radiusFactor !== undefined;
      const encode = (layout: 'NHWC' | 'NCHW'): ReturnType<typeof encodeUdpHeatmaps> => {
        const options = {
          batch: 1,
          keypointCount: labels.weights.length,
          inputSize: size(params.inputSize),
          heatmapSize: size(params.heatmapSize),
          layout,
          rules: 'mmpose',
        } as const;
        return combined
          ? encodeUdpCombined(labels, { ...options, radiusFactor: params.radiusFactor! })
          : encodeUdpHeatmaps(labels, { ...options, sigma: params.sigma });
      };
      const flat = encode('NCHW');
      expect(largestDifference(flat.heatmaps, floats('heatmaps'))).toBeLessThanOrEqual(1e-6);
      expect(largestDifference(flat.weights, floats('weights'))).toBe(0);
      const last = encode('NHWC');
      expect(last.heatmaps).toEqual(toNHWC(flat.heatmaps, [1, maps, height, width]));
      expect(last.weights).toEqual(flat.weights);
    });
  });
}

for (const name of ['decode-0', 'decode-1', 'decode-2']) {
  describe.skipIf(!caseFolder(name))(`${name}, UDP`, () => {
    it('refines as mmpose, in both layouts', () => {
      const { params, floats, array } = openCase<Params>(name);
      const [count, height, width] = array('heatmaps').shape as [number, number, number];
      const maps: Heatmaps = {
        data: floats('heatmaps'),
        shape: [1, count, height, width],
        layout: 'NCHW',
      };
      const expected = floats('udp11_keypoints');
      const stable = floats('udp11_stable');
      const options = { rules: 'mmpose', blurKernel: 11 } as const;
      const decoded = decodeUdpHeatmaps(maps, options);
      expect(decodeUdpHeatmaps(channelsLast(maps), options)).toEqual(decoded);
      expect(largestDifference(decoded.scores, floats('udp11_scores'))).toBe(0);
      const points = heatmapToInput(decoded.keypoints, { width, height }, size(params.inputSize), {
        convention: 'udp-mmpose',
      });
      const isStable = (_: number, i: number): boolean => stable[i >> 1] === 1;
      expect(stable.filter((value) => value === 1).length).toBeGreaterThan(15);
      // The stated tolerance is 1e-3; float64 holds more.
      const found = largestDifference(points.filter(isStable), expected.filter(isStable));
      expect(found).toBeLessThan(1e-4);
      // The guards touch none of these but peaks on the border, which the blur makes rise towards the map's inside.
      const guarded = decodeUdpHeatmaps(maps, { blurKernel: 11 }).keypoints;
      const cells = decodeHeatmaps(maps, { refine: 'none' }).keypoints;
      const onBorder = (n: number): boolean =>
        cells[n * 2] === 0 ||
        cells[n * 2 + 1] === 0 ||
        cells[n * 2] === width - 1 ||
        cells[n * 2 + 1] === height - 1;
      const inner = (_: number, i: number): boolean => stable[i >> 1] === 1 && !onBorder(i >> 1);
      expect(guarded.filter(inner)).toEqual(decoded.keypoints.filter(inner));
    });
  });
}

describe.skipIf(!caseFolder('udp-decode-combined'))('udp-decode-combined', () => {
  it('is the reference, in both layouts', () => {
    const { params, floats, array } = openCase<Params>('udp-decode-combined');
    const [count, height, width] = array('heatmaps').shape as [number, number, number];
    const maps: Heatmaps = {
      data: floats('heatmaps'),
      shape: [1, count, height, width],
      layout: 'NCHW',
    };
    const options = {
      rules: 'mmpose',
      radiusFactor: params.radiusFactor!,
      blurKernel: params.blurKernelSize!,
    } as const;
    const decoded = decodeUdpCombined(maps, options);
    expect(decodeUdpCombined(channelsLast(maps), options)).toEqual(decoded);
    const points = heatmapToInput(decoded.keypoints, { width, height }, size(params.inputSize), {
      convention: 'udp-mmpose',
    });
    expect(largestDifference(decoded.scores, floats('scores'))).toBeLessThan(1e-6);
    expect(largestDifference(points, floats('keypoints'))).toBeLessThan(1e-4);
  });
});

const GRID = { inputSize: { width: 192, height: 256 }, heatmapSize: { width: 48, height: 64 } };

/** The maps of one keypoint, given in heatmap pixels. */
function draw(kind: 'gaussian' | 'combined', x: number, y: number, sigma = 2): Heatmaps {
  const inHeatmap = Float32Array.of(x, y);
  const { inputSize, heatmapSize } = GRID;
  const keypoints = inputToHeatmap(inHeatmap, heatmapSize, inputSize, { convention: 'udp' });
  const labels = { keypoints, weights: Float32Array.of(1) };
  const options = { ...GRID, batch: 1, keypointCount: 1, layout: 'NCHW' } as const;
  const data =
    kind === 'gaussian'
      ? encodeUdpHeatmaps(labels, { ...options, sigma }).heatmaps
      : encodeUdpCombined(labels, options).heatmaps;
  return { data, shape: [1, kind === 'gaussian' ? 1 : 3, 64, 48], layout: 'NCHW' };
}

/** A map, or one of each channel, from a function of its cells. */
function mapOf(width: number, height: number, ...values: ((x: number, y: number) => number)[]) {
  const data = Float32Array.from({ length: width * height * values.length }, (_, i) => {
    const cell = i % (width * height);
    return values[Math.floor(i / (width * height))]!(cell % width, Math.floor(cell / width));
  });
  return { data, shape: [1, values.length, height, width], layout: 'NCHW' } as const;
}

describe('UDP, there and back', () => {
  const within = (margin: number, size: number): fc.Arbitrary<number> =>
    fc.double({ min: margin, max: size - 1 - margin, noNaN: true });

  it('Gaussian: within 0.01 heatmap pixels 8 cells from the border', () => {
    fc.assert(
      fc.property(within(8, 48), within(8, 64), (x, y) => {
        for (const rules of ['guarded', 'mmpose'] as const) {
          const { keypoints } = decodeUdpHeatmaps(draw('gaussian', x, y), { rules });
          expect(largestDifference(keypoints, [x, y])).toBeLessThan(0.01);
        }
      }),
    );
  });

  it('combined: within 1e-4 of everywhere on the map, by votes', () => {
    fc.assert(
      fc.property(within(0, 48), within(0, 64), (x, y) => {
        const { keypoints } = decodeUdpCombined(draw('combined', x, y));
        expect(largestDifference(keypoints, [x, y])).toBeLessThan(1e-4);
      }),
    );
  });

  it("keeps mmpose's w/(w-1) under its name, and loses it again in the image", () => {
    const { inputSize, heatmapSize } = GRID;
    const inHeatmap = Float64Array.of(20.25, 30.5);
    const there = heatmapToInput(inHeatmap, heatmapSize, inputSize, { convention: 'udp' });
    const wrong = heatmapToInput(inHeatmap, heatmapSize, inputSize, { convention: 'udp-mmpose' });
    expect(wrong[0]).toBeCloseTo((there[0]! * 192) / 191, 9);
    expect(wrong[1]).toBeCloseTo((there[1]! * 256) / 255, 9);
    const crop = cropFromBox({ x: 31, y: 17, width: 90, height: 140 }, inputSize);
    const inImage = inputToImage(wrong, crop, inputSize, { aspect: 'free' });
    const expected = heatmapToImage(inHeatmap, crop, heatmapSize, { convention: 'udp' });
    expect(largestDifference(inImage, expected)).toBeLessThan(1e-9);
  });
});

describe('encodeUdpHeatmaps', () => {
  it('draws around the keypoint, cut 3 sigma from its cell', () => {
    const { data } = draw('gaussian', 20.3, 30.4, 1.2);
    const at = (x: number, y: number): number => data[y * 48 + x]!;
    expect(at(20, 30)).toBeCloseTo(Math.exp(-(0.3 ** 2 + 0.4 ** 2) / 2.88), 5);
    expect(at(22, 29)).toBeCloseTo(Math.exp(-(1.7 ** 2 + 1.4 ** 2) / 2.88), 5);
    // Radius 3.6: from trunc(20 - 3.6) to trunc(20 + 4.6) - 1, and likewise in y.
    expect([at(15, 30), at(24, 30), at(20, 25), at(20, 34)]).toEqual([0, 0, 0, 0]);
    expect(Math.min(at(16, 30), at(23, 30), at(20, 26), at(20, 33))).toBeGreaterThan(0);
  });

  it('drops what misses the map and what is no number, and writes into out', () => {
    const labels = {
      keypoints: Float32Array.of(-60, 9, NaN, 9, 9, 9, 9, 9),
      weights: Float32Array.of(1, 1, 0.4, 0.5),
    };
    const out = { heatmaps: new Float32Array(4 * 48 * 64).fill(7), weights: new Float32Array(4) };
    const options = { ...GRID, batch: 1, keypointCount: 4, layout: 'NCHW' } as const;
    expect(encodeUdpHeatmaps(labels, options, out).heatmaps).toBe(out.heatmaps);
    expect([...out.weights.map((weight) => Math.round(weight * 10))]).toEqual([0, 0, 4, 5]);
    const largest = [0, 1, 2, 3].map((k) =>
      Math.max(...out.heatmaps.subarray(k * 3072, (k + 1) * 3072)),
    );
    expect(largest.map((value) => value > 0)).toEqual([false, false, false, true]);
  });

  it('draws patches cut at the border in their place by guarded rules, and weighs what is not there 0', () => {
    const labels = { keypoints: Float32Array.of(0, 0), weights: Float32Array.of(1) };
    const options = { ...GRID, batch: 1, keypointCount: 1, layout: 'NCHW' } as const;
    const peak = (rules: 'mmpose' | 'guarded', sigma: number): number => {
      const { heatmaps } = encodeUdpHeatmaps(labels, { ...options, rules, sigma });
      return heatmaps.indexOf(1);
    };
    // Radius 4.5 at cell 0: the corner -4.5 becomes -4, and the peak cell 1.
    expect([peak('mmpose', 1.5), peak('guarded', 1.5)]).toEqual([48 + 1, 0]);
    expect([peak('mmpose', 2), peak('guarded', 2)]).toEqual([0, 0]);
    // Radius 6 around cell -7 ends at cell -1.
    const beside = { ...labels, keypoints: Float32Array.of((-7 * 191) / 47, 100) };
    for (const [rules, weight] of [
      ['mmpose', 1],
      ['guarded', 0],
    ] as const) {
      expect(encodeUdpHeatmaps(beside, { ...options, rules }).weights[0]).toBe(weight);
      expect(encodeUdpCombined(beside, { ...options, rules }).weights[0]).toBe(weight);
      expect(encodeUdpCombined(labels, { ...options, rules }).weights[0]).toBe(1);
    }
  });

  it('refuses sizes of one pixel, sigma <= 0 and lengths that do not fit', () => {
    const labels = { keypoints: new Float32Array(2), weights: new Float32Array(1) };
    const options = { ...GRID, batch: 1, keypointCount: 1 };
    const thin = { width: 1, height: 64 };
    expect(() => encodeUdpHeatmaps(labels, { ...options, heatmapSize: thin })).toThrow('2x2');
    expect(() => encodeUdpHeatmaps(labels, { ...options, sigma: 0 })).toThrow(DecodeError);
    expect(() => encodeUdpCombined(labels, { ...options, radiusFactor: 0 })).toThrow(DecodeError);
    expect(() => encodeUdpCombined(labels, { ...options, keypointCount: 2 })).toThrow(DecodeError);
  });
});

describe('decodeUdpHeatmaps', () => {
  const gaussian =
    (cx: number, cy: number, sigma: number) =>
    (x: number, y: number): number =>
      Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * sigma * sigma));

  it('is exact without blur, up to one cell from the border', () => {
    const decoded = decodeUdpHeatmaps(mapOf(24, 32, gaussian(1.2, 29.7, 2)), { blurKernel: 1 });
    expect(decoded.keypoints[0]).toBeCloseTo(1.2, 4);
    expect(decoded.keypoints[1]).toBeCloseTo(29.7, 4);
  });

  it('says what it found where nothing is', () => {
    const zero = mapOf(8, 8, () => 0);
    const negative = mapOf(8, 8, (x, y) => gaussian(3, 4, 2)(x, y) - 2);
    const at = (map: Heatmaps, rules: 'guarded' | 'mmpose'): number[] => [
      ...decodeUdpHeatmaps(map, { rules }).keypoints,
    ];
    expect(at(zero, 'guarded')).toEqual([0, 0]);
    expect(at(zero, 'mmpose')).toEqual([NaN, NaN]);
    expect(at(negative, 'guarded')).toEqual([3, 4]);
    expect(
      at(
        mapOf(8, 8, () => NaN),
        'guarded',
      ),
    ).toEqual([NaN, NaN]);
  });

  it('bounds the blurred map as if all of it had been rescaled', () => {
    // The same by its definition: blur everything, rescale, clip, log, differences, edges repeated.
    const random = createRandom(7, 'udp by definition');
    let clipped = 0;
    for (let trial = 0; trial < 60; trial++) {
      const [cx, cy] = [random.between(0, 13), random.between(0, 13)];
      const [depth, height] = [random.between(0, 0.6), random.between(0.01, 90)];
      const map = mapOf(
        14,
        14,
        (x, y) => height * (gaussian(cx, cy, 1)(x, y) - depth * random.uniform()),
      );
      const [x, y, used] = udpByDefinition(map.data, 14);
      if (used) clipped++;
      const decoded = decodeUdpHeatmaps(map, { blurKernel: 3, rules: 'mmpose' });
      expect(decoded.keypoints[0]).toBeCloseTo(x, 3);
      expect(decoded.keypoints[1]).toBeCloseTo(y, 3);
    }
    expect(clipped).toBeGreaterThan(15);
  });

  it('writes into out and refuses what does not fit', () => {
    const map = mapOf(16, 16, gaussian(7.3, 8.1, 2));
    const out = { keypoints: new Float32Array(2), scores: new Float32Array(1) };
    expect(decodeUdpHeatmaps(map, {}, out).keypoints).toBe(out.keypoints);
    expect(() => decodeUdpHeatmaps(map, { blurKernel: 4 })).toThrow(DecodeError);
    expect(() => decodeUdpHeatmaps({ ...map, shape: [1, 2, 16, 16] })).toThrow('must hold 512');
    expect(() => decodeUdpCombined(map)).toThrow('a multiple of 3');
  });
});

describe('decodeUdpCombined', () => {
  it('reads one cell as mmpose, hears all cells of the disc by votes', () => {
    const maps = draw('combined', 20.3, 30.4);
    const random = createRandom(8, 'udp combined');
    const mean = { voted: 0, mmpose: 0 };
    for (let trial = 0; trial < 40; trial++) {
      const data = maps.data.map((value) => value + 0.02 * random.normal());
      for (const rules of ['voted', 'mmpose'] as const) {
        const { keypoints } = decodeUdpCombined({ ...maps, data }, { rules });
        mean[rules] += largestDifference(keypoints, [20.3, 30.4]) / 40;
      }
    }
    expect(mean.voted).toBeLessThan(0.03);
    expect(mean.mmpose).toBeGreaterThan(2 * mean.voted);
  });

  it('says what it found where no disc is', () => {
    const data = new Float32Array(6 * 16);
    data.fill(0.5, 16, 32); // x offsets of the first keypoint
    const maps: Heatmaps = { data, shape: [1, 6, 4, 4], layout: 'NCHW' };
    const options = { radiusFactor: 1 } as const;
    expect([...decodeUdpCombined(maps, options).keypoints]).toEqual([0, 0, 0, 0]);
    // The second keypoint reads the offsets of the first, the first those of the last.
    const read = decodeUdpCombined(maps, { ...options, rules: 'mmpose' }).keypoints;
    expect([...read]).toEqual([-1, -1, 1, -1]);
    const nothing = { ...maps, data: data.map(() => NaN) };
    expect(decodeUdpCombined(nothing).keypoints[0]).toBeNaN();
  });
});

/** UDP's DARK spelled out on a square map with the size-3 kernel: place, and whether the bounds mattered. */
function udpByDefinition(data: Float32Array, size: number): [number, number, boolean] {
  const weights = [0.25, 0.5, 0.25];
  const cell = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= size || y >= size ? 0 : data[y * size + x]!;
  const blurred = Array.from(data, (_, i) => {
    let sum = 0;
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++)
        sum +=
          weights[dy + 1]! * weights[dx + 1]! * cell((i % size) + dx, Math.floor(i / size) + dy);
    return sum;
  });
  const peak = Math.max(...data);
  const index = data.indexOf(peak);
  const [x, y] = [index % size, Math.floor(index / size)];
  const scale = peak / Math.max(...blurred);
  let used = false;
  const clamp = (i: number): number => Math.min(Math.max(i, 0), size - 1);
  const log = (dx: number, dy: number): number => {
    const value = blurred[clamp(y + dy) * size + clamp(x + dx)]! * scale;
    if (value < 1e-3 || value > 50) used = true;
    return Math.log(Math.min(Math.max(value, 1e-3), 50));
  };
  const dx = 0.5 * (log(1, 0) - log(-1, 0));
  const dy = 0.5 * (log(0, 1) - log(0, -1));
  const dxx = log(1, 0) - 2 * log(0, 0) + log(-1, 0) + 2 ** -23;
  const dyy = log(0, 1) - 2 * log(0, 0) + log(0, -1) + 2 ** -23;
  const dxy =
    0.5 *
    (log(1, 1) - log(1, 0) - log(0, 1) + 2 * log(0, 0) - log(-1, 0) - log(0, -1) + log(-1, -1));
  const determinant = dxx * dyy - dxy * dxy;
  return [x - (dyy * dx - dxy * dy) / determinant, y - (dxx * dy - dxy * dx) / determinant, used];
}
