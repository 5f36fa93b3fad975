import { readFileSync } from 'node:fs';
import { coco17 } from '@pose-distill/skeletons';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkAic } from './aic/parse.js';
import { parseDetections } from './coco/detections.js';
import { DatasetError } from './error.js';
import { checkLsp } from './lsp/parse.js';
import { readLspJoints } from './lsp/parse-mat.js';
import { checkMpii } from './mpii/parse-json.js';
import { checkMpiiMat } from './mpii/parse-mat.js';

const value = fc.jsonValue();
const number = fc.oneof(fc.integer({ min: -5, max: 700 }), fc.double(), value);
const pair = fc.oneof(fc.tuple(number, number), value);
const mpii = fc.array(
  fc.oneof(
    value,
    fc.record(
      {
        image: fc.oneof(fc.string(), value),
        center: pair,
        scale: number,
        joints: fc.oneof(fc.array(pair, { minLength: 16, maxLength: 16 }), value),
        joints_vis: fc.oneof(
          fc.array(fc.constantFrom(0, 1, 1, 1), { minLength: 16, maxLength: 16 }),
          value,
        ),
      },
      { requiredKeys: [] },
    ),
  ),
);
const humans = fc.dictionary(
  fc.constantFrom('human1', 'human2', '__proto__'),
  fc.oneof(fc.array(number), value),
);
const aic = fc.array(
  fc.oneof(
    value,
    fc.record({
      image_id: fc.oneof(fc.string(), value),
      human_annotations: humans,
      keypoint_annotations: humans,
    }),
  ),
);
const detections = fc.array(
  fc.oneof(
    value,
    fc.record({ image_id: number, category_id: number, score: number, bbox: fc.array(number) }),
  ),
);

it('readers report whatever a file holds, and throw nothing', () => {
  const images = [{ id: 1, file_name: 'a.jpg', width: 9, height: 9 }];
  fc.assert(
    fc.property(fc.oneof(value, mpii, aic, detections), (json) => {
      for (const check of [checkMpii, checkAic]) {
        const { samples, problems, groundTruth } = check(json);
        for (const { keypoints, box, area } of samples) {
          expect([...keypoints, ...Object.values(box), area].every(Number.isFinite)).toBe(true);
        }
        expect(groundTruth.annotations.length).toBeGreaterThanOrEqual(samples.length);
        expect(samples.length > 0 || problems.length > 0).toBe(true);
      }
      try {
        const options = { skeleton: coco17, images, onBadRecord: 'skip' as const };
        for (const { score } of parseDetections(json, options).samples)
          expect(Number.isFinite(score)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(DatasetError);
      }
    }),
    { numRuns: 300 },
  );
});

it('a joints table of any shape is refused or read', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double()),
      fc.array(fc.integer({ min: -3, max: 20 })),
      (data, shape) => {
        expect(checkLsp({ data, shape }).samples).toEqual([]);
      },
    ),
  );
});

it('a damaged MATLAB file is told, never a crash', async () => {
  for (const name of ['mpii.mat', 'lsp.mat', 'lsp-extended.mat']) {
    const bytes = new Uint8Array(readFileSync(new URL(`../test/golden/${name}`, import.meta.url)));
    for (let step = 0; step < 120; step++) {
      const damaged = bytes.slice(0, step % 3 === 0 ? (step * bytes.length) / 120 : undefined);
      const at = (step * 7919) % bytes.length;
      if (at < damaged.length) damaged[at]! ^= 1 << (step % 8);
      for (const read of [checkMpiiMat, readLspJoints]) {
        await Promise.resolve(read(damaged)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(DatasetError);
        });
      }
    }
  }
});
