import { readFileSync } from 'node:fs';
import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { findChromium, runInChromium } from '@pose-distill/internal-testing/chromium';
import { describe, expect, it } from 'vitest';
import { MetricsError } from './error.js';
import { type MpiiGroundTruthFields, mpiiGroundTruth } from './mpii-ground-truth.js';
import { evaluatePckh } from './pckh.js';
import run from './read.browser.js';
import { readMpiiGroundTruth, readPredictions } from './read.js';

const golden = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../test/golden/mpii/${name}`, import.meta.url)));
const json = JSON.parse(new TextDecoder().decode(golden('exact.json'))) as MpiiGroundTruthFields & {
  preds: number[][][];
};

async function failure(read: Promise<unknown>): Promise<MetricsError> {
  const error = await read.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(MetricsError);
  return error as MetricsError;
}

describe('readMpiiGroundTruth', () => {
  it.each(['exact.mat', 'exact-plain.mat', 'exact.json'])('reads %s', async (name) => {
    expect(await readMpiiGroundTruth(golden(name))).toEqual(mpiiGroundTruth(json));
  });

  it('reads JSON as text, with a byte order mark', async () => {
    expect(await readMpiiGroundTruth(`\ufeff${JSON.stringify(json)}`)).toEqual(
      mpiiGroundTruth(json),
    );
  });

  it('reads one person, whose axis MATLAB drops', async () => {
    const one = await readMpiiGroundTruth(golden('one-person.mat'));
    expect([one.people, one.keypoints.length, one.headBoxes.length]).toEqual([1, 32, 4]);
  });

  it('says what is missing', async () => {
    const list = await failure(readMpiiGroundTruth('[{"joints": []}]'));
    expect([list.code, list.message]).toEqual([
      'BAD_ANNOTATION',
      expect.stringMatching(/annot\/valid\.json: it has no head boxes.*give gt_valid\.mat/),
    ]);
    const empty = await failure(readMpiiGroundTruth('{"dataset_joints": []}'));
    expect(empty.message).toMatch(/no jnt_missing, no pos_gt_src, no headboxes_src/);
    const cut = await failure(readMpiiGroundTruth(golden('exact.mat').subarray(0, 900)));
    expect(cut.message).toMatch(/groundTruth: .*cut short/);
    expect((await failure(readMpiiGroundTruth('{"dataset'))).message).toMatch(/nor JSON/);
    const wrong = await failure(
      readMpiiGroundTruth(JSON.stringify({ ...json, jnt_missing: json.jnt_missing.slice(1) })),
    );
    expect([wrong.code, wrong.message]).toEqual([
      'SHAPE_MISMATCH',
      expect.stringMatching(/jnt_missing: expected 16 entries, got 15/),
    ]);
    const flag = { ...json, jnt_missing: json.jnt_missing.map((row) => row.map(() => 3)) };
    expect((await failure(readMpiiGroundTruth(JSON.stringify(flag)))).details.problems.length).toBe(
      16 * 40,
    );
  });
});

describe('readPredictions', () => {
  const flat = { data: Float64Array.from(json.preds.flat(2)), shape: [40, 16, 2] };

  it.each(['preds.npy', 'preds-fortran.npy'])('reads %s', async (name) => {
    expect(await readPredictions(golden(name))).toEqual(flat);
  });

  it('reads pred.mat, counted from 1', async () => {
    const { data, shape } = await readPredictions(golden('pred.mat'));
    expect({ data: data, shape }).toEqual({
      data: Float64Array.from(flat.data, (v) => v + 1),
      shape: flat.shape,
    });
    const truth = await readMpiiGroundTruth(golden('exact.mat'));
    expect(evaluatePckh(truth, { data, shape }, { base: 1 })).toEqual(
      evaluatePckh(truth, json.preds),
    );
  });

  it('reads JSON, with null for not a number and scores behind', async () => {
    expect(await readPredictions(JSON.stringify(json.preds))).toEqual(flat);
    expect(await readPredictions(golden('exact.json'))).toEqual(flat);
    const { data, shape } = await readPredictions('[[[1,2,0.5],[null,4,0.5]]]');
    expect([Array.from(data), shape]).toEqual([
      [1, 2, 0.5, Number.NaN, 4, 0.5],
      [1, 2, 3],
    ]);
  });

  it.each([
    ['{"a": 1}', 'BAD_ANNOTATION', /a list of poses/],
    ['[[[1,2]],[[1,2],[3,4]]]', 'SHAPE_MISMATCH', /predictions\[1\]: expected 1 joints/],
    ['[[[1,2],[3]]]', 'SHAPE_MISMATCH', /predictions\[0\]\[1\]: expected x and y/],
    ['[[[1,"2"]]]', 'BAD_ANNOTATION', /\[0\]\[0\]\[1\]: expected a number or null/],
    ['[[[1,2', 'BAD_ANNOTATION', /nor JSON/],
    ['[[[1, NaN]]]', 'BAD_ANNOTATION', /NaN, which JSON does not have; write null/],
  ])('refuses %s', async (text, code, message) => {
    const error = await failure(readPredictions(text));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  it('refuses binary files that are cut, of other shapes or without preds', async () => {
    expect((await failure(readPredictions(golden('preds.npy').subarray(0, 300)))).message).toMatch(
      /cut short/,
    );
    expect((await failure(readPredictions(golden('exact.mat')))).message).toMatch(
      /'preds' in the MATLAB file, got dataset_joints/,
    );
    const hdf = Uint8Array.from([0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10]);
    expect((await failure(readPredictions(hdf))).message).toMatch(/HDF5/);
  });
});

describe.skipIf(!hasReferenceData('mpii/detections_our_format.mat'))('the real file', () => {
  it('gives the same numbers from .mat and .json', async () => {
    const mat = await readMpiiGroundTruth(
      readFileSync(referencePath('mpii/detections_our_format.mat')),
    );
    expect(mat).toEqual(mpiiGroundTruth(readReferenceJson(referencePath('mpii/gt_valid.json'))));
  });
});

describe.skipIf(!findChromium())('in a browser', () => {
  it('reads and evaluates the same', async () => {
    const path = new URL('./read.browser.ts', import.meta.url).pathname;
    const here = (await run()) as { stats: Record<string, number> };
    expect(Object.values(here.stats)).toContain(100);
    expect(await runInChromium(path)).toEqual(JSON.parse(JSON.stringify(here)));
  });
});
