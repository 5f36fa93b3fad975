import { createRandom } from '@pose-distill/internal-random';
import { largestDifference } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { caseFolder, openCase } from '../test/cases.js';
import {
  averageFlippedSimcc,
  DecodeError,
  type DecodeSimccOptions,
  decodeSimcc,
  type EncodeSimccOptions,
  encodeSimcc,
  flipSimcc,
  type SimccVectors,
  simccVisibility,
} from './index.js';

interface Params {
  inputSize: [number, number];
  splitRatio: number;
  sigma?: number | [number, number];
  normalize?: boolean;
  smoothing?: 'standard';
  labelSmoothWeight?: number;
  useDark?: boolean;
  decodeBeta?: number;
}

const sigmaOf = ({ sigma = 6 }: Params): { x: number; y: number } =>
  typeof sigma === 'number' ? { x: sigma, y: sigma } : { x: sigma[0], y: sigma[1] };

const encodings = [0, 1].flatMap((i) =>
  ['', '-raw', '-standard-0.0', '-standard-0.1'].map((suffix) => `simcc-encode-${i}${suffix}`),
);
for (const name of encodings) {
  describe.skipIf(!caseFolder(name))(name, () => {
    it('is the reference', () => {
      const { params, floats } = openCase<Params>(name);
      const labels = { keypoints: floats('keypoints'), weights: floats('visible') };
      const encoded = encodeSimcc(labels, {
        batch: 1,
        keypointCount: labels.weights.length,
        inputSize: { width: params.inputSize[0], height: params.inputSize[1] },
        splitRatio: params.splitRatio,
        sigma: sigmaOf(params),
        smoothing: params.smoothing ?? 'gaussian',
        smoothWeight: params.labelSmoothWeight ?? 0,
        normalise: params.normalize ?? true,
      });
      expect(largestDifference(encoded.x, floats('x'))).toBeLessThanOrEqual(1e-6);
      expect(largestDifference(encoded.y, floats('y'))).toBeLessThanOrEqual(1e-6);
      expect(largestDifference(encoded.weights, floats('weights'))).toBe(0);
    });
  });
}

const decodings = [0, 1].flatMap((i) =>
  ['', '-dark', '-visibility'].map((suffix) => `simcc-decode-${i}${suffix}`),
);
for (const name of decodings) {
  describe.skipIf(!caseFolder(name))(name, () => {
    it('is the reference', () => {
      const { params, floats, array } = openCase<Params>(name);
      const vectors: SimccVectors = {
        x: { data: floats('x'), shape: array('x').shape },
        y: { data: floats('y'), shape: array('y').shape },
      };
      const sigma = sigmaOf(params);
      const options: DecodeSimccOptions = {
        splitRatio: params.splitRatio,
        refine: params.useDark ? 'dark' : 'none',
        sigma,
        rules: 'mmpose',
      };
      const decoded = decodeSimcc(vectors, options);
      const expected = floats('keypoints');
      expect(Array.from(decoded.keypoints, Number.isNaN)).toEqual(
        Array.from(expected, Number.isNaN),
      );
      const number = (value: number): boolean => !Number.isNaN(value);
      // The stated tolerance for DARK is 1e-3; float64 holds more.
      const found = largestDifference(decoded.keypoints.filter(number), expected.filter(number));
      expect(found).toBeLessThanOrEqual(params.useDark ? 1e-4 : 0);
      expect(largestDifference(decoded.scores, floats('scores'))).toBe(0);
      if (params.decodeBeta !== undefined) {
        const visibility = simccVisibility(vectors, { sigma, beta: params.decodeBeta });
        expect(largestDifference(visibility, floats('visibility'))).toBeLessThan(1e-6);
      }
      // The guards touch only what is not there, and the last bins.
      const guarded = decodeSimcc(vectors, { ...options, rules: 'guarded' }).keypoints;
      const inner = (_: number, i: number): boolean => i > 5;
      expect(guarded.filter(inner)).toEqual(decoded.keypoints.filter(inner));
    });
  });
}

