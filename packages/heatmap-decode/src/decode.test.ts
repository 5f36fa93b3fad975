import { createRandom } from '@pose-distill/internal-random';
import { largestDifference } from '@pose-distill/internal-testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseFolder, openCase, toNHWC } from '../test/cases.js';
import {
  type DecodedKeypoints,
  DecodeError,
  type DecodeOptions,
  decodeHeatmaps,
  encodeHeatmaps,
  type Heatmaps,
  heatmapToImage,
  heatmapToInput,
} from './index.js';

type Shape = [number, number, number, number];

/** Decodes in both layouts, which must give the same bits. */
function decodeBoth(data: Float32Array, shape: Shape, options: DecodeOptions): DecodedKeypoints {
  const [batch, count, height, width] = shape;
  const decoded = decodeHeatmaps({ data, shape, layout: 'NCHW' }, options);
  const last: Heatmaps = {
    data: toNHWC(data, shape),
    shape: [batch, height, width, count],
    layout: 'NHWC',
  };
  expect(decodeHeatmaps(last, options)).toEqual(decoded);
  return decoded;
}

for (const name of ['decode-0', 'decode-1', 'decode-2']) {
  describe.skipIf(!caseFolder(name))(name, () => {
    const input = (): {
      maps: Float32Array;
      shape: Shape;
      toInput: (d: Float32Array) => Float32Array;
    } => {
      const { params, floats, array } = openCase<{ inputSize: [number, number] }>(name);
      const [count, height, width] = array('heatmaps').shape as [number, number, number];
      const inputSize = { width: params.inputSize[0], height: params.inputSize[1] };
      return {
        maps: floats('heatmaps'),
        shape: [1, count, height, width],
        toInput: (points) => heatmapToInput(points, { width, height }, inputSize),
      };
    };

    it('finds the maxima of mmpose', () => {
      const { floats } = openCase(name);
      const { maps, shape } = input();
      const decoded = decodeBoth(maps, shape, { refine: 'none', rules: 'mmpose' });
      expect(largestDifference(decoded.keypoints, floats('argmax_locs'))).toBe(0);
      expect(largestDifference(decoded.scores, floats('argmax_vals'))).toBe(0);
    });

    it('shifts by quarters as mmpose', () => {
      const { floats } = openCase(name);
      const { maps, shape, toInput } = input();
      const decoded = decodeBoth(maps, shape, { refine: 'quarter', rules: 'mmpose' });
      const found = largestDifference(toInput(decoded.keypoints), floats('msra_keypoints'));
      expect(found).toBeLessThanOrEqual(1e-4);
    });

    it.each([11, 7])('refines as DARK in mmpose, blur %i', (blurKernel) => {
      const { floats } = openCase(name);
      const { maps, shape, toInput } = input();
      const expected = floats(`msra_dark${blurKernel}_keypoints`);
      const stable = floats(`msra_dark${blurKernel}_stable`);
      expect(stable.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(15);
      const only = (points: Float32Array, keep: (n: number) => boolean): Float32Array =>
        points.filter((_, i) => keep(i >> 1));
      const decoded = decodeBoth(maps, shape, { refine: 'dark', rules: 'mmpose', blurKernel });
      const points = toInput(decoded.keypoints);
      const isStable = (n: number): boolean => stable[n] === 1;
      // The stated tolerance is 1e-3; float64 holds more.
      expect(largestDifference(only(points, isStable), only(expected, isStable))).toBeLessThan(
        5e-5,
      );
      expect(largestDifference(decoded.scores, floats(`msra_dark${blurKernel}_scores`))).toBe(0);
      // The guards touch none of these maps but the two without a positive cell.
      const guarded = toInput(decodeBoth(maps, shape, { refine: 'dark', blurKernel }).keypoints);
      const positive = (n: number): boolean => isStable(n) && decoded.scores[n]! > 0;
      expect(only(guarded, positive)).toEqual(only(points, positive));
    });
  });
}

for (const name of ['hrnet-final-preds-0', 'hrnet-final-preds-1', 'hrnet-final-preds-2']) {
  describe.skipIf(!caseFolder(name))(name, () => {
    it.each([
      ['final_preds', 'quarter'],
      ['final_preds_plain', 'none'],
    ] as const)('%s', (file, refine) => {
      const { array, floats } = openCase(name);
      const shape = array('heatmaps').shape as Shape;
      const decoded = decodeBoth(floats('heatmaps'), shape, { refine, rules: 'hrnet' });
      const peaks = decodeBoth(floats('heatmaps'), shape, { refine: 'none', rules: 'hrnet' });
      expect(largestDifference(peaks.keypoints, floats('max_preds'))).toBe(0);
      expect(largestDifference(peaks.scores, floats('max_vals'))).toBe(0);
      const [batch, count, height, width] = shape;
      const [centre, scale] = [floats('center'), floats('scale')];
      for (let b = 0; b < batch; b++) {
        const crop = {
          centre: { x: centre[b * 2]!, y: centre[b * 2 + 1]! },
          scale: { width: scale[b * 2]! * 200, height: scale[b * 2 + 1]! * 200 },
        };
        const part = (points: Float32Array): Float32Array =>
          points.subarray(b * count * 2, (b + 1) * count * 2);
        const inImage = heatmapToImage(part(decoded.keypoints), crop, { width, height });
        const tolerance = 1e-4 * Math.max(1, crop.scale.width / width);
        expect(largestDifference(inImage, part(floats(file)))).toBeLessThanOrEqual(tolerance);
      }
    });
  });
}

/** One map of the given size from a function of its cells. */
function mapOf(width: number, height: number, value: (x: number, y: number) => number): Heatmaps {
  const data = Float32Array.from({ length: width * height }, (_, i) =>
    value(i % width, Math.floor(i / width)),
  );
  return { data, shape: [1, 1, height, width], layout: 'NCHW' };
}
const gaussian =
  (cx: number, cy: number, sigma: number) =>
  (x: number, y: number): number =>
    Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * sigma * sigma));

