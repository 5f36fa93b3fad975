import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricsError } from './error.js';
import { computeOks } from './oks.js';

const coordinate = fc.integer({ min: -500, max: 500 });
const pose = (count: number) =>
  fc.array(coordinate, { minLength: 2 * count, maxLength: 2 * count }).map((xy) => {
    const triples: number[] = [];
    for (let i = 0; i < xy.length; i += 2) triples.push(xy[i]!, xy[i + 1]!, 2);
    return triples;
  });

describe('computeOks', () => {
  it('is the formula for one keypoint', () => {
    // d² = 25, (2 s)² = 0.25, area 100: exp(-25 / 0.25 / 100 / 2)
    const oks = computeOks({
      predicted: [3, 4, 0.3],
      truth: [0, 0, 1],
      areas: [100],
      oksSigmas: [0.25],
    });
    expect(oks[0]).toBeCloseTo(Math.exp(-0.5), 15);
  });

  it('counts labelled keypoints only, by rows of predictions', () => {
    const oks = computeOks({
      predicted: [0, 0, 1, 9, 9, 1, 5, 5, 1, 0, 0, 1],
      truth: [0, 0, 2, 50, 50, 0, 1e4, 1e4, 0, 0, 0, 1],
      areas: [4, 4],
      oksSigmas: [0.1, 0.1],
    });
    expect(oks[0]).toBe(1);
    expect(oks[1]).toBeLessThan(1e-60);
    expect(oks[2]).toBeLessThan(1e-60);
    expect(oks[3]).toBe(1);
  });

  it('compares people without labels with their tripled box', () => {
    const at = (x: number, y: number): number =>
      computeOks({
        predicted: [x, y, 1],
        truth: [0, 0, 0],
        areas: [100],
        boxes: [10, 20, 5, 6],
        oksSigmas: [0.25],
      })[0]!;
    expect([at(5, 14), at(20, 32), at(12, 20)]).toEqual([1, 1, 1]);
    expect(at(2, 10)).toBeCloseTo(Math.exp(-0.5), 15);
    expect(at(23, 36)).toBeCloseTo(Math.exp(-0.5), 15);
  });

  it('is 1 with itself, symmetric in distance, within 0..1', () => {
    fc.assert(
      fc.property(pose(5), pose(5), fc.integer({ min: 1, max: 99999 }), (a, b, area) => {
        const shared = { areas: [area], oksSigmas: [0.1, 0.05, 0.2, 0.3, 0.1] };
        const [ab] = computeOks({ predicted: a, truth: b, ...shared });
        const [ba] = computeOks({ predicted: b, truth: a, ...shared });
        expect(computeOks({ predicted: a, truth: a, ...shared })[0]).toBe(1);
        expect(ab).toBe(ba);
        expect(ab).toBeGreaterThanOrEqual(0);
        expect(ab).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('refuses lengths that do not fit', () => {
    const good = { predicted: [0, 0, 1], truth: [0, 0, 1], areas: [1], oksSigmas: [0.1] };
    const codeOf = (change: Partial<Parameters<typeof computeOks>[0]>): string | undefined => {
      try {
        computeOks({ ...good, ...change });
      } catch (error) {
        return error instanceof MetricsError ? error.code : String(error);
      }
      return undefined;
    };
    expect(codeOf({})).toBeUndefined();
    expect(codeOf({ predicted: [0, 0] })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ truth: [0, 0] })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ areas: [1, 2] })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ boxes: [1, 2] })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ oksSigmas: [] })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ truth: [0, 0, 0] })).toBe('BAD_ANNOTATION');
  });
});
