import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { coco17 } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import { parseDetections } from './detections.js';
import { parseCocoKeypoints } from './parse.js';

const images = [{ id: 4, file_name: 'a.jpg', width: 100, height: 80, crowdIndex: 0.5 }];
const options = { skeleton: coco17, images };
const row = (change: object = {}) => ({
  image_id: 4,
  category_id: 1,
  bbox: [1.5, 2, 30, 40],
  score: 0.75,
  ...change,
});

describe('parseDetections', () => {
  it('makes people without keypoints, with a score', () => {
    const { samples } = parseDetections([row()], options);
    expect(samples).toEqual([
      {
        id: 1,
        imageId: 4,
        file: 'a.jpg',
        imageSize: { width: 100, height: 80 },
        keypoints: new Float32Array(34),
        visibility: new Uint8Array(17),
        box: { x: 1.5, y: 2, width: 30, height: 40 },
        area: 0.53 * 30 * 40,
        score: 0.75,
        crowdIndex: 0.5,
      },
    ]);
  });

  it('takes people of enough confidence; ids are places in the file', () => {
    const rows = [row({ category_id: 3 }), row({ score: 0.2 }), row({ score: 0.5 })];
    const { samples } = parseDetections(rows, { ...options, minimumScore: 0.5 });
    expect(samples.map(({ id, score }) => [id, score])).toEqual([[3, 0.5]]);
    expect(parseDetections(rows, { ...options, categories: [3] }).samples[0]!.id).toBe(1);
  });

  it.each([
    [5, 'WRONG_TYPE'],
    [row({ image_id: 5 }), 'UNKNOWN_IMAGE'],
    [row({ bbox: [1, 2, 0, 4] }), 'EMPTY_BOX'],
    [row({ bbox: [1, 2, 3] }), 'EMPTY_BOX'],
    [row({ bbox: [1, 2, 3, null] }), 'NON_FINITE'],
    [row({ bbox: undefined }), 'MISSING_FIELD'],
    [row({ score: null }), 'WRONG_TYPE'],
  ])('reports %j', (bad, code) => {
    expect(() => parseDetections([row(), bad], options)).toThrow(code);
    const skipped = parseDetections([row(), bad], { ...options, onBadRecord: 'skip' });
    expect(skipped.samples).toHaveLength(1);
    expect(skipped.skippedRecords).toBe(1);
    expect(skipped.problems.map((problem) => problem.code)).toEqual([code]);
  });

  it('says what was expected of another file', () => {
    expect(() => parseDetections({}, { ...options, file: 'd.json' })).toThrow(
      /d\.json.*NOT_DETECTIONS/,
    );
  });
});

describe.skipIf(!hasReferenceData('coco'))('real detections', () => {
  it('reads the boxes of the four test photographs', () => {
    const read = (name: string) => readReferenceJson<never>(referencePath('coco/mmpose', name));
    const { skeleton, groundTruth } = parseCocoKeypoints(read('test_coco.json'));
    const json = read('test_coco_det_AP_H_56.json') as { bbox: number[]; score: number }[];
    const { samples } = parseDetections(json, { skeleton, images: groundTruth.images });
    expect(samples).toHaveLength(json.length);
    samples.forEach(({ box, score }, i) => {
      expect([box.x, box.y, box.width, box.height]).toEqual(json[i]!.bbox);
      expect(score).toBe(json[i]!.score);
    });
  });
});
