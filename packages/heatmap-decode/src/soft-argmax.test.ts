import { createRandom } from '@pose-distill/internal-random';
import { largestDifference } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { caseFolder, openCase, toNHWC } from '../test/cases.js';
import { DecodeError, type Heatmaps, type SoftArgmaxOptions, softArgmax } from './index.js';

for (const beta of [1, 10]) {
  const name = `soft-argmax-beta${beta}`;
  describe.skipIf(!caseFolder(name))(name, () => {
    it('is the reference, with and without debias, in both layouts', () => {
      const { floats, array } = openCase(name);
      const shape = array('features').shape as [number, number, number, number];
      const [batch, count, height, width] = shape;
      const maps: Heatmaps = { data: floats('features'), shape, layout: 'NCHW' };
      const last: Heatmaps = {
        data: toNHWC(maps.data, shape),
        shape: [batch, height, width, count],
        layout: 'NHWC',
      };
      for (const [file, debias] of [
        ['coords', 'none'],
        ['coords_debias', 'mmpose'],
      ] as const) {
        const options: SoftArgmaxOptions = { beta, debias, units: 'normalised' };
        const decoded = softArgmax(maps, options);
        expect(largestDifference(decoded.keypoints, floats(file))).toBeLessThanOrEqual(1e-6);
        expect(softArgmax(last, options)).toEqual(decoded);
        const cells = softArgmax(maps, { beta, debias }).keypoints;
        const scaled = cells.map((value, i) => value / (i % 2 === 0 ? width : height));
        expect(largestDifference(scaled, decoded.keypoints)).toBeLessThanOrEqual(1e-6);
      }
      const largest = Array.from({ length: batch * count }, (_, n) =>
        Math.max(...floats('softmax').subarray(n * height * width, (n + 1) * height * width)),
      );
      expect(largestDifference(softArgmax(maps, { beta }).scores, largest)).toBeLessThanOrEqual(
        1e-6,
      );
    });
  });
}

describe('softArgmax', () => {
  // Blob at (10.25, 20.5) with variance 4 on 64x64: plain, closed form, mmpose's form.
  it.each([
    [8, 1, [16.01659, 23.48543], [10.24902, 20.5], [16.01553, 23.48486]],
    [1, 10, [11.55492, 21.17696], [10.24698, 20.5], undefined],
    [1, 1, [31.32954, 31.41176], [31.32954, 31.41176], [31.32938, 31.41162]],
    [1, 25, [10.17434, 20.5], [10.17434, 20.5], undefined],
  ])('amplitude %d, beta %d', (amplitude, beta, plain, closed, mmpose) => {
    const data = Float32Array.from({ length: 64 * 64 }, (_, i) => {
      const [x, y] = [i % 64, Math.floor(i / 64)];
      return amplitude * Math.exp(-((x - 10.25) ** 2 + (y - 20.5) ** 2) / 8);
    });
    const maps: Heatmaps = { data, shape: [1, 1, 64, 64], layout: 'NCHW' };
    const at = (debias: 'none' | 'closed-form' | 'mmpose'): Float32Array =>
      softArgmax(maps, { beta, debias }).keypoints;
    expect(largestDifference(at('none'), plain)).toBeLessThan(2e-5);
    expect(largestDifference(at('closed-form'), closed)).toBeLessThan(2e-5);
    if (mmpose) expect(largestDifference(at('mmpose'), mmpose)).toBeLessThan(2e-5);
  });

  it('stays finite for logits of any size', () => {
    const shape = [1, 1, 3, 4] as const;
    for (const offset of [-1e4, -800, 0, 800, 1e4]) {
      const data = new Float32Array(12).fill(offset);
      data[6] = offset + 40;
      for (const debias of ['none', 'closed-form', 'mmpose'] as const) {
        const { keypoints, scores } = softArgmax({ data, shape, layout: 'NCHW' }, { debias });
        // With C = 0 mmpose's form says the middle, whatever the map.
        const [x, y] = debias === 'mmpose' && offset < 0 ? [2, 1.5] : [2, 1];
        expect(keypoints[0]).toBeCloseTo(x, 5);
        expect(keypoints[1]).toBeCloseTo(y, 5);
        expect(scores[0]).toBeCloseTo(1, 5);
      }
    }
  });

  it('does not see a constant added to the map', () => {
    const random = createRandom(2, 'soft-argmax shift');
    const data = Float32Array.from({ length: 30 }, () => random.integer(64) / 16);
    const maps: Heatmaps = { data, shape: [1, 5, 6, 1], layout: 'NHWC' };
    const moved = { ...maps, data: data.map((value) => value + 8) };
    expect(softArgmax(moved, { beta: 3 })).toEqual(softArgmax(maps, { beta: 3 }));
  });

  it('is the middle for an even map, and leaves it there', () => {
    const maps: Heatmaps = { data: new Float32Array(20), shape: [1, 4, 5, 1], layout: 'NHWC' };
    for (const debias of ['none', 'closed-form'] as const)
      expect([...softArgmax(maps, { debias }).keypoints]).toEqual([2, 1.5]);
  });

  it('refuses a sharpness that is not positive, and writes into out', () => {
    const maps: Heatmaps = { data: new Float32Array(20), shape: [1, 4, 5, 1], layout: 'NHWC' };
    expect(() => softArgmax(maps, { beta: 0 })).toThrow(DecodeError);
    const out = { keypoints: new Float32Array(2), scores: new Float32Array(1) };
    expect(softArgmax(maps, {}, out).keypoints).toBe(out.keypoints);
    expect(out.scores[0]).toBeCloseTo(1 / 20, 6);
    expect(() => softArgmax(maps, {}, { ...out, keypoints: new Float32Array(3) })).toThrow(
      DecodeError,
    );
  });
});
