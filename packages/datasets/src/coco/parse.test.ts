import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { DatasetError, type DatasetProblem } from '../error.js';
import { checkCocoKeypoints, parseCocoKeypoints } from './parse.js';

// biome-ignore lint/suspicious/noExplicitAny: files under test break every type
type Loose = Record<string, any>;

/** Two people (the second a crowd) and one without labels on two images; three keypoints. */
function file(): Loose {
  return {
    info: { year: 2024 },
    images: [
      { id: 5, file_name: 'a.jpg', width: 100, height: 80, license: 1 },
      { id: 6, file_name: 'b.jpg', width: 60, height: 60 },
    ],
    annotations: [
      {
        id: 1,
        image_id: 5,
        category_id: 1,
        iscrowd: 0,
        num_keypoints: 2,
        keypoints: [10, 20, 2, 30, 40, 1, 0, 0, 0],
        bbox: [5, 6, 50.5, 60],
        area: 1200.5,
        segmentation: [[1, 2, 3, 4, 5, 6]],
      },
      {
        id: 2,
        image_id: 5,
        category_id: 1,
        iscrowd: 1,
        num_keypoints: 0,
        keypoints: [0, 0, 0, 0, 0, 0, 0, 0, 0],
        bbox: [0, 0, 90, 70],
        area: 3000,
      },
      {
        id: 3,
        image_id: 6,
        category_id: 1,
        iscrowd: 0,
        num_keypoints: 0,
        keypoints: [0, 0, 0, 0, 0, 0, 0, 0, 0],
        bbox: [1, 2, 3, 4],
        area: 7,
      },
    ],
    categories: [
      { id: 1, name: 'person', keypoints: ['nose', 'left_hip', 'right_hip'], skeleton: [[1, 2]] },
      { id: 2, name: 'car' },
    ],
  };
}

function problemsAfter(change: (json: Loose) => void): readonly DatasetProblem[] {
  const json = file();
  change(json);
  return checkCocoKeypoints(json).problems;
}

describe('parseCocoKeypoints', () => {
  it('reads people to train on and keeps the others for evaluation', () => {
    const { skeleton, samples, groundTruth, problems } = parseCocoKeypoints(file());
    expect(problems).toEqual([]);
    expect(skeleton.keypoints).toEqual(['nose', 'left_hip', 'right_hip']);
    expect(skeleton.flipPairs).toEqual([[1, 2]]);
    expect(samples).toEqual([
      {
        id: 1,
        imageId: 5,
        file: 'a.jpg',
        imageSize: { width: 100, height: 80 },
        keypoints: Float32Array.of(10, 20, 30, 40, 0, 0),
        visibility: Uint8Array.of(2, 1, 0),
        box: { x: 5, y: 6, width: 50.5, height: 60 },
        area: 1200.5,
      },
    ]);
    expect(groundTruth.annotations.map(({ id, iscrowd }) => [id, iscrowd])).toEqual([
      [1, 0],
      [2, 1],
      [3, 0],
    ]);
    expect(groundTruth.images).toHaveLength(2);
    expect(groundTruth.annotations[0]).toEqual({
      id: 1,
      image_id: 5,
      category_id: 1,
      iscrowd: 0,
      num_keypoints: 2,
      keypoints: [10, 20, 2, 30, 40, 1, 0, 0, 0],
      bbox: [5, 6, 50.5, 60],
      area: 1200.5,
      segmentation: [[1, 2, 3, 4, 5, 6]],
    });
  });

  it('does not change its argument and gives data that survives a thread', () => {
    const json = file();
    const parsed = parseCocoKeypoints(json);
    expect(json).toEqual(file());
    expect(structuredClone(parsed)).toEqual(parsed);
  });

  it('fills in area, iscrowd and num_keypoints when a file has none, and says so once', () => {
    const json = file();
    for (const annotation of json.annotations) {
      delete annotation.area;
      delete annotation.iscrowd;
      delete annotation.num_keypoints;
    }
    const { groundTruth, samples, problems } = parseCocoKeypoints(json);
    expect(samples[0]!.area).toBeCloseTo(0.53 * 50.5 * 60, 10);
    expect(groundTruth.annotations.map((a) => [a.iscrowd, a.num_keypoints])).toEqual([
      [0, 2],
      [0, 0],
      [0, 0],
    ]);
    expect(problems.map(({ severity, code, path }) => [severity, code, path])).toEqual([
      ['warning', 'MISSING_FIELD', 'annotations'],
    ]);
  });

  it('passes over categories without keypoints', () => {
    const json = file();
    json.annotations.push({ id: 9, image_id: 5, category_id: 2, bbox: [0, 0, 1, 1] });
    const { problems, groundTruth } = parseCocoKeypoints(json);
    expect(problems).toEqual([]);
    expect(groundTruth.annotations).toHaveLength(3);
    expect(groundTruth.categories).toHaveLength(1);
  });

  it('throws once for everything, with counts, examples and advice', () => {
    const json = file();
    json.annotations[0].bbox = [1, 2, 0, 4];
    json.annotations[1].image_id = 77;
    json.annotations[2].keypoints = [1, 2];
    try {
      parseCocoKeypoints(json, { file: 'mine.json' });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DatasetError);
      const { code, message, details } = error as DatasetError;
      expect(code).toBe('BAD_ANNOTATION');
      expect(message).toContain('mine.json has 4 errors: EMPTY_BOX 1 (annotations[0].bbox: ');
      expect(message).toContain(
        'UNKNOWN_IMAGE 1 (annotations[1].image_id: no image has the id 77)',
      );
      expect(message).toContain("onBadRecord: 'skip'");
      expect(details.problems).toHaveLength(4); // no sample is left either
    }
  });

  it('leaves annotations with errors out when asked', () => {
    const json = file();
    json.annotations.push({ ...json.annotations[0], id: 4, bbox: [1, 2, 0, 4] });
    expect(() => parseCocoKeypoints(json)).toThrow(/1 error: EMPTY_BOX/);
    const { samples, groundTruth, problems } = parseCocoKeypoints(json, { onBadRecord: 'skip' });
    expect(samples.map(({ id }) => id)).toEqual([1]);
    expect(groundTruth.annotations.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(problems).toHaveLength(1);
  });

  it('throws when skipping too when nothing can be read', () => {
    expect(() => parseCocoKeypoints([], { onBadRecord: 'skip' })).toThrow(DatasetError);
    const json = file();
    json.annotations.splice(0, 1);
    expect(() => parseCocoKeypoints(json, { onBadRecord: 'skip' })).toThrow(/NO_SAMPLES/);
  });
});