const INPUT = { width: 48, height: 64 };
const encodeOne = (
  x: number,
  y: number,
  options: Partial<EncodeSimccOptions> = {},
): ReturnType<typeof encodeSimcc> =>
  encodeSimcc(
    { keypoints: Float32Array.of(x, y), weights: Float32Array.of(1) },
    { batch: 1, keypointCount: 1, inputSize: INPUT, ...options },
  );
const asVectors = ({ x, y }: { x: Float32Array; y: Float32Array }, count = 1): SimccVectors => ({
  x: { data: x, shape: [1, count, x.length / count] },
  y: { data: y, shape: [1, count, y.length / count] },
});
const single = (x: number[], y: number[]): SimccVectors =>
  asVectors({ x: Float32Array.from(x), y: Float32Array.from(y) });

describe('encodeSimcc', () => {
  it('rounds halves of a bin to the even one, and the number of bins too', () => {
    const peak = (values: Float32Array): number => values.indexOf(Math.max(...values));
    expect([10.25, 10.75, 11.25].map((x) => peak(encodeOne(x, 5).x))).toEqual([20, 22, 22]);
    expect(encodeOne(5, 5, { splitRatio: 1.09375 }).x).toHaveLength(52); // 52.5
    expect(encodeOne(5, 5, { splitRatio: 1.1 }).y).toHaveLength(70); // 70.4
  });

  it('has the sum 1 on each axis, its peak at the keypoint when unbiased', () => {
    const { x, y } = encodeOne(24.1, 30.2, { sigma: { x: 4.9, y: 5.66 }, unbiased: true });
    const sum = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
    const mean = (values: Float32Array): number =>
      values.reduce((a, b, i) => a + b * i, 0) / sum(values);
    expect(sum(x)).toBeCloseTo(1, 5);
    expect(sum(y)).toBeCloseTo(1, 5);
    expect(mean(x)).toBeCloseTo(48.2, 3);
    expect(mean(y)).toBeCloseTo(60.4, 3);
  });

  it('drops what misses a vector, by bin or by 3 sigma, and what is no number', () => {
    const weight = (x: number, y: number, options?: Partial<EncodeSimccOptions>): number =>
      encodeOne(x, y, options).weights[0]!;
    // 3 sigma are 18 bins: bin -19 still ends at 0, bin -20 does not; bin 113 starts at 95, bin 114 at 96 of 96.
    expect([weight(-9.5, 5), weight(-10, 5)]).toEqual([1, 0]);
    expect([weight(56.5, 5), weight(57, 5)]).toEqual([1, 0]);
    const standard = { smoothing: 'standard' } as const;
    expect([weight(47.7, 5, standard), weight(47.8, 5, standard)]).toEqual([1, 0]);
    expect([weight(-0.2, 5, standard), weight(-0.3, 5, standard)]).toEqual([1, 0]);
    for (const value of [NaN, Infinity]) {
      const encoded = encodeOne(5, value);
      expect([encoded.weights[0], Math.max(...encoded.x, ...encoded.y)]).toEqual([0, 0]);
    }
  });

  it('spreads what standard smoothing takes', () => {
    const { x } = encodeOne(10, 5, { smoothing: 'standard', smoothWeight: 0.19 });
    expect(x[20]).toBeCloseTo(0.81, 6);
    expect(x[21]).toBeCloseTo(0.002, 6);
  });

  it('clears out and refuses what does not fit', () => {
    const out = {
      x: new Float32Array(96).fill(7),
      y: new Float32Array(128).fill(7),
      weights: new Float32Array(1),
    };
    const labels = { keypoints: Float32Array.of(9, 400), weights: Float32Array.of(1) };
    const options = { batch: 1, keypointCount: 1, inputSize: INPUT };
    expect(encodeSimcc(labels, options, out).x).toBe(out.x);
    expect([Math.max(...out.x), Math.max(...out.y), out.weights[0]]).toEqual([0, 0, 0]);
    expect(() => encodeSimcc(labels, { ...options, keypointCount: 2 })).toThrow('keypoints must');
    expect(() => encodeOne(5, 5, { sigma: { x: 1, y: 0 } })).toThrow('sigma');
    expect(() => encodeOne(5, 5, { splitRatio: -1 })).toThrow(DecodeError);
    expect(() => encodeOne(5, 5, { smoothWeight: 2 })).toThrow(DecodeError);
  });
});

