import type { PoseDataset } from '@pose-distill/datasets';
import { type CacheHeader, partSizeOf } from '../cache/manifest.js';
import { PoseDistillError } from '../errors.js';
import type { Model } from '../model/model.js';
import { inputSizeOf } from '../train/predict.js';
import { hashSamples } from './cache-data.js';
import { mapShapes } from './cache-maps.js';
import { hashModel } from './model-hash.js';
import type { WriteCacheOptions } from './write-teacher-cache.js';

/** The plain crop of training: what `createBatchLoader` cuts without options. */
const CROP = { convention: 'classic', padding: 1.25 } as const;

/**
 * What all parts of a cache of this teacher and these people say.
 *
 * @throws PoseDistillError BAD_OPTION when the two do not go together, or the teacher's maps are no heatmaps
 */
export async function describeCache(
  {
    teacher: folder,
    source,
    split = 'train',
    codec = { kind: 'float16' },
    ...options
  }: WriteCacheOptions,
  model: Model,
  dataset: PoseDataset,
): Promise<CacheHeader> {
  const { skeleton } = model;
  const names = skeleton.keypoints.join(', ');
  const wanted = dataset.skeleton.keypoints.join(', ');
  if (names !== wanted)
    throw new PoseDistillError(
      'BAD_OPTION',
      `The teacher in ${folder} has the keypoints ${names}; the data have ${wanted}. Take a teacher that was trained for these keypoints in this order.`,
    );
  if (model.decode.kind !== 'heatmap')
    throw new PoseDistillError(
      'BAD_OPTION',
      `The teacher in ${folder} is decoded by "${model.decode.kind}": its maps are not near 0 away from the keypoint, so a crop that reaches beyond the stored one cannot be filled. ` +
        'Take a teacher trained with heatmaps (--head heatmap), or use this one live with --teacher.',
    );
  const samples = dataset.samples.length;
  const hashes = await hashModel(folder);
  return {
    teacher: { folder, ...hashes! },
    data: { source, split, samples, sha256: hashSamples(dataset) },
    codec,
    skeleton,
    outputs: mapShapes(model, options.outputs ?? ['heatmaps'], folder),
    inputSize: inputSizeOf(model),
    crop: CROP,
    partSize: partSizeOf(samples),
  };
}