describe('checkCocoKeypoints', () => {
  const person = (change: (annotation: Loose) => void) => (json: Loose) =>
    change(json.annotations[0]);

  // One change each; `NO_SAMPLES` follows from losing the only person and is left out here.
  it.each<[string, (json: Loose) => void, string, string, string]>([
    [
      'keypoints of the wrong length',
      person((a) => a.keypoints.pop()),
      'error',
      'KEYPOINT_COUNT',
      'annotations[0].keypoints',
    ],
    [
      'a keypoint that is null',
      person((a) => {
        a.keypoints[3] = null;
      }),
      'error',
      'NON_FINITE',
      'annotations[0].keypoints[3]',
    ],
    [
      'a keypoint that is NaN',
      person((a) => {
        a.keypoints[0] = Number.NaN;
      }),
      'error',
      'NON_FINITE',
      'annotations[0].keypoints[0]',
    ],
    [
      'a keypoint that is text',
      person((a) => {
        a.keypoints[0] = '12';
      }),
      'error',
      'NON_FINITE',
      'annotations[0].keypoints[0]',
    ],
    [
      'a keypoint too large for 32 bits',
      person((a) => {
        a.keypoints[0] = 1e39;
      }),
      'error',
      'NON_FINITE',
      'annotations[0].keypoints[0]',
    ],
    [
      'visibility 3',
      person((a) => {
        a.keypoints[5] = 3;
      }),
      'error',
      'BAD_VISIBILITY',
      'annotations[0].keypoints[5]',
    ],
    [
      'visibility -1',
      person((a) => {
        a.keypoints[5] = -1;
      }),
      'error',
      'BAD_VISIBILITY',
      'annotations[0].keypoints[5]',
    ],
    [
      'visibility 0.5',
      person((a) => {
        a.keypoints[5] = 0.5;
      }),
      'error',
      'BAD_VISIBILITY',
      'annotations[0].keypoints[5]',
    ],
    [
      'no keypoints',
      person((a) => {
        delete a.keypoints;
      }),
      'error',
      'MISSING_FIELD',
      'annotations[0]',
    ],
    [
      'keypoints that are no list',
      person((a) => {
        a.keypoints = {};
      }),
      'error',
      'WRONG_TYPE',
      'annotations[0].keypoints',
    ],
    [
      'an unknown category',
      person((a) => {
        a.category_id = 3;
      }),
      'error',
      'UNKNOWN_CATEGORY',
      'annotations[0].category_id',
    ],
    [
      'no category',
      person((a) => {
        delete a.category_id;
      }),
      'error',
      'MISSING_FIELD',
      'annotations[0]',
    ],
    [
      'an unknown image',
      person((a) => {
        a.image_id = 50;
      }),
      'error',
      'UNKNOWN_IMAGE',
      'annotations[0].image_id',
    ],
    [
      'no image id',
      person((a) => {
        delete a.image_id;
      }),
      'error',
      'MISSING_FIELD',
      'annotations[0]',
    ],
    [
      'an id that is text',
      person((a) => {
        a.id = 'one';
      }),
      'error',
      'WRONG_TYPE',
      'annotations[0].id',
    ],
    [
      'no id',
      person((a) => {
        delete a.id;
      }),
      'error',
      'MISSING_FIELD',
      'annotations[0]',
    ],
    [
      'a box without width',
      person((a) => {
        a.bbox[2] = 0;
      }),
      'error',
      'EMPTY_BOX',
      'annotations[0].bbox',
    ],
    [
      'a box of negative height',
      person((a) => {
        a.bbox[3] = -4;
      }),
      'error',
      'EMPTY_BOX',
      'annotations[0].bbox',
    ],
    [
      'a box outside the image',
      person((a) => {
        a.bbox[0] = 100;
      }),
      'error',
      'BOX_OUTSIDE_IMAGE',
      'annotations[0].bbox',
    ],
    [
      'an infinite box',
      person((a) => {
        a.bbox[0] = Infinity;
      }),
      'error',
      'NON_FINITE',
      'annotations[0].bbox[0]',
    ],
    [
      'a box of three numbers',
      person((a) => a.bbox.pop()),
      'error',
      'WRONG_TYPE',
      'annotations[0].bbox',
    ],
    [
      'no box',
      person((a) => {
        delete a.bbox;
      }),
      'error',
      'MISSING_FIELD',
      'annotations[0]',
    ],
    [
      'an area that is text',
      person((a) => {
        a.area = 'big';
      }),
      'error',
      'NON_FINITE',
      'annotations[0].area',
    ],
    [
      'no area at all',
      person((a) => {
        a.area = 0;
      }),
      'warning',
      'EMPTY_AREA',
      'annotations[0].area',
    ],
    [
      'iscrowd 2',
      person((a) => {
        a.iscrowd = 2;
      }),
      'error',
      'WRONG_TYPE',
      'annotations[0].iscrowd',
    ],
    [
      'a count that disagrees',
      person((a) => {
        a.num_keypoints = 3;
      }),
      'warning',
      'COUNT_DISAGREES',
      'annotations[0].num_keypoints',
    ],
    [
      'a keypoint outside the image',
      person((a) => {
        a.keypoints[0] = 101.5;
      }),
      'warning',
      'KEYPOINT_OUTSIDE_IMAGE',
      'annotations[0].keypoints',
    ],
    [
      'an annotation that is no object',
      (j) => {
        j.annotations[0] = 7;
      },
      'error',
      'WRONG_TYPE',
      'annotations[0]',
    ],
    [
      'an annotation id used twice',
      (j) => {
        j.annotations[1].id = 1;
      },
      'error',
      'DUPLICATE_ID',
      'annotations[1]',
    ],
    [
      'an image id used twice',
      (j) => {
        j.images[1].id = 5;
      },
      'error',
      'DUPLICATE_ID',
      'images[1]',
    ],
    [
      'an image without a name',
      (j) => {
        delete j.images[1].file_name;
      },
      'error',
      'MISSING_FIELD',
      'images[1]',
    ],
    [
      'an image without a size',
      (j) => {
        delete j.images[1].width;
      },
      'error',
      'MISSING_FIELD',
      'images[1]',
    ],
    [
      'an image of size 0',
      (j) => {
        j.images[1].height = 0;
      },
      'error',
      'WRONG_TYPE',
      'images[1]',
    ],
    [
      'an image that is null',
      (j) => {
        j.images[1] = null;
      },
      'error',
      'WRONG_TYPE',
      'images[1]',
    ],
    [
      'a crowd with an empty box',
      (j) => {
        j.annotations[1].bbox[2] = 0;
      },
      'warning',
      'EMPTY_BOX',
      'annotations[1].bbox',
    ],
    [
      'no keypoint names',
      (j) => {
        delete j.categories[0].keypoints;
      },
      'error',
      'NO_SKELETON',
      'categories',
    ],
    [
      'two lists of keypoints',
      (j) => {
        j.categories[1].keypoints = ['wheel'];
      },
      'error',
      'NO_SKELETON',
      'categories',
    ],
    [
      'a keypoint named twice',
      (j) => {
        j.categories[0].keypoints[0] = 'left_hip';
      },
      'error',
      'NO_SKELETON',
      'categories',
    ],
    [
      'a category id used twice',
      (j) => {
        j.categories[1].id = 1;
      },
      'error',
      'DUPLICATE_ID',
      'categories[1]',
    ],
    [
      'no categories',
      (j) => {
        delete j.categories;
      },
      'error',
      'NOT_COCO',
      'categories',
    ],
    [
      'annotations that are no list',
      (j) => {
        j.annotations = {};
      },
      'error',
      'NOT_COCO',
      'annotations',
    ],
  ])('notices %s', (_, change, severity, code, path) => {
    const found = problemsAfter(change);
    expect(found).toContainEqual(expect.objectContaining({ severity, code, path }));
    for (const { message } of found) expect(message).toMatch(/\S/);
  });

  it.each([
    [null],
    [[]],
    ['text'],
    [undefined],
    [3],
  ])('says that %j is no annotation file', (json) => {
    expect(checkCocoKeypoints(json).problems[0]).toMatchObject({ code: 'NOT_COCO', path: '$' });
  });

  it('collects all problems of one annotation', () => {
    const codes = problemsAfter((json) => {
      const [annotation] = json.annotations;
      annotation.image_id = 50;
      annotation.keypoints[2] = 7;
      annotation.keypoints[5] = 8;
      annotation.bbox[1] = null;
    }).map(({ code }) => code);
    expect(codes).toEqual([
      'UNKNOWN_IMAGE',
      'BAD_VISIBILITY',
      'BAD_VISIBILITY',
      'NON_FINITE',
      'NO_SAMPLES',
    ]);
  });

  it('does not call a keypoint on the border outside', () => {
    const found = problemsAfter((json) => {
      json.annotations[0].keypoints.splice(0, 6, 100, 80, 2, -1, 0, 2);
    });
    expect(found).toEqual([]);
  });
});