describe('decodeSimcc', () => {
  it('gives the smaller maximum as score, the first of ties, and refuses steps from flat tops', () => {
    const vectors = single([0, 0.4, 0.4, 0], [0.1, 0, 0.9, 0]);
    const decoded = decodeSimcc(vectors);
    expect([...decoded.keypoints]).toEqual([0.5, 1]);
    expect(decoded.scores[0]).toBeCloseTo(0.4, 6);
    const flat = single(Array(40).fill(0.5), Array(40).fill(0.5));
    expect(decodeSimcc(flat, { refine: 'dark' }).keypoints[1]).toBe(0);
  });

  it('says what it found where nothing is', () => {
    const at = (vectors: SimccVectors, options: DecodeSimccOptions): number[] => [
      ...decodeSimcc(vectors, options).keypoints,
    ];
    const negative = single([-3, -1, -2, -4], [-5, -4, -1, -2]);
    const zero = single([0, 0, 0, 0], [0, 0, 0, 0]);
    expect(at(negative, {})).toEqual([0.5, 1]);
    expect(at(negative, { refine: 'dark' })).toEqual([0.5, 1]);
    expect(at(negative, { rules: 'mmpose', refine: 'dark' })).toEqual([-0.5, -0.5]);
    expect(at(zero, {})).toEqual([0, 0]);
    expect(at(zero, { rules: 'mmpose' })).toEqual([-0.5, -0.5]);
    expect(at(zero, { rules: 'mmpose', refine: 'dark' })).toEqual([NaN, NaN]);
    expect(at(single([1, NaN, 3, 2], [NaN, NaN, NaN, NaN]), {})).toEqual([1, NaN]);
    expect(decodeSimcc(single([NaN], [1])).scores[0]).toBeNaN();
  });

  it('fits a Gaussian, exact at the ends too', () => {
    const at = (x: number, y: number, sigma: number): Float32Array => {
      const { x: along, y: down } = encodeOne(x, y, { sigma, unbiased: true });
      return decodeSimcc(asVectors({ x: along, y: down }), { refine: 'fit', sigma }).keypoints;
    };
    for (const [x, y] of [
      [0.1, 63.3],
      [-1.2, 64.1],
      [20.3, 30.4],
      [47.4, 0],
    ] as const) {
      for (const sigma of [1.4, 4.9, 6]) {
        expect(largestDifference(at(x, y, sigma), [x, y])).toBeLessThan(1e-4);
      }
    }
    const options = { refine: 'fit' } as const;
    const flat = single(Array(40).fill(0.5), [0, 0, 1, 0]);
    expect([...decodeSimcc(flat, options).keypoints]).toEqual([0, 1]);
    expect([...decodeSimcc(single([-2, -1], [-2, -3]), options).keypoints]).toEqual([0.5, 0]);
  });

  it('fits as well as DARK on noise', () => {
    const random = createRandom(11, 'simcc fit');
    const sums = { fit: 0, dark: 0 };
    for (let trial = 0; trial < 300; trial++) {
      const [x, y] = [random.between(15, 32), random.between(15, 48)];
      const { x: along, y: down } = encodeOne(x, y, { unbiased: true, normalise: false });
      const noisy = (values: Float32Array): Float32Array =>
        values.map((value) => value + 0.03 * random.normal());
      const vectors = asVectors({ x: noisy(along), y: noisy(down) });
      for (const refine of ['fit', 'dark'] as const) {
        sums[refine] += largestDifference(decodeSimcc(vectors, { refine }).keypoints, [x, y]) / 300;
      }
    }
    expect(sums.fit).toBeLessThan(1.1 * sums.dark);
    expect(sums.fit).toBeLessThan(0.2);
  });

  it('writes into out and refuses what does not fit', () => {
    const vectors = single([0, 1], [0, 1, 0]);
    const out = { keypoints: new Float32Array(2), scores: new Float32Array(1) };
    expect(decodeSimcc(vectors, {}, out).keypoints).toBe(out.keypoints);
    expect(() => decodeSimcc({ ...vectors, y: { ...vectors.y, shape: [1, 3, 1] } })).toThrow(
      'got [1, 1, 2] and [1, 3, 1]',
    );
    expect(() => decodeSimcc({ ...vectors, x: { ...vectors.x, shape: [2] } })).toThrow('[B, K, N]');
    expect(() => decodeSimcc(vectors, { splitRatio: 0 })).toThrow(DecodeError);
  });
});

