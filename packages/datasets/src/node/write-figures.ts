import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Size } from '@pose-distill/heatmap-decode';
import { cocoFile, type Split, syntheticDataset } from '../synthetic.js';
import { loadSharp } from './image-file.js';

export interface WriteFiguresOptions {
  /** Figures for training. 0 writes no such split. */
  readonly train: number;
  /** Figures for validation. 0 writes no such split. */
  readonly val: number;
  /** @default 0 */
  readonly seed?: number;
  /** Size of a picture. @default 128 x 160 */
  readonly size?: Size;
}

/**
 * Writes synthetic figures as a COCO folder: `train` and `val` with PNG files, `annotations/person_keypoints_<split>.json`. Each
 * file is written under another name first and then renamed, the annotations last, so what is there is whole.
 *
 * @throws DatasetError `MISSING_PEER` without sharp, `OUT_OF_RANGE` for a count below 0.
 * @example
 * await writeFigures('/data/figures', { train: 100, val: 20, seed: 7 });
 * const dataset = await openDataset('coco:/data/figures', { split: 'train' });
 */
export async function writeFigures(
  directory: string,
  { train, val, seed = 0, size }: WriteFiguresOptions,
): Promise<void> {
  for (const [split, count] of [
    ['train', train],
    ['val', val],
  ] as const) {
    if (count !== 0) await writeSplit(directory, split, count, seed, size);
  }
}

async function writeSplit(
  directory: string,
  split: Split,
  count: number,
  seed: number,
  size: Size | undefined,
): Promise<void> {
  const sharp = await loadSharp();
  const spec = { kind: 'synthetic', count, seed, ...(size ? { size } : {}) } as const;
  const { samples, readImage } = syntheticDataset(spec, split);
  await mkdir(join(directory, split), { recursive: true });
  for (const sample of samples) {
    const { data, width, height } = await readImage(sample);
    const png = await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer();
    await writeWhole(join(directory, split, sample.file), png);
  }
  const annotations = join(directory, 'annotations', `person_keypoints_${split}.json`);
  await mkdir(dirname(annotations), { recursive: true });
  await writeWhole(annotations, JSON.stringify(cocoFile(samples)));
}

/** Writes a file whole or not at all. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
