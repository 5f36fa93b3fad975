import { readFileSync } from 'node:fs';
import { parseMat } from '@pose-distill/internal-formats';
import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { type MpiiGroundTruthFields, mpiiGroundTruth } from './mpii-ground-truth.js';
import { evaluatePckh } from './pckh.js';

interface Expected {
  hrnet: {
    values: Record<string, number | null>;
    PCKhPerJoint: (number | null)[];
    jointCount: number[];
    'curve0to0.50step0.01': (number | null)[][];
  };
  mmpose: { values: Record<string, number | null> };
}

describe.skipIf(!hasReferenceData('mpii'))('evaluatePckh equals HRNet and mmpose', () => {
  const read = <T>(name: string): T => readReferenceJson<T>(referencePath(`mpii/${name}.json`));

  it.each([
    ['preds/valid-ours', 1],
    ['preds/valid-example', 1],
    ['cases/exact', 0],
  ] as const)('%s', (name, base) => {
    const { preds: predictions, ...fields } =
      base === 0
        ? read<MpiiGroundTruthFields & { preds: number[][][] }>(name)
        : {
            ...read<MpiiGroundTruthFields>('gt_valid'),
            preds: read<number[][][]>(name),
          };
    const truth = mpiiGroundTruth(fields);
    const right = readReferenceJson<Expected>(referencePath(`mpii/${name}.expected.json`));
    const hrnet = evaluatePckh(truth, predictions, { rules: 'hrnet', base });
    expect(Object.entries(hrnet.stats)).toEqual(Object.entries(right.hrnet.values));
    expect(hrnet.perKeypoint).toEqual(right.hrnet.PCKhPerJoint);
    expect(hrnet.annotated).toEqual(right.hrnet.jointCount);
    expect(hrnet.curve.perKeypoint).toEqual(right.hrnet['curve0to0.50step0.01']);
    const mmpose = evaluatePckh(truth, predictions, { rules: 'mmpose', base });
    expect(Object.entries(mmpose.stats)).toEqual(Object.entries(right.mmpose.values));
  });

  it("Tompson's predictions, from the MATLAB file", async () => {
    const file = readFileSync(referencePath('mpii/detections_our_format.mat'));
    const { pos_pred_src: found } = await parseMat(file);
    if (found?.kind !== 'numeric') throw new Error('no pos_pred_src');
    const real = mpiiGroundTruth(read('gt_valid'));
    const { people } = real;
    const predictions = Array.from({ length: people }, (_, n) =>
      Array.from({ length: 16 }, (_, k) =>
        // 1 was taken off before the references, which add it again.
        [0, 1].map((d) => Number(found.data[k + 16 * (d + 2 * n)]) - 1),
      ),
    );
    const right = readReferenceJson<Expected>(referencePath('mpii/preds/tompson.expected.json'));
    const hrnet = evaluatePckh(real, predictions);
    expect(Object.entries(hrnet.stats)).toEqual(Object.entries(right.hrnet.values));
    expect(hrnet.curve.perKeypoint).toEqual(right.hrnet['curve0to0.50step0.01']);
    const mmpose = evaluatePckh(real, predictions, { rules: 'mmpose' });
    expect(Object.entries(mmpose.stats)).toEqual(Object.entries(right.mmpose.values));
  });
});
