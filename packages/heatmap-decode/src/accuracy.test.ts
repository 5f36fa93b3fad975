import { largestDifference } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { caseFolder, openCase, toNHWC } from '../test/cases.js';
import { DecodeError, type Heatmaps, heatmapAccuracy } from './index.js';

describe.skipIf(!caseFolder('hrnet-accuracy'))('hrnet-accuracy', () => {
  it('is the reference, in both layouts', () => {
    const { params, floats, array } = openCase<{ avg: number; count: number }>('hrnet-accuracy');
    const shape = array('output').shape as [number, number, number, number];
    const [batch, count, height, width] = shape;
    const flat = (name: string): Heatmaps => ({ data: floats(name), shape, layout: 'NCHW' });
    const last = (name: string): Heatmaps => ({
      data: toNHWC(floats(name), shape),
      shape: [batch, height, width, count],
      layout: 'NHWC',
    });
    const accuracy = heatmapAccuracy(flat('output'), flat('target'));
    expect(accuracy.mean).toBeCloseTo(params.avg, 12);
    expect(accuracy.counted).toBe(params.count);
    const expected = (array('acc').data as Float64Array).subarray(1);
    const found = accuracy.perKeypoint.map((value) => (Number.isNaN(value) ? -1 : value));
    expect(largestDifference(found, expected)).toBeLessThan(1e-12);
    expect(heatmapAccuracy(last('output'), last('target'))).toEqual(accuracy);
  });
});

describe('heatmapAccuracy', () => {
  /** A 20 x 10 (width x height) map with one cell lit. */
  const lit = (x: number, y: number): Heatmaps => {
    const data = new Float32Array(200);
    data[y * 20 + x] = 1;
    return { data, shape: [1, 1, 10, 20], layout: 'NCHW' };
  };

  it('divides x by a tenth of the height and y by a tenth of the width, as coded in HRNet', () => {
    expect(heatmapAccuracy(lit(5, 5), lit(5, 5)).mean).toBe(1);
    expect(heatmapAccuracy(lit(6, 5), lit(5, 5)).mean).toBe(0);
    expect(heatmapAccuracy(lit(5, 6), lit(5, 5)).mean).toBe(0);
    expect(heatmapAccuracy(lit(5, 6), lit(5, 5), { threshold: 0.51 }).mean).toBe(1);
    expect(heatmapAccuracy(lit(6, 5), lit(5, 5), { threshold: 0.51 }).mean).toBe(0);
  });

  it('leaves out targets in the first two columns or rows', () => {
    const none = heatmapAccuracy(lit(5, 5), lit(1, 5));
    expect([none.mean, none.counted, ...none.perKeypoint]).toEqual([NaN, 0, NaN]);
  });

  it('refuses maps that differ in shape', () => {
    const turned: Heatmaps = { ...lit(5, 5), shape: [1, 1, 20, 10] };
    expect(() => heatmapAccuracy(lit(5, 5), turned)).toThrow(DecodeError);
  });
});