describe('decodeHeatmaps', () => {
  it('gives the exact centre of an exact Gaussian without blur', () => {
    const map = mapOf(64, 64, gaussian(10.3, 20.6, 2));
    const dark = decodeHeatmaps(map, { refine: 'dark', blurKernel: 1 }).keypoints;
    expect(dark[0]).toBeCloseTo(10.3, 6);
    expect(dark[1]).toBeCloseTo(20.6, 5);
    const quarter = decodeHeatmaps(map, { refine: 'quarter' }).keypoints;
    expect([...quarter]).toEqual([10.25, 20.75]);
    expect([...decodeHeatmaps(map, { refine: 'none' }).keypoints]).toEqual([10, 21]);
  });

  it('refines with DARK unless told otherwise', () => {
    const map = mapOf(32, 32, gaussian(10.3, 20.6, 2));
    const asDefault = decodeHeatmaps(map);
    expect(asDefault).toEqual(decodeHeatmaps(map, { refine: 'dark', blurKernel: 11 }));
    expect(asDefault.keypoints[0]).toBeCloseTo(10.3, 2);
    const wider = decodeHeatmaps(map, { blurSigma: 1 }).keypoints;
    expect(wider[0]).not.toBe(asDefault.keypoints[0]);
    expect(wider[0]).toBeCloseTo(10.3, 2);
  });

  it('says what it found in maps without a positive cell', () => {
    const zero = mapOf(8, 8, () => 0);
    const negative = mapOf(8, 8, (x, y) => gaussian(3, 4, 2)(x, y) - 2);
    const peak = (map: Heatmaps, options: DecodeOptions): number[] => [
      ...decodeHeatmaps(map, options).keypoints,
    ];
    for (const refine of ['quarter', 'dark', 'none'] as const) {
      expect(peak(zero, { refine })).toEqual([0, 0]);
      expect(peak(zero, { refine, rules: 'mmpose' })).toEqual([-1, -1]);
      expect(peak(negative, { refine })).toEqual([3, 4]);
      expect(peak(negative, { refine, rules: 'mmpose' })).toEqual([-1, -1]);
      expect(peak(negative, { refine, rules: 'hrnet' })).toEqual([0, 0]);
    }
    expect(decodeHeatmaps(negative).scores[0]).toBe(-1);
    const tilted = mapOf(8, 8, (x, y) => gaussian(3.2, 3.8, 2)(x, y) - 2);
    expect(peak(tilted, { refine: 'quarter' })).toEqual([3.25, 3.75]);
  });

  it('passes over NaN', () => {
    const map = mapOf(8, 8, (x, y) => (x === 1 ? NaN : gaussian(4, 5, 2)(x, y)));
    expect([...decodeHeatmaps(map).keypoints]).toEqual([4, 5]);
    const none = decodeHeatmaps(mapOf(8, 8, () => NaN));
    expect([...none.keypoints, none.scores[0]]).toEqual([NaN, NaN, NaN]);
  });

  it('takes the first of equal maxima in row order', () => {
    const map = mapOf(6, 6, (x, y) => (x + y === 5 ? 1 : 0));
    expect([...decodeHeatmaps(map, { refine: 'none' }).keypoints]).toEqual([5, 0]);
  });

  it('shifts by quarters next to the border as each rule says', () => {
    const at = (x: number, y: number, rules: DecodeOptions['rules'] & string): number[] => {
      const map = mapOf(9, 9, gaussian(x + 0.2, y + 0.2, 2));
      return [...decodeHeatmaps(map, { refine: 'quarter', rules }).keypoints];
    };
    expect(at(1, 4, 'guarded')).toEqual([1.25, 4.25]);
    expect(at(1, 4, 'mmpose')).toEqual([1, 4.25]);
    expect(at(1, 4, 'hrnet')).toEqual([1, 4]);
    expect(at(0, 4, 'guarded')).toEqual([0, 4.25]);
    expect(at(0, 4, 'mmpose')).toEqual([0, 4]);
    expect(at(7, 7, 'hrnet')).toEqual([7.25, 7.25]);
    expect(at(8, 4, 'mmpose')).toEqual([8, 4.25]);
    expect(at(8, 4, 'hrnet')).toEqual([8, 4]);
  });

  it('keeps the cell within two of the border with DARK', () => {
    for (const rules of ['guarded', 'mmpose', 'hrnet'] as const) {
      const at = (x: number): number =>
        decodeHeatmaps(mapOf(12, 12, gaussian(x, 6, 2)), { rules }).keypoints[0]!;
      expect(at(1.2)).toBe(1);
      expect(at(2.2)).not.toBe(2);
      expect(at(9.2)).not.toBe(9);
      expect(at(10.2)).toBe(10);
    }
  });

  it.each([
    // Ridges across the diagonal: curved down along both axes, up along the diagonal.
    [
      'from a saddle',
      [
        [7, 7, 0.99],
        [9, 9, 0.99],
        [9, 7, 0.3],
        [7, 9, 0.3],
        [9, 8, 0.95],
      ],
    ],
    // Cells two away as high as the peak: next to no curvature, so a step of hundreds of cells.
    [
      'too far',
      [
        [6, 8, 0.999],
        [10, 8, 0.999],
        [9, 8, 0.95],
        [7, 8, 0.5],
      ],
    ],
  ])('refuses a DARK step %s, unless told to take it', (_, cells) => {
    const map = mapOf(16, 16, () => 0.9);
    map.data[8 * 16 + 8] = 1;
    for (const [x, y, value] of cells as [number, number, number][]) map.data[y * 16 + x] = value;
    const options = { refine: 'dark', blurKernel: 1 } as const;
    expect([...decodeHeatmaps(map, options).keypoints]).toEqual([8, 8]);
    for (const rules of ['mmpose', 'hrnet'] as const) {
      const taken = decodeHeatmaps(map, { ...options, rules }).keypoints;
      expect(largestDifference(taken, [8, 8])).toBeGreaterThan(0.01);
      expect(largestDifference(taken, [8, 8])).toBeLessThan(Infinity);
    }
  });

  it('clips what is not positive as if the whole map had been blurred', () => {
    // The same by its definition: blur everything, rescale, clip, log, differences.
    const random = createRandom(5, 'dark by definition');
    let clipped = 0;
    for (let trial = 0; trial < 40; trial++) {
      const [cx, cy] = [random.between(3, 12), random.between(3, 12)];
      const depth = random.between(0.05, 0.8);
      const map = mapOf(16, 16, (x, y) => gaussian(cx, cy, 1)(x, y) - depth * random.uniform());
      const [kx, ky, used] = darkByDefinition(map.data, 16, 3);
      const decoded = decodeHeatmaps(map, { blurKernel: 3, rules: 'mmpose' });
      if (used) clipped++;
      expect(decoded.keypoints[0]).toBeCloseTo(kx, 4);
      expect(decoded.keypoints[1]).toBeCloseTo(ky, 4);
    }
    expect(clipped).toBeGreaterThan(5);
  });

  it('writes into out and refuses what does not fit', () => {
    const map = mapOf(16, 16, gaussian(7.3, 8.1, 2));
    const out = { keypoints: new Float32Array(2), scores: new Float32Array(1) };
    const decoded = decodeHeatmaps(map, {}, out);
    expect(decoded.keypoints).toBe(out.keypoints);
    expect(decoded).toEqual(decodeHeatmaps(map));
    expect(() => decodeHeatmaps({ ...map, shape: [1, 2, 16, 16] })).toThrow(
      'heatmaps.data must hold 512 numbers (shape [1, 2, 16, 16]); it holds 256.',
    );
    expect(() => decodeHeatmaps(map, {}, { ...out, scores: new Float32Array(2) })).toThrow(
      DecodeError,
    );
    expect(() => decodeHeatmaps(map, { blurKernel: 4 })).toThrow(DecodeError);
    expect(() => decodeHeatmaps({ ...map, shape: [1, 16, 16] })).toThrow('four axes');
    expect(() => decodeHeatmaps({ ...map, layout: 'HWC' as 'NHWC' })).toThrow(DecodeError);
  });
});