describe('flipSimcc', () => {
  const random = createRandom(6, 'flip simcc');
  const noise = (): SimccVectors =>
    asVectors(
      {
        x: Float32Array.from({ length: 3 * 7 }, () => random.normal()),
        y: Float32Array.from({ length: 3 * 5 }, () => random.normal()),
      },
      3,
    );
  const INDICES = [0, 2, 1];

  it('twice is nothing; reverses x only and swaps', () => {
    const vectors = noise();
    const once = flipSimcc(vectors, INDICES);
    expect(once.x[7]).toBe(vectors.x.data[20]);
    expect(once.y[5]).toBe(vectors.y.data[10]);
    const twice = flipSimcc(asVectors(once, 3), INDICES);
    expect(twice).toEqual({ x: vectors.x.data, y: vectors.y.data });
  });

  it('lays the mirror image of a keypoint on the keypoint with a shift of splitRatio - 1', () => {
    const width = INPUT.width;
    for (const splitRatio of [1, 2, 3]) {
      const there = encodeOne(20, 30, { splitRatio });
      const mirrored = encodeOne(width - 1 - 20, 30, { splitRatio });
      const back = flipSimcc(asVectors(mirrored), [0], { shift: splitRatio - 1 });
      // What moves in at the end is 0 but for rounding.
      expect(largestDifference(back.x, there.x)).toBeLessThan(1e-6);
      expect(back.y).toEqual(there.y);
    }
  });

  it('averages', () => {
    const [vectors, mirrored] = [noise(), noise()];
    for (const shift of [0, 2]) {
      const flipped = flipSimcc(mirrored, INDICES, { shift });
      const mean = averageFlippedSimcc(vectors, mirrored, INDICES, { shift });
      expect(mean.x).toEqual(vectors.x.data.map((value, i) => (value + flipped.x[i]!) * 0.5));
      expect(mean.y).toEqual(vectors.y.data.map((value, i) => (value + flipped.y[i]!) * 0.5));
      const own = { x: vectors.x.data.slice(), y: vectors.y.data.slice() };
      averageFlippedSimcc(asVectors(own, 3), mirrored, INDICES, { shift }, own);
      expect(own).toEqual(mean);
    }
    expect(() => flipSimcc(vectors, [0, 1])).toThrow(DecodeError);
    expect(() => flipSimcc(vectors, INDICES, { shift: 0.5 })).toThrow(DecodeError);
    expect(() =>
      flipSimcc(vectors, INDICES, {}, { x: vectors.x.data, y: new Float32Array(15) }),
    ).toThrow('must not be');
    expect(() => averageFlippedSimcc(vectors, single([1], [1]), INDICES)).toThrow(DecodeError);
  });
});
