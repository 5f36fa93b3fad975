import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricsError } from './error.js';
import { oksNms, softOksNms } from './nms.js';
import { boxNms } from './nms-box.js';
import { nearbyJointsNms } from './nms-nearby.js';
import { type NmsPose, poseOverlaps } from './nms-overlap.js';

const oksSigmas = [0.05, 0.1];
const coordinate = fc.double({ min: 0, max: 60, noNaN: true });
const confidence = fc.double({ min: 0, max: 1, noNaN: true });
const pose: fc.Arbitrary<NmsPose> = fc.record({
  keypoints: fc
    .array(fc.tuple(coordinate, coordinate, confidence), { minLength: 2, maxLength: 2 })
    .map((points) => points.flat()),
  score: confidence,
  area: fc.double({ min: 1, max: 1e5, noNaN: true }),
});
const poses = fc.uniqueArray(pose, { maxLength: 25, selector: ({ score }) => score as number });
const rules = fc.constantFrom('hrnet', 'mmpose');
const threshold = fc.double({ min: 0.01, max: 1, noNaN: true });
const visibility = fc.option(confidence, { nil: undefined });

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof MetricsError) return `${error.code} ${error.message}`;
  }
  return 'nothing';
}

const at = (x: number, score: number, area = 100): NmsPose => ({
  keypoints: [x, 0, 1, x + 10, 0, 1],
  score,
  area,
});

