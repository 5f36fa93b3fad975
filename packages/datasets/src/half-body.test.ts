import { coco17, crowdpose14, lsp14, mpii16, type Skeleton } from '@pose-distill/skeletons';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfBodyFrame, lowerBodyKeypoints } from './half-body.js';

const inputSize = { width: 192, height: 256 };
const names = (skeleton: Skeleton): string[] =>
  lowerBodyKeypoints(skeleton).map((k) => skeleton.keypoints[k]!);

describe('lowerBodyKeypoints', () => {
  it('splits skeletons as the references do', () => {
    expect(lowerBodyKeypoints(coco17)).toEqual([11, 12, 13, 14, 15, 16]);
    expect(lowerBodyKeypoints(mpii16)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(lowerBodyKeypoints(crowdpose14)).toEqual([6, 7, 8, 9, 10, 11]);
    expect(lowerBodyKeypoints(lsp14)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('knows feet, and other spellings', () => {
    const of = (keypoints: string[]) => names({ ...coco17, keypoints });
    expect(of(['leftBigToe', 'left_small_toe', 'R Heel', 'tip_of_nose'])).toEqual([
      'leftBigToe',
      'left_small_toe',
      'R Heel',
    ]);
    expect(of(['chip', 'shinbone', 'left hip'])).toEqual(['left hip']);
  });
});

/** COCO's keypoints: the upper ones in a row at y 10, the lower ones in a row at y 50. */
function person(labelled: (k: number) => boolean) {
  const keypoints = Float32Array.from({ length: 34 }, (_, i) =>
    i % 2 === 0 ? i / 2 : i < 22 ? 10 : 50,
  );
  const visibility = Uint8Array.from({ length: 17 }, (_, k) => (labelled(k) ? 1 + (k % 2) : 0));
  return { keypoints, visibility };
}
const frame = (labelled: (k: number) => boolean, half: 'upper' | 'lower', options = {}) =>
  halfBodyFrame(person(labelled), coco17, inputSize, half, options);

describe('halfBodyFrame', () => {
  it('is about the mean of the keypoints, their extent padded and widened to the aspect', () => {
    const upper = frame((k) => k !== 10, 'upper')!; // x from 0 to 9 at y 10
    expect(upper.centre).toEqual({ x: 4.5, y: 10 });
    expect(upper.sides).toEqual({ width: 13.5, height: 0 });
    expect(upper.scale).toEqual({ width: 13.5, height: 18 });
    const lower = frame(() => true, 'lower')!;
    expect(lower.centre).toEqual({ x: 13.5, y: 50 });
    expect(lower.scale).toEqual({ width: 7.5, height: 10 });
    expect(frame(() => true, 'lower', { padding: 3 })!.scale).toEqual({ width: 15, height: 20 });
  });

  it('needs nine labelled keypoints, hidden ones among them', () => {
    expect(frame((k) => k < 8, 'upper')).toBeUndefined();
    expect(frame((k) => k < 9, 'upper')).toBeDefined();
    expect(frame((k) => k < 3, 'upper', { least: 3 })).toBeDefined();
  });

  it('takes the other half where one has too few', () => {
    const twoBelow = (k: number) => k < 13;
    expect(frame(twoBelow, 'lower')).toEqual(frame(twoBelow, 'upper'));
    const oneAbove = (k: number) => k === 0 || k > 10;
    const few = { least: 5, leastUpper: 2 };
    expect(frame(oneAbove, 'upper', few)).toEqual(frame(oneAbove, 'lower', few));
    expect(frame((k) => k === 0 || k === 16, 'upper', few)).toBeUndefined();
  });

  it('gives up where all keypoints lie in one point', () => {
    const { visibility } = person(() => true);
    const keypoints = new Float32Array(34).fill(7);
    expect(halfBodyFrame({ keypoints, visibility }, coco17, inputSize, 'upper')).toBeUndefined();
  });

  it('takes the lower half by name', () => {
    const lower = ['left_wrist', 'right_wrist'];
    const wrists = frame(() => true, 'lower', { lower, leastLower: 2 })!;
    expect(wrists.centre).toEqual({ x: 9.5, y: 10 });
    expect(() => frame(() => true, 'lower', { lower: ['left_wing'] })).toThrow(
      /halfBody\.lower: coco17 has no keypoint 'left_wing'/,
    );
  });

  it('has the aspect of the input and every keypoint of its half within reach', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 34, maxLength: 34 }),
        fc.constantFrom('upper' as const, 'lower' as const),
        (values, half) => {
          const keypoints = Float32Array.from(values);
          const visibility = new Uint8Array(17).fill(2);
          const made = halfBodyFrame({ keypoints, visibility }, coco17, inputSize, half);
          if (!made) return;
          const { centre, scale, sides } = made;
          expect(scale.width / scale.height).toBeCloseTo(0.75, 10);
          const inHalf = (k: number) => k > 10 === (half === 'lower');
          for (let k = 0; k < 17; k++) {
            if (!inHalf(k)) continue;
            // A keypoint is never further from the mean than the extent, which is two thirds of the sides.
            expect(Math.abs(keypoints[2 * k]! - centre.x)).toBeLessThanOrEqual(
              sides.width / 1.5 + 1e-9,
            );
            expect(Math.abs(keypoints[2 * k + 1]! - centre.y)).toBeLessThanOrEqual(
              sides.height / 1.5 + 1e-9,
            );
          }
        },
      ),
    );
  });
});
