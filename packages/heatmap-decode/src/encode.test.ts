import { createRandom } from '@pose-distill/internal-random';
import { largestDifference } from '@pose-distill/internal-testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseFolder, openCase, toNHWC } from '../test/cases.js';
import { DecodeError, type EncodeOptions, encodeHeatmaps } from './index.js';

const TOLERANCE = 1e-6;
const SMALL = {
  batch: 1,
  keypointCount: 1,
  inputSize: { width: 48, height: 64 },
  heatmapSize: { width: 12, height: 16 },
} as const;

interface Params {
  inputSize: [number, number];
  heatmapSize: [number, number];
  sigma: number;
  unbiased?: boolean;
}

function differences(name: string, rules: 'mmpose' | 'hrnet'): [number, number, boolean] {
  const { params, floats, array } = openCase<Params>(name);
  const [count, height, width] = array('heatmaps').shape as [number, number, number];
  const labels = { keypoints: floats('keypoints'), weights: floats('visible') };
  const options: EncodeOptions = {
    batch: 1,
    keypointCount: count,
    inputSize: { width: params.inputSize[0], height: params.inputSize[1] },
    heatmapSize: { width: params.heatmapSize[0], height: params.heatmapSize[1] },
    sigma: params.sigma,
    unbiased: params.unbiased ?? false,
    rules,
  };
  const flat = encodeHeatmaps(labels, { ...options, layout: 'NCHW' });
  const channelsLast = encodeHeatmaps(labels, { ...options, layout: 'NHWC' });
  const same =
    largestDifference(channelsLast.heatmaps, toNHWC(flat.heatmaps, [1, count, height, width])) ===
    0;
  return [
    largestDifference(flat.heatmaps, floats('heatmaps')),
    largestDifference(flat.weights, floats('weights')),
    same,
  ];
}

const CASES = [
  ...[0, 1, 2].flatMap((i) => [
    [`msra-encode-${i}`, 'mmpose'] as const,
    [`msra-encode-${i}-unbiased`, 'mmpose'] as const,
  ]),
  ...[0, 1, 2].map((i) => [`hrnet-target-${i}`, 'hrnet'] as const),
];

for (const [name, rules] of CASES) {
  describe.skipIf(!caseFolder(name))(name, () => {
    it('is the reference, in both layouts', () => {
      const [heatmaps, weights, same] = differences(name, rules);
      expect(heatmaps).toBeLessThanOrEqual(TOLERANCE);
      expect(weights).toBe(0);
      expect(same).toBe(true);
    });
  });
}

