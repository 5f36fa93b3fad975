import { join } from 'node:path';
import { type Split, type SyntheticSpec, syntheticDataset } from '../synthetic.js';
import { loadSharp } from './image-file.js';
import { writeWhole } from './write-whole.js';

/** What is written; seed, size, skeleton, people and so on are those of `SyntheticSpec`. */
export interface WriteFiguresOptions
  extends Omit<SyntheticSpec, 'kind' | 'count' | 'validation' | 'cacheBytes'> {
  /** Pictures for training. 0 writes no such split. */
  readonly train: number;
  /** Pictures for validation. 0 writes no such split. */
  readonly val: number;
}

/**
 * Writes synthetic figures as a COCO folder: `train` and `val` with PNG files, `annotations/person_keypoints_<split>.json`. Each
 * file is written under another name first and then renamed, the annotations last, so what is there is whole.
 *
 * @throws DatasetError `MISSING_PEER` without sharp, `OUT_OF_RANGE` for a count below 0 or a setting out of range.
 * @example
 * await writeFigures('/data/figures', { train: 100, val: 20, seed: 7 });
 * const dataset = await openDataset('coco:/data/figures', { split: 'train' });
 */
export async function writeFigures(
  directory: string,
  { train, val, ...options }: WriteFiguresOptions,
): Promise<void> {
  for (const [split, count] of [
    ['train', train],
    ['val', val],
  ] as const) {
    if (count !== 0)
      await writeSplit(directory, split, { ...options, kind: 'synthetic', count, cacheBytes: 0 });
  }
}

async function writeSplit(directory: string, split: Split, spec: SyntheticSpec): Promise<void> {
  const sharp = await loadSharp();
  const { samples, readImage, groundTruth } = syntheticDataset(spec, split);
  let last = 0;
  for (const sample of samples) {
    if (sample.imageId === last) continue;
    last = sample.imageId;
    const { data, width, height } = await readImage(sample);
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    await writeWhole(join(directory, split, sample.file), png);
  }
  const annotations = join(directory, 'annotations', `person_keypoints_${split}.json`);
  await writeWhole(annotations, JSON.stringify(groundTruth()));
}