describe.skipIf(!hasReferenceData('lspet', 'person_keypoints_val.json'))('real files', () => {
  const read = (...parts: string[]) =>
    checkCocoKeypoints(readReferenceJson(referencePath(...parts)));

  it('reads LSP-extended', () => {
    const { skeleton, samples, problems } = read('lspet', 'person_keypoints_val.json');
    expect(skeleton?.name).toBe('lsp14');
    expect(samples).toHaveLength(499);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('reads COCO: 2213 people, 49 crowds, 1354 with keypoints', () => {
    const { skeleton, samples, groundTruth, problems } = read(
      'coco',
      'person_keypoints_val2017_538.json',
    );
    expect(skeleton?.name).toBe('coco17');
    expect(groundTruth.images).toHaveLength(538);
    expect(groundTruth.annotations).toHaveLength(2213);
    expect(groundTruth.annotations.filter(({ iscrowd }) => iscrowd === 1)).toHaveLength(49);
    expect(samples).toHaveLength(1354);
    expect(problems).toEqual([]);
  });

  it('reads CrowdPose, which has no areas and counts of its own', () => {
    const { skeleton, problems, groundTruth } = read('crowdpose', 'crowdpose_val.json');
    expect(skeleton?.name).toBe('crowdpose14');
    expect(groundTruth.annotations).toHaveLength(8527);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(new Set(problems.map(({ code }) => code))).toContain('COUNT_DISAGREES');
  });

  it.each([
    ['coco/person_keypoints_with_images.json', 17],
    ['coco/mmpose/test_coco.json', 17],
    ['coco/faster_coco_eval/gt_dataset.json', 17],
    ['aic/test_aic.json', 14],
    ['ochuman/test_ochuman.json', 17],
    ['jhmdb/test_jhmdb_sub1.json', 15],
    ['mhp/test_mhp.json', 16],
  ])('reads %s', (path, count) => {
    const { skeleton, samples, problems } = read(...path.split('/'));
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(skeleton?.keypoints).toHaveLength(count);
    expect(samples.length).toBeGreaterThan(0);
  });
});
