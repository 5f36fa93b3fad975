import { createHash } from 'node:crypto';
import { cropAffine, type PoseDataset, type PoseSample } from '@pose-distill/datasets';
import { type CacheHeader, partCount, partRange } from '../cache/manifest.js';

/**
 * SHA-256 over what decides the plain crops of a data set's samples `from` to `to`: picture, annotation, box, scale. Of synthetic
 * figures what they are drawn from stands for their boxes, so that none need be drawn for it.
 */
export function hashSamples(
  { samples, images }: PoseDataset,
  from = 0,
  to: number = samples.length,
): string {
  const hash = createHash('sha256');
  const figures = images?.kind === 'figures' ? images.figures : undefined;
  if (figures) {
    const { seed, first, size, skeleton, scene } = figures;
    const { width, height } = size;
    hash.update(JSON.stringify([seed, first, width, height, skeleton.keypoints, scene ?? null]));
  }
  for (let index = from; index < to; index++) {
    const { id, file, box, scale } = figures ? withoutBox(samples[index]!) : samples[index]!;
    const place = box ? [box.x, box.y, box.width, box.height, scale ?? null] : [];
    hash.update(`${JSON.stringify([id, file, ...place])}\n`);
  }
  return hash.digest('hex');
}

function withoutBox({ id, file }: PoseSample): Partial<PoseSample> {
  return { id, file };
}

/** What a cache remembers of its data, for telling where other data differ. */
export interface CachedData {
  readonly header: CacheHeader;
  /** Of each part, in order. */
  readonly parts: readonly { readonly ids: readonly number[]; readonly sha256: string }[];
  /** The plain crop's transform of a sample. */
  transformOf(sample: number): Promise<readonly number[]>;
}

/** Says where a data set differs first from the data of a cache; undefined where it does not. */
export async function firstDifference(
  { header, parts, transformOf }: CachedData,
  dataset: PoseDataset,
): Promise<string | undefined> {
  const { samples } = dataset;
  if (hashSamples(dataset) === header.data.sha256 && samples.length === header.data.samples)
    return undefined;
  const shared = Math.min(samples.length, header.data.samples);
  const settings = { inputSize: header.inputSize, ...header.crop };
  for (let index = 0; index < partCount(header); index++) {
    const { from, to } = partRange(header, index);
    const { ids, sha256 } = parts[index]!;
    if (to <= shared && hashSamples(dataset, from, to) === sha256) continue;
    for (let i = from; i < Math.min(to, shared); i++) {
      const sample = samples[i]!;
      if (sample.id !== ids[i - from])
        return `sample ${i} is annotation ${ids[i - from]} in the cache and ${sample.id} in the data`;
      const transform = cropAffine(sample, settings);
      if ((await transformOf(i)).some((value, axis) => value !== transform[axis]))
        return `sample ${i} (annotation ${sample.id}, ${sample.file}) is cut out another way: its box or scale has changed`;
    }
    if (to <= shared)
      return `among samples ${from} to ${to - 1} a picture has another name, or figures are drawn another way`;
  }
  return 'all samples that both have are the same';
}
