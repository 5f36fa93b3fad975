import { aic14 } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import { checkAic, parseAic } from './parse.js';

const points = (flag: (k: number) => number) =>
  Array.from({ length: 14 }, (_, k) => [k + 1, k + 2, flag(k)]).flat();
const file = (change: object = {}) => [
  {
    image_id: 'd8eeddddcc042544a2570d4c452778b912726720',
    url: 'http://example.org/x.jpg',
    human_annotations: { human1: [3, 4, 33, 64], human2: [0, 0, 10, 10] },
    keypoint_annotations: { human1: points((k) => (k % 3) + 1), human2: points(() => 3) },
    ...change,
  },
];

describe('parseAic', () => {
  it('reads AI Challenger’s own form: flags 1 seen, 2 hidden, 3 not labelled', () => {
    const { samples, skeleton, groundTruth, problems } = parseAic(file());
    expect(problems).toEqual([]);
    expect(skeleton).toBe(aic14);
    expect(samples).toHaveLength(1);
    expect([...samples[0]!.visibility.slice(0, 4)]).toEqual([2, 1, 0, 2]);
    expect([...samples[0]!.keypoints.slice(0, 8)]).toEqual([1, 2, 2, 3, 0, 0, 4, 5]);
    expect(samples[0]!.box).toEqual({ x: 3, y: 4, width: 30, height: 60 });
    expect(samples[0]!.file).toBe('d8eeddddcc042544a2570d4c452778b912726720.jpg');
    expect(groundTruth.annotations.map((a) => a.num_keypoints)).toEqual([10, 0]);
  });

  it.each([
    [{}, { image_id: 3 }, 'WRONG_TYPE', 1],
    [{}, { keypoint_annotations: { human1: [1, 2, 3] } }, 'KEYPOINT_COUNT', 1],
    [{}, { keypoint_annotations: { human1: points(() => 0) } }, 'BAD_VISIBILITY', 1],
    [{}, { human_annotations: { human1: [9, 9, 3, 3], human2: [0, 0, 1, 1] } }, 'EMPTY_BOX', 1],
    [{}, { human_annotations: {} }, 'MISSING_FIELD', 2],
    [{}, { image_id: '../../x' }, 'UNSAFE_PATH', 2],
  ])('reports %j %j', (_, change, code, count) => {
    const { problems, skippedRecords } = checkAic([...file(change), ...file({ image_id: 'b' })]);
    expect(problems.map((problem) => problem.code)).toEqual(Array(count).fill(code));
    expect(skippedRecords).toBe(count);
  });

  it('says what was expected of another file', () => {
    expect(() => parseAic({})).toThrow(/NOT_AIC/);
  });
});
