import { createRandom } from '@pose-distill/internal-random';
import { largestDifference } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { caseFolder, openCase, toNHWC } from '../test/cases.js';
import { averageFlipped, DecodeError, flipHeatmaps, type Heatmaps } from './index.js';

type Shape = [number, number, number, number];
interface Params {
  flipIndices?: number[];
  pairs?: [number, number][];
  shift?: boolean;
  flipMode?: 'heatmap' | 'offset' | 'udp_combined';
}

for (const name of [
  'flip-heatmap',
  'flip-heatmap-shift',
  'flip-hrnet',
  'flip-offset',
  'flip-udp-combined',
]) {
  describe.skipIf(!caseFolder(name))(name, () => {
    it('is the reference, in both layouts', () => {
      const { params, floats, array } = openCase<Params>(name);
      const shape = array('input').shape as Shape;
      const [batch, count, height, width] = shape;
      const indices = params.flipIndices ?? Array.from({ length: count }, (_, k) => k);
      for (const [left, right] of params.pairs ?? [])
        [indices[left], indices[right]] = [indices[right]!, indices[left]!];
      const kind = params.flipMode === 'udp_combined' ? 'udp-combined' : params.flipMode;
      const options = { shift: params.shift ?? false, kind: kind ?? 'heatmap' } as const;
      const maps: Heatmaps = { data: floats('input'), shape, layout: 'NCHW' };
      const flipped = flipHeatmaps(maps, indices, options);
      expect(largestDifference(flipped, floats('output'))).toBe(0);
      const last: Heatmaps = {
        data: toNHWC(maps.data, shape),
        shape: [batch, height, width, count],
        layout: 'NHWC',
      };
      expect(flipHeatmaps(last, indices, options)).toEqual(toNHWC(flipped, shape));
    });
  });
}

describe('flip test', () => {
  const INDICES = [0, 2, 1];
  const random = createRandom(4, 'flip');
  const noise = (): Heatmaps => ({
    data: Float32Array.from({ length: 2 * 3 * 4 * 5 }, () => random.normal()),
    shape: [2, 3, 4, 5],
    layout: 'NCHW',
  });

  it('twice is nothing', () => {
    const maps = noise();
    const once = flipHeatmaps(maps, INDICES);
    expect(once).not.toEqual(maps.data);
    expect(flipHeatmaps({ ...maps, data: once }, INDICES)).toEqual(maps.data);
  });

  it('averages with the mirrored maps', () => {
    const [maps, mirrored] = [noise(), noise()];
    for (const shift of [false, true]) {
      const flipped = flipHeatmaps(mirrored, INDICES, { shift });
      const mean = averageFlipped(maps, mirrored, INDICES, { shift });
      expect(mean).toEqual(maps.data.map((value, i) => (value + flipped[i]!) * 0.5));
      const data = maps.data.slice();
      expect(averageFlipped({ ...maps, data }, mirrored, INDICES, { shift }, data)).toBe(data);
      expect(data).toEqual(mean);
    }
    // A network that sees the mirror image as it should changes nothing.
    const perfect = { ...maps, data: flipHeatmaps(maps, INDICES) };
    expect(averageFlipped(maps, perfect, INDICES)).toEqual(maps.data);
  });

  it('refuses what does not fit', () => {
    const maps = noise();
    expect(() => flipHeatmaps(maps, [0, 1])).toThrow(DecodeError);
    expect(() => flipHeatmaps(maps, [0, 1, 1])).toThrow('each of 0..2 once');
    expect(() => flipHeatmaps(maps, INDICES, {}, maps.data)).toThrow(DecodeError);
    expect(() => averageFlipped(maps, maps, INDICES, {}, maps.data)).toThrow(DecodeError);
    const other: Heatmaps = { ...maps, shape: [2, 3, 5, 4] };
    expect(() => averageFlipped(maps, other, INDICES)).toThrow('got [2, 3, 4, 5] and [2, 3, 5, 4]');
  });
});
