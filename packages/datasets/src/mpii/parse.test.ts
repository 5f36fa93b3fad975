import { readFileSync } from 'node:fs';
import { cropFromBox } from '@pose-distill/heatmap-decode';
import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { mpii16 } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import type { PoseSample } from '../types.js';
import { checkMpii, parseMpii } from './parse-json.js';
import { checkMpiiMat, parseMpiiMat } from './parse-mat.js';

interface HrnetPerson {
  image: string;
  center: [number, number];
  scale: number;
  joints: [number, number][];
  joints_vis: number[];
}

const person = (change: object = {}): HrnetPerson => ({
  image: '000000007.jpg',
  center: [50, 60],
  scale: 0.5,
  joints: Array.from({ length: 16 }, (_, k) => [k + 1, 2 * k + 1]),
  joints_vis: Array.from({ length: 16 }, (_, k) => (k === 3 ? 0 : 1)),
  ...change,
});

/** The rule of HRNet's lib/dataset/mpii.py, written down once more. */
function hrnetCrop({ center, scale }: HrnetPerson): { x: number; y: number; side: number } {
  const [x, y] = center;
  return { x: x - 1, y: y + 15 * scale - 1, side: 200 * (scale * 1.25) };
}

function cropOf({ box }: PoseSample) {
  const { centre, scale } = cropFromBox(box, { width: 256, height: 256 }, { padding: 1.25 });
  return { x: centre.x, y: centre.y, side: scale.width };
}

describe('parseMpii', () => {
  it('counts pixels from 0 and makes box and scale as HRNet does', () => {
    const { samples, skeleton, groundTruth } = parseMpii([person(), person({ center: [9, 8] })]);
    expect(skeleton).toBe(mpii16);
    const [first, second] = samples;
    expect(first).toMatchObject({ id: 1, imageId: 7, file: '000000007.jpg', scale: 0.625 });
    expect(first!.imageSize).toEqual({ width: 0, height: 0 });
    expect([...first!.keypoints.slice(0, 8)]).toEqual([0, 0, 1, 2, 2, 4, 0, 0]);
    expect([...first!.visibility.slice(0, 5)]).toEqual([2, 2, 2, 0, 2]);
    expect(first!.box).toEqual({ x: -1, y: 16.5, width: 100, height: 100 });
    expect(second!.imageId).toBe(7); // two people in one picture
    expect(groundTruth.images).toHaveLength(1);
    expect(groundTruth.annotations[1]!.num_keypoints).toBe(15);
    expect(groundTruth.categories[0]!.keypoints).toBe(mpii16.keypoints);
  });

  it('has the area of what is labelled, inside the picture where its size is known', () => {
    const [open] = parseMpii([person()]).samples;
    // x 0..15, y 0..30, and an eighth of 30 on each side
    expect(open!.area).toBeCloseTo(0.53 * 22.5 * 37.5, 4);
    const imageSize = () => ({ width: 10, height: 20 });
    const [inside] = parseMpii([person()], { imageSize }).samples;
    expect(inside!.area).toBeCloseTo(0.53 * 10 * 20, 4);
    expect(inside!.imageSize).toEqual({ width: 10, height: 20 });
  });

  it('falls back on the keypoints where there is no centre, and takes 0-based files', () => {
    const [sample] = parseMpii([person({ center: [-1, -1] })], { base: 0 }).samples;
    expect(sample!.scale).toBeUndefined();
    expect(sample!.box).toEqual({ x: 1 - 3.75, y: 1 - 3.75, width: 22.5, height: 37.5 });
  });

  it('keeps people without keypoints for evaluation only', () => {
    const { samples, groundTruth } = parseMpii([
      person(),
      person({ joints_vis: Array(16).fill(0) }),
    ]);
    expect(samples).toHaveLength(1);
    expect(groundTruth.annotations.map((a) => a.num_keypoints)).toEqual([15, 0]);
  });

  it.each([
    [{ image: 5 }, 'MISSING_FIELD'],
    [{ image: '../secret.jpg' }, 'UNSAFE_PATH'],
    [{ image: '/etc/passwd' }, 'UNSAFE_PATH'],
    [{ image: 'C:\\x.jpg' }, 'UNSAFE_PATH'],
    [{ scale: '2' }, 'WRONG_TYPE'],
    [{ center: [1] }, 'WRONG_TYPE'],
    [{ joints: [[1, 2]] }, 'WRONG_TYPE'],
    [{ joints: [[1, 2]], joints_vis: [1] }, 'KEYPOINT_COUNT'],
    [{ joints_vis: Array(16).fill(2) }, 'BAD_VISIBILITY'],
    [{ joints: Array(16).fill([1, 1e99]) }, 'NON_FINITE'],
    [{ joints: Array(16).fill('x') }, 'WRONG_TYPE'],
  ])('reports %j', (change, code) => {
    const json = [person(change), person({ image: 'b.jpg' })];
    const { problems, skippedRecords, samples } = checkMpii(json);
    expect(problems.map((problem) => [problem.severity, problem.code])).toEqual([['error', code]]);
    expect(problems[0]!.path).toMatch(/^\[0\]/);
    expect([skippedRecords, samples.length]).toEqual([1, 1]);
    expect(() => parseMpii(json)).toThrow(code);
    expect(parseMpii(json, { onBadRecord: 'skip' }).samples).toHaveLength(1);
  });

  it('says what was expected of another file', () => {
    expect(() => parseMpii({ images: [] }, { file: 'x.json' })).toThrow(/x\.json.*NOT_MPII/);
  });
});

