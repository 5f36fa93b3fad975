import { describe, expect, it } from 'vitest';
import { evaluateOks, type MetricsError, oksOptionsFromParams } from './index.js';

function problemsOf(params: unknown): string[] {
  try {
    oksOptionsFromParams(params);
  } catch (error) {
    const { problems } = (error as MetricsError).details;
    return problems.map(({ code, path, message }) => `${code} ${path}: ${message}`);
  }
  return [];
}

describe('oksOptionsFromParams', () => {
  it('renames every parameter', () => {
    const options = oksOptionsFromParams({
      imgIds: [3, 1],
      catIds: [1],
      iouThrs: [0.5],
      recThrs: [0, 1],
      maxDets: [5, 20],
      areaRng: [[0, 100]],
      areaRngLbl: ['tiny'],
      useCats: 0,
      sigmas: [0.026],
    });
    expect(options).toEqual({
      imageIds: [3, 1],
      categoryIds: [1],
      iouThresholds: [0.5],
      recallThresholds: [0, 1],
      maxDetections: [5, 20],
      areaRanges: [{ label: 'tiny', min: 0, max: 100 }],
      useCategories: false,
      oksSigmas: [0.026],
    });
    expect(oksOptionsFromParams({})).toEqual({});
  });

  it('takes ranges and labels apart, each with its default', () => {
    const labels = (params: unknown) =>
      oksOptionsFromParams(params).areaRanges?.map(({ label, max }) => `${label} ${max}`);
    expect(labels({ areaRng: [[0, 5]] })).toEqual(['all 5']);
    expect(labels({ areaRngLbl: ['a', 'b', 'c'] })).toEqual([
      'a 10000000000',
      'b 9216',
      'c 10000000000',
    ]);
    const four = [
      [0, 1],
      [0, 2],
      [0, 3],
      [0, 4],
    ];
    expect(labels({ areaRng: four })).toEqual(['all 1', 'medium 2', 'large 3', ' 4']);
  });

  it('says all that is wrong', () => {
    expect(problemsOf([1])).toEqual(['SHAPE_MISMATCH params: expected an object, got [1]']);
    expect(
      problemsOf({
        maxDet: [20],
        iouThrs: 0.5,
        imgIds: [1, 'two'],
        areaRng: [[0, 1], [5]],
        areaRngLbl: ['all'],
        useCats: 'yes',
      }).map((problem) => problem.replace(/; the names are.*/, '')),
    ).toEqual([
      'OUT_OF_RANGE params.maxDet: unknown',
      'SHAPE_MISMATCH params.imgIds: expected a list of integers, got "two" at 1',
      'SHAPE_MISMATCH params.iouThrs: expected a list of numbers, got 0.5',
      'SHAPE_MISMATCH params.areaRng: expected a list of pairs [least, most], got [5] at 1',
      'SHAPE_MISMATCH params.areaRngLbl: expected 2 names, one a range, got 1',
      'SHAPE_MISMATCH params.useCats: expected 0 or 1, got "yes"',
    ]);
  });
});

describe('reasons', () => {
  const person = {
    ...{ id: 1, image_id: 1, category_id: 1, iscrowd: 0, num_keypoints: 1, area: 5000 },
    keypoints: [1, 1, 2],
  };
  const file = { images: [{ id: 1 }], annotations: [person], categories: [{ id: 1 }] };
  const results = [{ image_id: 1, category_id: 1, score: 1, keypoints: [1, 1, 1] }];
  const reasons = (options: object) =>
    evaluateOks(file, results, { oksSigmas: [0.1], ...options }).reasons;

  it('are there for what is null and for nothing else', () => {
    expect(reasons({})).toEqual({
      APl: 'no person of large area is counted',
      ARl: 'no person of large area is counted',
    });
    expect(reasons({ imageIds: [2] }).AP).toBe('no person is counted');
    expect(reasons({ maxDetections: 10 }).AR).toBe('20 is not among maxDetections');
    expect(reasons({ iouThresholds: [0.5] })).toMatchObject({
      AP75: 'threshold 0.75 is not among iouThresholds',
    });
    expect(reasons({ areaRanges: [{ label: 'all', min: 0, max: 1e10 }] }).APm).toBe(
      "no area range is called 'medium'",
    );
  });
});