describe('encodeHeatmaps', () => {
  const encodeOne = (
    x: number,
    y: number,
    weight = 1,
    options: Partial<EncodeOptions> = {},
  ): { heatmaps: Float32Array; weights: Float32Array } =>
    encodeHeatmaps(
      { keypoints: Float32Array.of(x, y), weights: Float32Array.of(weight) },
      { ...SMALL, ...options },
    );

  it('puts peak 1 on the rounded cell and cuts the patch at 3 sigma', () => {
    const { heatmaps, weights } = encodeOne(21.9, 30.1, 1, { sigma: 1 });
    expect(heatmaps[8 * 12 + 5]).toBe(1);
    expect(heatmaps[8 * 12 + 6]).toBeCloseTo(Math.exp(-0.5), 6);
    expect(heatmaps[8 * 12 + 8]).toBeCloseTo(Math.exp(-4.5), 6);
    expect(heatmaps[8 * 12 + 9]).toBe(0);
    expect(weights[0]).toBe(1);
  });

  it('draws what of a patch is on the map where it belongs, and weighs 0 what is not, by guarded rules', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -40, max: 90, noNaN: true }),
        fc.double({ min: -40, max: 100, noNaN: true }),
        fc.constantFrom(1, 1.4, 1.5, 2, 3),
        (x, y, sigma) => {
          const { heatmaps, weights } = encodeOne(x, y, 1, { sigma });
          const [column, row] = [Math.floor(x / 4 + 0.5), Math.floor(y / 4 + 0.5)];
          const reach = Math.floor(3 * sigma);
          let drawn = false;
          for (let i = 0; i < 16 * 12; i++) {
            const [dx, dy] = [(i % 12) - column, Math.floor(i / 12) - row];
            const inside = Math.max(Math.abs(dx), Math.abs(dy)) <= reach;
            drawn ||= inside;
            const value = inside ? Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma)) : 0;
            expect(heatmaps[i]).toBeCloseTo(value, 6);
          }
          expect(weights[0]).toBe(Number(drawn));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keeps weight 1 for a patch that just touches the border, 0 one cell further, by mmpose's rules", () => {
    const rules = { rules: 'mmpose' } as const;
    // Radius 6, so the patch of cell -7 ends at column -1 + 1 = 0, where nothing of it is on the map.
    const touching = encodeOne(-30, 32, 1, rules);
    expect([touching.weights[0], Math.max(...touching.heatmaps)]).toEqual([1, 0]);
    expect(encodeOne(-34.1, 32, 1, rules).weights[0]).toBe(0);
    expect(encodeOne(68, 32, 1, rules).weights[0]).toBe(1);
    expect(encodeOne(70, 32, 1, rules).weights[0]).toBe(0);
    expect(encodeOne(-30, 32).weights[0]).toBe(0);
  });

  it('differs between the rules at weight 1/2 and for light keypoints outside', () => {
    const drawn = (weight: number, rules: 'mmpose' | 'hrnet'): boolean =>
      encodeOne(20, 20, weight, { rules }).heatmaps.some((value) => value > 0);
    expect([drawn(0.5, 'mmpose'), drawn(0.5, 'hrnet')]).toEqual([true, false]);
    expect([drawn(0.49, 'mmpose'), drawn(0.51, 'hrnet')]).toEqual([false, true]);
    expect(encodeOne(400, 20, 0.25, { rules: 'mmpose' }).weights[0]).toBe(0.25);
    expect(encodeOne(400, 20, 0.25, { rules: 'hrnet' }).weights[0]).toBe(0);
  });

  it('centres the unbiased form on the keypoint and covers the map', () => {
    const { heatmaps } = encodeOne(21, 30, 1, { unbiased: true });
    const at = (x: number, y: number): number => Math.exp(-((x - 5.25) ** 2 + (y - 7.5) ** 2) / 8);
    for (let y = 0; y < 16; y++)
      for (let x = 0; x < 12; x++) expect(heatmaps[y * 12 + x]).toBeCloseTo(at(x, y), 6);
  });

  it('judges unbiased misses by real corners (mmpose) or truncated ones (hrnet)', () => {
    // x = -7.5: the patch ends at -0.5, which truncates to 0.
    const options = { unbiased: true } as const;
    expect(encodeOne(-30, 32, 1, { ...options, rules: 'mmpose' }).weights[0]).toBe(0);
    expect(encodeOne(-30, 32, 1, { ...options, rules: 'hrnet' }).weights[0]).toBe(1);
  });

  it('leaves keypoints that are not finite out', () => {
    for (const x of [NaN, Infinity, -Infinity]) {
      for (const unbiased of [false, true]) {
        const { heatmaps, weights } = encodeOne(x, 20, 1, { unbiased });
        expect([weights[0], Math.max(...heatmaps)]).toEqual([0, 0]);
      }
    }
  });

  it('writes into out, clearing it, and leaves its arguments alone', () => {
    const random = createRandom(3, 'encode out');
    const keypoints = Float32Array.from({ length: 12 }, () => random.between(-10, 70));
    const weights = Float32Array.from({ length: 6 }, () => random.integer(2));
    const options = { ...SMALL, batch: 2, keypointCount: 3 };
    const fresh = encodeHeatmaps({ keypoints, weights }, options);
    const out = { heatmaps: new Float32Array(6 * 192).fill(7), weights: new Float32Array(6) };
    const kept = [keypoints.slice(), weights.slice()];
    expect(encodeHeatmaps({ keypoints, weights }, options, out).heatmaps).toBe(out.heatmaps);
    expect(out).toEqual(fresh);
    expect([keypoints, weights]).toEqual(kept);
  });

  it('says what does not fit', () => {
    const labels = { keypoints: new Float32Array(2), weights: new Float32Array(1) };
    expect(() => encodeHeatmaps(labels, { ...SMALL, keypointCount: 2 })).toThrow(
      'keypoints must hold 4 numbers',
    );
    expect(() => encodeHeatmaps(labels, { ...SMALL, sigma: 0 })).toThrow(DecodeError);
    expect(() => encodeHeatmaps(labels, { ...SMALL, batch: -1 })).toThrow(DecodeError);
    expect(() =>
      encodeHeatmaps(labels, SMALL, {
        heatmaps: new Float32Array(3),
        weights: new Float32Array(1),
      }),
    ).toThrow(DecodeError);
  });
});
