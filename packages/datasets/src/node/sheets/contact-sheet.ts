import { htmlPage } from '@pose-distill/internal-sheets';
import { epochOrder } from '../../order.js';
import type { PoseDataset, PoseSample } from '../../types.js';
import { loadSharp } from '../image-file.js';
import { drawTile, TILE, tileFigure } from './tile.js';

export interface ContactSheetOptions {
  /** People to show. @default 48 */
  readonly count?: number;
  /** Which people; the same seed shows the same. @default 1 */
  readonly seed?: number;
}

const GAP = 8;
const COLUMNS = 8;

/**
 * People of a data set with their annotations drawn over them, as one self-contained HTML page: their own left is blue, right orange,
 * hidden keypoints hollow.
 *
 * @throws DatasetError `BAD_IMAGE`, `MISSING_PEER`
 */
export async function contactSheetHtml(
  dataset: PoseDataset,
  options: ContactSheetOptions = {},
): Promise<string> {
  const figures: string[] = [];
  for (const sample of choose(dataset, options)) {
    figures.push(tileFigure(await drawTile(dataset, sample), captionOf(sample)));
  }
  return htmlPage(
    dataset.name,
    `<p>${figures.length} of ${dataset.samples.length} people, ${dataset.skeleton.name}. The person's own left is blue, right is
orange; hollow keypoints are labelled as hidden.</p><div class="row">${figures.join('')}</div>`,
  );
}

/** The same people as one PNG, without captions. */
export async function contactSheetPng(
  dataset: PoseDataset,
  options: ContactSheetOptions = {},
): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const samples = choose(dataset, options);
  const columns = Math.min(COLUMNS, samples.length);
  const rows = Math.ceil(samples.length / COLUMNS);
  const layers = [];
  for (const [i, sample] of samples.entries()) {
    const { width, height, jpeg, overlay } = await drawTile(dataset, sample);
    const place = {
      left: GAP + (i % COLUMNS) * (TILE + GAP),
      top: GAP + Math.floor(i / COLUMNS) * (TILE + GAP),
    };
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${overlay}</svg>`;
    layers.push({ input: Buffer.from(jpeg), ...place }, { input: Buffer.from(svg), ...place });
  }
  return sharp({
    create: {
      width: GAP + columns * (TILE + GAP),
      height: GAP + rows * (TILE + GAP),
      channels: 3,
      background: '#20242b',
    },
  })
    .composite(layers)
    .png()
    .toBuffer();
}

function choose(
  { samples }: PoseDataset,
  { count = 48, seed = 1 }: ContactSheetOptions,
): PoseSample[] {
  return [...epochOrder(samples.length, seed, 0).subarray(0, count)].map((i) => samples[i]!);
}

export function captionOf({ id, file }: PoseSample): string {
  return `${id} · ${file}`;
}