describe('oksNms', () => {
  it('keeps what it kept, whatever the order of the poses', () => {
    fc.assert(
      fc.property(
        poses,
        rules,
        threshold,
        visibility,
        fc.infiniteStream(fc.nat()),
        (all, by, limit, seen, keys) => {
          const options = {
            rules: by,
            threshold: limit,
            oksSigmas,
            ...(seen !== undefined && { visibilityThreshold: seen }),
          } as const;
          const kept = oksNms(all, options).map((i) => all[i]!);
          expect(oksNms(kept, options)).toEqual(kept.map((_, i) => i));
          const order = all
            .map((item) => ({ item, key: keys.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
          expect(oksNms(order, options).map((i) => order[i]!)).toEqual(kept);
          const overlaps = poseOverlaps(kept, options);
          const limits = by === 'mmpose' ? Math.fround(limit) : limit;
          for (let i = 0; i < kept.length; i++)
            for (let j = i + 1; j < kept.length; j++)
              expect(overlaps[i * kept.length + j]).toBeLessThanOrEqual(limits);
        },
      ),
    );
  });

  it('keeps a pose that overlaps exactly as much as the threshold', () => {
    const two = [at(0, 0.9), at(0, 0.8)];
    expect(oksNms(two, { threshold: 1, oksSigmas })).toEqual([0, 1]);
    expect(oksNms(two, { threshold: 1 - 2 ** -53, oksSigmas })).toEqual([0]);
  });

  it('takes the mean area, the mean score, and of equal scores the later', () => {
    const [one, other] = poseOverlaps([at(0, 1, 100), at(3, 1, 300)], { oksSigmas });
    expect(one).toBe(1);
    const right = (Math.exp(-9 / 0.01 / 200 / 2) + Math.exp(-9 / 0.04 / 200 / 2)) / 2;
    expect(other).toBeCloseTo(right, 15);
    const scored = [{ ...at(0, 0), score: [0.1, 0.9] }, at(100, 0.4), at(200, 0.5), at(300, 0.7)];
    expect(oksNms(scored, { oksSigmas })).toEqual([3, 2, 0, 1]);
  });

  it('looks at the second pose with HRNet, at both with mmpose', () => {
    const seen = { ...at(0, 0.9), keypoints: [0, 0, 1, 10, 0, 1] };
    const half = { ...at(0, 0.8), keypoints: [0, 0, 1, 90, 0, 0] };
    const overlaps = (by: 'hrnet' | 'mmpose'): number[] => [
      ...poseOverlaps([seen, half], { rules: by, oksSigmas, visibilityThreshold: 0.5 }),
    ];
    const [, , back] = overlaps('hrnet');
    expect(overlaps('hrnet')).toEqual([1, 1, back, 1]);
    expect(back).toBe(0.5);
    expect(overlaps('mmpose')).toEqual([1, 1, 1, 1]);
  });

  it('has nothing to do without poses', () => {
    expect([oksNms([]), softOksNms([]), nearbyJointsNms([]), boxNms([], 0.5)]).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it('refuses what is no pose', () => {
    expect(code(() => oksNms([at(0, 1)]))).toMatch(
      /^SHAPE_MISMATCH poses\[0\].keypoints: expected 17 x 3 numbers.*got 6/,
    );
    const options = { oksSigmas };
    expect(code(() => oksNms([at(0, Number.NaN)], options))).toMatch(
      /^NON_FINITE poses\[0\].score/,
    );
    expect(code(() => oksNms([at(Number.NaN, 1)], options))).toMatch(/^NON_FINITE/);
    expect(code(() => oksNms([at(0, 1, -1)], options))).toMatch(/^OUT_OF_RANGE poses\[0\].area/);
    expect(code(() => oksNms([], { threshold: Number.NaN }))).toMatch(/^OUT_OF_RANGE threshold/);
    expect(code(() => softOksNms([], { threshold: 0 }))).toMatch(
      /^OUT_OF_RANGE threshold: expected a positive number, got 0/,
    );
    expect(code(() => softOksNms([], { maxDetections: 0 }))).toMatch(/^OUT_OF_RANGE maxDetections/);
    expect(code(() => oksNms([], { rules: 'x' as never }))).toMatch(/^OUT_OF_RANGE rules/);
  });
});

describe('softOksNms', () => {
  it('drops nothing but beyond its most', () => {
    fc.assert(
      fc.property(
        poses,
        rules,
        threshold,
        fc.integer({ min: 1, max: 30 }),
        (all, by, limit, most) => {
          const options = { rules: by, threshold: limit, oksSigmas } as const;
          const kept = softOksNms(all, { ...options, maxDetections: most });
          expect(kept.length).toBe(Math.min(most, all.length));
          expect(new Set(kept).size).toBe(kept.length);
          const more = softOksNms(all, { ...options, maxDetections: 30 });
          expect(more.slice(0, kept.length)).toEqual(kept);
        },
      ),
    );
  });

  it('lowers the score of a near pose below that of a far one', () => {
    expect(softOksNms([at(0, 0.9), at(0.1, 0.8), at(90, 0.5)], { oksSigmas })).toEqual([0, 2, 1]);
  });
});

describe('nearbyJointsNms', () => {
  it('keeps the best of near poses', () => {
    const all = [at(0, 0.5), at(0.4, 0.9), at(50, 0.1)];
    expect(nearbyJointsNms(all)).toEqual([1, 2]);
    expect(nearbyJointsNms(all, { distanceThreshold: 0.04 })).toEqual([1, 0, 2]);
    expect(nearbyJointsNms(all, { maxDetections: 1 })).toEqual([1]);
    expect(nearbyJointsNms(all, { maxDetections: 0 })).toEqual([1, 2]);
  });

  it('keeps a pose of no extent', () => {
    const point = { keypoints: [5, 5, 1, 5, 5, 1], score: 1 };
    expect(nearbyJointsNms([point])).toEqual([0]);
  });

  it('refuses thresholds that cannot be met', () => {
    expect(code(() => nearbyJointsNms([at(0, 1)], { nearbyThreshold: 2 }))).toMatch(
      /^OUT_OF_RANGE nearbyThreshold: expected less than the 2 keypoints, got 2/,
    );
    expect(code(() => nearbyJointsNms([at(0, 1)], { distanceThreshold: 0 }))).toMatch(
      /^OUT_OF_RANGE distanceThreshold/,
    );
    const shorter = { keypoints: [0, 0, 1], score: 1 };
    expect(code(() => nearbyJointsNms([at(0, 1), shorter]))).toMatch(
      /^SHAPE_MISMATCH poses\[1\].keypoints/,
    );
  });
});

describe('boxNms', () => {
  const box = fc
    .tuple(coordinate, coordinate, coordinate, coordinate, confidence)
    .map(([x, y, w, h, score]) => [x, y, x + w, y + h, score]);

  it('keeps what it kept', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(box, { maxLength: 25, selector: (b) => b[4] }),
        threshold,
        (all, limit) => {
          const kept = boxNms(all.flat(), limit).flatMap((i) => all[i]!);
          expect(boxNms(kept, limit)).toEqual(Array.from({ length: kept.length / 5 }, (_, i) => i));
        },
      ),
    );
  });

  it('counts the last pixel and keeps an overlap of exactly the threshold', () => {
    // 10 x 10 and 10 x 5 within it.
    const boxes = [0, 0, 9, 9, 0.8, 0, 0, 9, 4, 0.7];
    expect(boxNms(boxes, 0.5)).toEqual([0, 1]);
    expect(boxNms(boxes, 0.49)).toEqual([0]);
  });

  it('refuses what is no box', () => {
    expect(code(() => boxNms([1, 2, 3], 0.5))).toMatch(/^SHAPE_MISMATCH boxes/);
    expect(code(() => boxNms([0, 0, Number.NaN, 1, 1], 0.5))).toMatch(/^NON_FINITE boxes\[0\]/);
    expect(code(() => boxNms([5, 0, 1, 1, 1], 0.5))).toMatch(/^OUT_OF_RANGE boxes\[0\]/);
    expect(code(() => boxNms([], Number.NaN))).toMatch(/^OUT_OF_RANGE threshold/);
  });
});