describe('encode -> decode', () => {
  it('comes back within 0.05 heatmap pixels away from the border', () => {
    const heatmapSize = { width: 48, height: 64 };
    const inputSize = { width: 192, height: 256 };
    const inside = (size: number): fc.Arbitrary<number> =>
      fc.double({ min: 8, max: size - 9, noNaN: true });
    fc.assert(
      fc.property(inside(48), inside(64), fc.constantFrom('NHWC', 'NCHW'), (x, y, layout) => {
        const { heatmaps } = encodeHeatmaps(
          { keypoints: Float32Array.of(x * 4, y * 4), weights: Float32Array.of(1) },
          { batch: 1, keypointCount: 1, inputSize, heatmapSize, unbiased: true, layout },
        );
        const shape: Shape = layout === 'NCHW' ? [1, 1, 64, 48] : [1, 64, 48, 1];
        const { keypoints } = decodeHeatmaps({ data: heatmaps, shape, layout });
        expect(Math.abs(keypoints[0]! - x)).toBeLessThanOrEqual(0.05);
        expect(Math.abs(keypoints[1]! - y)).toBeLessThanOrEqual(0.05);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same bits in both layouts on noise', () => {
    const random = createRandom(9, 'layouts');
    const shape: Shape = [3, 5, 14, 11];
    const data = Float32Array.from({ length: 3 * 5 * 14 * 11 }, () => random.normal());
    for (const rules of ['guarded', 'mmpose', 'hrnet'] as const)
      for (const refine of ['none', 'quarter', 'dark'] as const)
        decodeBoth(data, shape, { rules, refine, blurKernel: 5 });
  });
});

/** DARK spelled out on a square map: place and whether the clip mattered. Size-3 kernel 1/4, 1/2, 1/4. */
function darkByDefinition(
  data: Float32Array,
  size: number,
  kernelSize: number,
): [number, number, boolean] {
  expect(kernelSize).toBe(3);
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
  if (x < 2 || y < 2 || x > size - 3 || y > size - 3) return [x, y, false];
  const scale = peak / Math.max(...blurred);
  const near: number[] = [];
  const log = (dx: number, dy: number): number => {
    const value = blurred[(y + dy) * size + x + dx]! * scale;
    near.push(value);
    return Math.log(Math.max(value, 1e-10));
  };
  const dx = 0.5 * (log(1, 0) - log(-1, 0));
  const dy = 0.5 * (log(0, 1) - log(0, -1));
  const dxx = 0.25 * (log(2, 0) - 2 * log(0, 0) + log(-2, 0));
  const dyy = 0.25 * (log(0, 2) - 2 * log(0, 0) + log(0, -2));
  const dxy = 0.25 * (log(1, 1) - log(1, -1) - log(-1, 1) + log(-1, -1));
  const determinant = dxx * dyy - dxy * dxy;
  return [
    x - (dyy * dx - dxy * dy) / determinant,
    y - (dxx * dy - dxy * dx) / determinant,
    near.some((value) => value < 1e-10),
  ];
}
