import {
  type CocoKeypointFile,
  type PoseDataset,
  type PoseSample,
  syntheticDataset,
} from '@pose-distill/datasets';
import { hasReferenceData, readReferenceJson, referencePath } from '@pose-distill/internal-testing';
import {
  evaluateCrowdPose,
  type MpiiGroundTruth,
  type MpiiGroundTruthFields,
  mpiiGroundTruth,
} from '@pose-distill/metrics';
import { mpii16 } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import { scoreResults, toResult } from './evaluate.js';

const EMPTY: CocoKeypointFile = { images: [], annotations: [], categories: [] };

/** A synthetic figure's fields are read from a store when asked for. */
function copied({
  id,
  imageId,
  file,
  imageSize,
  keypoints,
  visibility,
  box,
  area,
}: PoseSample): PoseSample {
  return { id, imageId, file, imageSize, keypoints, visibility, box, area };
}

/** What `scoreResults` looks at of a data set. */
function datasetOf(
  samples: readonly PoseSample[],
  skeleton = mpii16,
  truth = truthOf(samples, skeleton.keypoints),
): PoseDataset {
  return {
    ...syntheticDataset({ kind: 'synthetic', count: 1 }, 'val'),
    skeleton,
    samples,
    groundTruth: () => truth,
  };
}

function truthOf(samples: readonly PoseSample[], keypoints: readonly string[]): CocoKeypointFile {
  return {
    ...EMPTY,
    categories: [{ id: 1, name: 'person', keypoints }],
    images: samples.map(({ imageId: id, file }) => ({ id, file_name: file, width: 0, height: 0 })),
    annotations: samples.map(({ id, imageId, keypoints: at, visibility, box, area }) => ({
      ...{ id, image_id: imageId, category_id: 1, iscrowd: 0 as const, area },
      num_keypoints: visibility.length,
      bbox: [box.x, box.y, box.width, box.height] as const,
      keypoints: Array.from(visibility, (flag, k) => [at[2 * k]!, at[2 * k + 1]!, flag]).flat(),
    })),
  };
}

const perfect = (dataset: PoseDataset, moved = 0) =>
  dataset.samples.map(({ keypoints }, i) =>
    toResult(
      dataset,
      i,
      keypoints.map((value) => value + moved),
      new Float32Array(keypoints.length / 2).fill(1),
    ),
  );

describe('scoreResults', () => {
  it('gives AP and PCK, and nothing of other data sets', () => {
    const dataset = syntheticDataset({ kind: 'synthetic', count: 3 }, 'val');
    const scores = scoreResults(dataset, perfect(dataset));
    expect(Object.keys(scores)).toEqual(['AP', 'AP50', 'PCK@0.2']);
    for (const score of Object.values(scores)) expect(score).toBeCloseTo(100, 6);
  });

  it("scores CrowdPose's data by CrowdPose's rules, its classes too", () => {
    const spec = { kind: 'synthetic', skeleton: 'crowdpose14', people: 4, crowding: 0.6 } as const;
    const dataset = syntheticDataset({ ...spec, count: 8 }, 'val');
    const results = perfect(dataset, 6);
    const { stats } = evaluateCrowdPose(dataset.groundTruth(), results);
    const scores = scoreResults(dataset, results);
    const names = ['AP', 'AP50', 'AP(E)', 'AP(M)', 'AP(H)'] as const;
    for (const name of names) expect(scores[name]).toBe(stats[name] && 100 * stats[name]);
    expect(scores.AP).toBeGreaterThan(5);
    expect(scores.AP).toBeLessThan(95);
  });

  it('gives PCKh of the people who have a head box, where there are any', () => {
    const figures = syntheticDataset({ kind: 'synthetic', skeleton: 'mpii16', count: 4 }, 'val');
    const headBox = { x: 0, y: 0, width: 30, height: 40 }; // a head of 30 pixels
    const whole = figures.samples.map(copied);
    const some = whole.map((sample, i) => ({ ...sample, ...(i < 2 && { headBox }) }));
    const dataset = datasetOf(some);
    const right = perfect(dataset);
    const moved = (by: number, of: number) =>
      right.map((result, i) =>
        i < of
          ? { ...result, keypoints: result.keypoints.map((v, c) => (c % 3 === 0 ? v + by : v)) }
          : result,
      );
    const pckh = (results: typeof right) => scoreResults(dataset, results)['PCKh@0.5'];
    expect(pckh(right)).toBeCloseTo(100, 9);
    expect(pckh(moved(14.9, 1))).toBeCloseTo(100, 9);
    expect(pckh(moved(15.1, 2))).toBe(0);
    expect(pckh(right.slice(1))).toBeLessThan(100);
    expect(pckh([...moved(15.1, 2).slice(0, 2), ...right.slice(2)])).toBe(0);
    expect(scoreResults(datasetOf(whole), right)).not.toHaveProperty('PCKh@0.5');
    expect(
      scoreResults(
        datasetOf(some, { ...mpii16, keypoints: mpii16.keypoints.with(0, 'left_toe') }),
        right,
      ),
    ).not.toHaveProperty('PCKh@0.5');
  });

  it.skipIf(!hasReferenceData('mpii/gt_valid.json'))(
    "gives HRNet's mean for the published hourglass on MPII's validation list",
    () => {
      const read = <T>(name: string) => readReferenceJson<T>(referencePath('mpii', name));
      const truth = mpiiGroundTruth(read<MpiiGroundTruthFields>('gt_valid.json'));
      const dataset = datasetOf(
        Array.from({ length: truth.people }, (_, n) => samplesOf(truth, n)),
      );
      const results = read<number[][][]>('preds/valid-ours.json').map((pose, i) =>
        toResult(
          dataset,
          i,
          pose.flat().map((value) => value - 1),
          new Float32Array(16).fill(1),
        ),
      );
      const { hrnet } = read<{ hrnet: { values: { Mean: number } } }>(
        'preds/valid-ours.expected.json',
      );
      const scores = scoreResults(dataset, results.slice().reverse());
      expect(Math.abs(scores['PCKh@0.5']! - hrnet.values.Mean)).toBeLessThan(1e-9);
    },
  );
});

/** Person n as the reader of MPII's own file gives them: pixels from 0. */
function samplesOf(truth: MpiiGroundTruth, n: number): PoseSample {
  const [left, top, right, bottom] = [0, 1, 2, 3].map((i) => truth.headBoxes[4 * n + i]! - 1);
  const box = { x: left!, y: top!, width: right! - left!, height: bottom! - top! };
  const visibility = Uint8Array.from({ length: 16 }, (_, k) => 2 * truth.annotated[16 * n + k]!);
  return {
    ...{ id: n + 1, imageId: n + 1, file: `${n}.jpg`, imageSize: { width: 1, height: 1 } },
    ...{ visibility, box, area: box.width * box.height, headBox: box },
    keypoints: Float32Array.from({ length: 32 }, (_, i) =>
      visibility[i >> 1]! > 0 ? truth.keypoints[32 * n + i]! - 1 : 0,
    ),
  };
}
