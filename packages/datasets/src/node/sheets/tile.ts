import { escapeHtml } from '@pose-distill/internal-sheets';
import type { PoseDataset, PoseSample, RgbImage } from '../../types.js';
import { loadSharp } from '../image-file.js';
import { personOverlay } from './person-overlay.js';

/** Sides of the square in which a person is shown, in pixels. */
export const TILE = 220;

/** The picture is shown this far beyond the person, as a share of the longer side. */
const MARGIN = 0.12;

/** A person cut out of the picture, with what is drawn over it. */
export interface Tile {
  readonly width: number;
  readonly height: number;
  readonly jpeg: Uint8Array;
  /** SVG elements in pixels of the tile. */
  readonly overlay: string;
}

/** Cuts out a person, keypoints outside the box included, and draws the annotation over it. */
export async function drawTile(dataset: PoseDataset, sample: PoseSample): Promise<Tile> {
  const image = await dataset.readImage(sample);
  const view = viewOf(sample, image);
  const factor = TILE / Math.max(view.width, view.height);
  const [width, height] = [view.width, view.height].map((side) =>
    Math.max(1, Math.round(side * factor)),
  ) as [number, number];
  const sharp = await loadSharp();
  const jpeg = await sharp(image.data, {
    raw: { width: image.width, height: image.height, channels: 3 },
  })
    .extract({ left: view.x, top: view.y, width: view.width, height: view.height })
    .resize(width, height, { fit: 'fill' })
    .jpeg({ quality: 82 })
    .toBuffer();
  const overlay = personOverlay(sample, dataset.skeleton, { x: view.x, y: view.y, factor });
  return { width, height, jpeg, overlay };
}

/** Whole pixels of the picture that show box and keypoints with a margin. */
function viewOf({ box, keypoints, visibility }: PoseSample, image: RgbImage): Region {
  let [left, top, right, bottom] = [box.x, box.y, box.x + box.width, box.y + box.height];
  visibility.forEach((value, k) => {
    if (value === 0) return;
    const [x, y] = [keypoints[2 * k]!, keypoints[2 * k + 1]!];
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  });
  const margin = MARGIN * Math.max(right - left, bottom - top);
  const clip = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
  const x = clip(Math.floor(left - margin), image.width - 1);
  const y = clip(Math.floor(top - margin), image.height - 1);
  return {
    x,
    y,
    width: clip(Math.ceil(right + margin), image.width) - x || 1,
    height: clip(Math.ceil(bottom + margin), image.height) - y || 1,
  };
}

interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A tile with its caption as HTML; the picture lies inside. */
export function tileFigure({ width, height, jpeg, overlay }: Tile, caption: string): string {
  const href = `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`;
  return (
    `<figure><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(caption)}">` +
    `<image href="${href}" width="${width}" height="${height}"/>${overlay}</svg><figcaption>${escapeHtml(caption)}</figcaption></figure>`
  );
}