describe.skipIf(!hasReferenceData('mpii'))('MPII validation', () => {
  it("gives HRNet's crop for all 2958 people", () => {
    const json = readReferenceJson<HrnetPerson[]>(referencePath('mpii', 'valid.json'));
    const { samples, problems } = parseMpii(json);
    expect(samples).toHaveLength(2958);
    expect(problems).toEqual([]);
    let largest = 0;
    samples.forEach((sample, i) => {
      const [ours, theirs] = [cropOf(sample), hrnetCrop(json[i]!)];
      for (const key of ['x', 'y', 'side'] as const) {
        largest = Math.max(largest, Math.abs(ours[key] - theirs[key]));
      }
      json[i]!.joints.forEach(([x, y], k) => {
        const labelled = json[i]!.joints_vis[k] === 1;
        expect(sample.visibility[k]).toBe(labelled ? 2 : 0);
        expect(sample.keypoints[2 * k]).toBe(labelled ? Math.fround(x - 1) : 0);
        expect(sample.keypoints[2 * k + 1]).toBe(labelled ? Math.fround(y - 1) : 0);
      });
    });
    expect(largest).toBeLessThan(1e-9);
  });
});

describe('parseMpiiMat', () => {
  const golden = (name: string): Buffer =>
    readFileSync(new URL(`../../test/golden/${name}`, import.meta.url));
  const expected = (): GoldenPerson[] => JSON.parse(golden('mat-expected.json').toString()).mpii;

  interface GoldenPerson {
    file: string;
    keypoints: [number, number, number][];
    headBox: [number, number, number, number];
    centre?: [number, number];
    scale?: number;
    alone: boolean;
  }

  it('reads the people of the training part that have keypoints', async () => {
    const { samples, problems } = await parseMpiiMat(golden('mpii.mat'));
    expect(problems).toEqual([]);
    expect(samples.map(({ file }) => file)).toEqual(expected().map(({ file }) => file));
    samples.forEach((sample, i) => {
      const { keypoints, headBox, centre, scale } = expected()[i]!;
      keypoints.forEach(([x, y, v], k) => {
        expect(sample.visibility[k]).toBe(v);
        expect(sample.keypoints[2 * k]).toBe(Math.fround(x));
        expect(sample.keypoints[2 * k + 1]).toBe(Math.fround(y));
      });
      expect(Object.values(sample.headBox!)).toEqual(headBox);
      expect(sample.scale).toBe(scale);
      if (!centre) return;
      expect(cropOf(sample).x).toBeCloseTo(centre[0], 10);
      expect(cropOf(sample).y).toBeCloseTo(centre[1], 10);
      expect(cropOf(sample).side).toBeCloseTo(200 * scale!, 10);
    });
  });

  it('takes separated people and chosen pictures only', async () => {
    const separated = await parseMpiiMat(golden('mpii.mat'), { people: 'separated' });
    expect(separated.samples.map(({ file }) => file)).toEqual(
      expected()
        .filter(({ alone }) => alone)
        .map(({ file }) => file),
    );
    const keep = (file: string) => file === '000000102.jpg';
    expect((await parseMpiiMat(golden('mpii.mat'), { keep })).samples).toHaveLength(2);
  });

  it('names other files and versions and says what to do', async () => {
    await expect(parseMpiiMat(golden('lsp.mat'), { file: 'a.mat' })).rejects.toMatchObject({
      code: 'BAD_ANNOTATION',
      message: "a.mat has no variable 'RELEASE'. Name the annotation file of the data set.",
    });
    const newer = Buffer.concat([
      Buffer.from('MATLAB 7.3 MAT-file, Platform: GLNXA64'.padEnd(512)),
      Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'),
    ]);
    await expect(parseMpiiMat(newer, { file: 'b.mat' })).rejects.toThrow(
      /b\.mat cannot be read: .*-v7/,
    );
    const cut = golden('mpii.mat').subarray(0, 900);
    await expect(checkMpiiMat(cut)).rejects.toMatchObject({ code: 'BAD_ANNOTATION' });
    await expect(checkMpiiMat(new Uint8Array(0))).rejects.toMatchObject({ code: 'BAD_ANNOTATION' });
  });
});
