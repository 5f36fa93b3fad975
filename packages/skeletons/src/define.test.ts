import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coco17, defineSkeleton, flipIndices, SkeletonError, type SkeletonSpec } from './index.js';

const spec: SkeletonSpec = {
  name: 'trunk',
  keypoints: ['left_shoulder', 'right_shoulder', 'right_hip', 'left_hip', 'nose'],
  oksSigmas: [0.1, 0.1, 0.1, 0.1, 0.05],
};

function problemsOf(bad: SkeletonSpec): string[] {
  try {
    defineSkeleton(bad);
  } catch (error) {
    if (!(error instanceof SkeletonError)) throw error;
    expect(error.code).toBe('BAD_SKELETON');
    for (const { message } of error.details.problems) expect(error.message).toContain(message);
    return error.details.problems.map(({ path }) => path);
  }
  return [];
}

describe('defineSkeleton', () => {
  it('infers pairs and torso from the names', () => {
    const skeleton = defineSkeleton(spec);
    expect(skeleton.flipPairs).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(skeleton.torso).toEqual([1, 3]);
    expect(skeleton.limbs).toEqual([]);
  });

  it('takes names in any spelling and indices', () => {
    const skeleton = defineSkeleton({
      ...spec,
      flipPairs: [['Left Shoulder', 1]],
      limbs: [['nose', 'shoulder-l']],
      torso: [1, 'leftHip'],
    });
    expect(skeleton.flipPairs).toEqual([[0, 1]]);
    expect(skeleton.limbs).toEqual([[4, 0]]);
    expect(skeleton.torso).toEqual([1, 3]);
  });

  it('leaves the torso out when asked or when a keypoint is missing', () => {
    expect('torso' in defineSkeleton({ ...spec, torso: null })).toBe(false);
    expect('torso' in defineSkeleton({ name: 'n', keypoints: ['a'], oksSigmas: [1] })).toBe(false);
  });

  it('copies and freezes', () => {
    const keypoints = [...spec.keypoints];
    const skeleton = defineSkeleton({ ...spec, keypoints });
    keypoints[0] = 'changed';
    expect(skeleton.keypoints[0]).toBe('left_shoulder');
    for (const part of [skeleton, skeleton.keypoints, skeleton.flipPairs, skeleton.flipPairs[0]]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('collects all problems', () => {
    expect(
      problemsOf({
        name: 'bad',
        keypoints: ['a', 'A', '', 'left_x'],
        oksSigmas: [0.1, 0, Number.NaN],
        limbs: [
          [0, 4],
          [1, 1],
          ['a', 'b'],
          [0, 3],
          [3, 0],
        ],
      }),
    ).toEqual([
      'keypoints[1]',
      'keypoints[2]',
      'oksSigmas',
      'oksSigmas[1]',
      'oksSigmas[2]',
      'keypoints[3]',
      'limbs[0]',
      'limbs[1]',
      'limbs[2]',
      'limbs',
    ]);
  });

  it.each<[string, Partial<SkeletonSpec>, string[]]>([
    ['no keypoints', { keypoints: [], oksSigmas: [] }, ['keypoints']],
    ['a pair out of range', { flipPairs: [[0, 5]] }, ['flipPairs[0]']],
    ['a fraction', { flipPairs: [[0, 1.5]] }, ['flipPairs[0]']],
    ['a pair of one', { flipPairs: [[2, 2]] }, ['flipPairs[0]']],
    [
      'overlapping pairs',
      {
        flipPairs: [
          [0, 1],
          [1, 2],
        ],
      },
      ['flipPairs'],
    ],
    ['an unknown torso', { torso: ['right_shoulder', 'tail'] }, ['torso']],
    ['an infinite sigma', { oksSigmas: [1, 1, 1, 1, Infinity] }, ['oksSigmas[4]']],
  ])('refuses %s', (_, change, paths) => {
    expect(problemsOf({ ...spec, ...change })).toEqual(paths);
  });
});

describe('flipIndices', () => {
  it('is its own inverse for any set of pairs', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 16 }), { maxLength: 16 }), (order) => {
        const flipPairs: [number, number][] = [];
        for (let i = 0; i + 1 < order.length; i += 2) flipPairs.push([order[i]!, order[i + 1]!]);
        const flip = flipIndices(defineSkeleton({ ...coco17, flipPairs }));
        expect(flip.map((i) => flip[i])).toEqual(coco17.keypoints.map((_, i) => i));
        expect(flip.filter((to, from) => to !== from)).toHaveLength(2 * flipPairs.length);
      }),
    );
  });
});
