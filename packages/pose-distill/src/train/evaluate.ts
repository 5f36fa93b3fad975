import type { Batch, PoseDataset } from '@pose-distill/datasets';
import {
  type CocoKeypointFile,
  type CocoKeypointResult,
  evaluateCrowdPose,
  evaluateOks,
  evaluatePck,
  evaluatePckh,
  MPII_JOINT_NAMES,
} from '@pose-distill/metrics';
import { crowdpose14, mpii16, type Skeleton } from '@pose-distill/skeletons';
import type { Model } from '../model/model.js';
import { createPredictor, type PredictorOptions } from './predict.js';

/** One pass over a dataset, in order; the last batch may be smaller. */
export type Pass = AsyncIterable<Batch>;

/** COCO-form results of a model, one for each sample. */
export async function predictResults(
  model: Model,
  dataset: PoseDataset,
  pass: Pass,
  options?: PredictorOptions,
): Promise<CocoKeypointResult[]> {
  const predictor = createPredictor(model, options);
  const count = model.skeleton.keypoints.length;
  const results: CocoKeypointResult[] = [];
  try {
    for await (const batch of pass) {
      const { image, scores } = await predictor.predict(batch);
      for (let b = 0; b < batch.size; b++) {
        const at = b * count;
        results.push(
          toResult(
            dataset,
            batch.sampleIndices[b]!,
            image.subarray(2 * at, 2 * (at + count)),
            scores.subarray(at, at + count),
          ),
        );
      }
    }
  } finally {
    predictor.dispose();
  }
  return results;
}

/** One person's keypoints ([K*2] image pixels) and scores ([K]) in COCO's form; the score is their mean. */
export function toResult(
  dataset: PoseDataset,
  index: number,
  keypoints: ArrayLike<number>,
  scores: ArrayLike<number>,
): CocoKeypointResult {
  const sample = dataset.samples[index]!;
  const triplets: number[] = [];
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    triplets.push(keypoints[2 * k]!, keypoints[2 * k + 1]!, scores[k]!);
    sum += scores[k]!;
  }
  return {
    image_id: sample.imageId,
    category_id: dataset.groundTruth().categories[0]!.id,
    annotation_id: sample.id,
    keypoints: triplets,
    score: sum / scores.length,
  };
}

/** Scores of a model on a dataset in percent, the one that decides first; null where there is no data. */
export interface Scores {
  readonly AP: number | null;
  readonly AP50: number | null;
  /** Of the torso, or of the box where the skeleton has none. */
  readonly 'PCK@0.2': number | null;
  /** CrowdPose's easy, medium and hard pictures; others, as `PCKh@0.5`, where the data has what they need. */
  readonly [name: string]: number | null;
}

/**
 * AP by OKS and PCK@0.2 of results on a dataset, in percent. CrowdPose's data (its keypoints, pictures with a crowd index) is scored by
 * CrowdPose's rules and also by class; MPII's, where it has boxes of heads, also by PCKh@0.5 as HRNet computes it, over the people who have one.
 */
export function scoreResults(dataset: PoseDataset, results: readonly CocoKeypointResult[]): Scores {
  const truth = dataset.groundTruth();
  const { skeleton } = dataset;
  const { pck } = evaluatePck(truth, results, {
    threshold: 0.2,
    by: skeleton.torso ? 'torso' : 'box',
    skeleton,
  });
  const { AP, AP50, ...classes } = isCrowdPose(skeleton, truth)
    ? crowdPoseScores(truth, results)
    : oksScores(truth, results, skeleton);
  return {
    ...{ AP: percent(AP), AP50: percent(AP50), 'PCK@0.2': percent(pck) },
    ...Object.fromEntries(Object.entries(classes).map(([name, ap]) => [name, percent(ap)])),
    ...pckhScores(dataset, results),
  };
}

const percent = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : 100 * value;

type Precisions = Readonly<Record<string, number | null>>;

function oksScores(
  truth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  { oksSigmas }: Skeleton,
): Precisions {
  const { AP, AP50 } = evaluateOks(truth, results, { oksSigmas }).stats;
  return { AP, AP50 };
}

function isCrowdPose({ keypoints }: Skeleton, { images }: CocoKeypointFile): boolean {
  return (
    keypoints.join() === crowdpose14.keypoints.join() &&
    images.every(({ crowdIndex }) => crowdIndex !== undefined)
  );
}

function crowdPoseScores(
  truth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
): Precisions {
  const { stats } = evaluateCrowdPose(truth, results);
  const names = ['AP', 'AP50', 'AP(E)', 'AP(M)', 'AP(H)'] as const;
  return Object.fromEntries(names.map((name) => [name, stats[name]]));
}

/** Of the people with a head box; none: nothing. */
function pckhScores(
  { samples, skeleton }: PoseDataset,
  results: readonly CocoKeypointResult[],
): Readonly<Record<string, number | null>> {
  if (skeleton.keypoints.join() !== mpii16.keypoints.join()) return {};
  const people = samples.filter(({ headBox }) => headBox);
  if (people.length === 0) return {};
  const found = new Map(results.map((result) => [result.annotation_id, result.keypoints]));
  const truth = {
    people: people.length,
    jointNames: MPII_JOINT_NAMES,
    keypoints: people.flatMap(({ keypoints }) => [...keypoints]),
    annotated: people.flatMap(({ visibility }) => Array.from(visibility, (flag) => +(flag > 0))),
    headBoxes: people.flatMap(({ headBox }) => {
      const { x, y, width, height } = headBox!;
      return [x, y, x + width, y + height];
    }),
  };
  const predicted = people.map(({ id }) =>
    skeleton.keypoints.map((_, k) => [
      found.get(id)?.[3 * k] ?? null,
      found.get(id)?.[3 * k + 1] ?? null,
    ]),
  );
  // Both count pixels from 0 here, so nothing is to be shifted.
  const { means } = evaluatePckh(truth, predicted, { base: 1 });
  return { 'PCKh@0.5': means['PCKh@0.5']! };
}
