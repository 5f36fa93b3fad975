import type { Batch, PoseDataset } from '@pose-distill/datasets';
import { type CocoKeypointResult, evaluateOks, evaluatePck } from '@pose-distill/metrics';
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

/** AP by OKS and PCK@0.2 (torso) of results on a dataset, in percent; null where there is no data. */
export function scoreResults(
  dataset: PoseDataset,
  results: readonly CocoKeypointResult[],
): { AP: number | null; AP50: number | null; 'PCK@0.2': number | null } {
  const truth = dataset.groundTruth();
  const { stats } = evaluateOks(truth, results, { oksSigmas: dataset.skeleton.oksSigmas });
  const { pck } = evaluatePck(truth, results, {
    threshold: 0.2,
    by: dataset.skeleton.torso ? 'torso' : 'box',
    skeleton: dataset.skeleton,
  });
  const percent = (value: number | null): number | null => (value === null ? null : 100 * value);
  return { AP: percent(stats.AP), AP50: percent(stats.AP50), 'PCK@0.2': percent(pck) };
}
