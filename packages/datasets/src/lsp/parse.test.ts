import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkLsp, parseLsp } from './parse.js';
import { checkLspMat, readLspJoints } from './parse-mat.js';

const golden = (name: string): Buffer =>
  readFileSync(new URL(`../../test/golden/${name}`, import.meta.url));
const expected = JSON.parse(golden('mat-expected.json').toString()) as Record<
  string,
  [number, number, number][][]
>;

describe.each([
  ['lsp.mat', 'lsp', 'im0001.jpg'],
  ['lsp-extended.mat', 'lspExtended', 'im00001.jpg'],
])('%s', (file, key, firstName) => {
  it('has the keypoints that were saved', async () => {
    const { samples, problems, skippedRecords } = await checkLspMat(golden(file));
    expect(problems).toEqual([]);
    expect(skippedRecords).toBe(0);
    expect(samples).toHaveLength(expected[key]!.length);
    expect(samples[0]).toMatchObject({ id: 1, imageId: 1, file: firstName });
    samples.forEach((sample, n) => {
      expected[key]![n]!.forEach(([x, y, v], k) => {
        expect(sample.visibility[k]).toBe(v);
        expect(sample.keypoints[2 * k]).toBe(v ? Math.fround(x) : 0);
        expect(sample.keypoints[2 * k + 1]).toBe(v ? Math.fround(y) : 0);
      });
    });
  });

  it('moves by one pixel when asked', async () => {
    const joints = await readLspJoints(golden(file));
    const [zero] = parseLsp(joints).samples;
    const [one] = parseLsp(joints, { base: 1 }).samples;
    const k = zero!.visibility.findIndex((v) => v > 0);
    expect(zero!.keypoints[2 * k]! - one!.keypoints[2 * k]!).toBeCloseTo(1, 4);
    expect(zero!.box.x - one!.box.x).toBeCloseTo(1, 4);
  });
});

describe('parseLsp', () => {
  const column = (flag: number) => Array.from({ length: 14 }, (_, k) => [10 + k, 20, flag]).flat();

  it('takes one picture, whose last axis MATLAB drops, and other names', () => {
    const fileName = (number: number) => `photo${number}.png`;
    const { samples } = parseLsp({ data: column(0), shape: [3, 14] }, { fileName });
    expect(samples[0]).toMatchObject({ file: 'photo1.png' });
    expect([...samples[0]!.visibility]).toEqual(Array(14).fill(2));
    // 13 wide, 0 high: an eighth of 13 on each side
    expect(samples[0]!.box).toEqual({ x: 8.375, y: 18.375, width: 16.25, height: 3.25 });
    expect(samples[0]!.area).toBeCloseTo(0.53 * 16.25 * 3.25, 6);
  });

  it('keeps the box inside a picture of known size', () => {
    const imageSize = () => ({ width: 20, height: 21 });
    const [sample] = parseLsp({ data: column(0), shape: [3, 14, 1] }, { imageSize }).samples;
    expect(sample!.box).toEqual({ x: 8.375, y: 18.375, width: 11.625, height: 2.625 });
  });

  it.each([
    [{ data: column(0), shape: [14, 3, 2] }, 'NOT_LSP'],
    [{ data: column(0), shape: [42] }, 'NOT_LSP'],
    [{ data: column(2), shape: [3, 14, 1] }, 'BAD_VISIBILITY'],
    [{ data: column(0).fill(Number.NaN, 0, 1), shape: [3, 14, 1] }, 'NON_FINITE'],
  ])('reports %#', (joints, code) => {
    const { problems, samples } = checkLsp(joints);
    expect(problems.map((problem) => problem.code)).toEqual([code, 'NO_SAMPLES']);
    expect(samples).toEqual([]);
    expect(() => parseLsp(joints)).toThrow(code);
  });
});
