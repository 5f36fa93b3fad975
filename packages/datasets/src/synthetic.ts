import type { Size } from '@pose-distill/heatmap-decode';
import { coco17 } from '@pose-distill/skeletons';
import { DatasetError } from './error.js';
import { createFigureStore, openFigures } from './figure-store.js';
import { requireWhole } from './order.js';
import type { CocoKeypointFile, PoseDataset, PoseSample } from './types.js';

/** Synthetic figures in place of photographs. */
export interface SyntheticSpec {
  readonly kind: 'synthetic';
  /** Figures of a split. @default 2000 for train, 200 for val */
  readonly count?: number;
  /** Figures of the validation split, when it is not to have as many as training. @default `count` */
  readonly validation?: number;
  /** @default 0 */
  readonly seed?: number;
  /** Size of a picture. @default 128 x 160 */
  readonly size?: Size;
  /** Memory for pictures already drawn, in bytes; what does not fit is drawn anew each time. @default 2^29 */
  readonly cacheBytes?: number;
}

export type Split = 'train' | 'val';

/** Default size of a synthetic picture. */
export const FIGURE_SIZE: Size = { width: 128, height: 160 };

/** Figures of validation are numbered from here, so the splits of one seed share none. */
const FIRST_VALIDATION_FIGURE = 2 ** 30;
const COUNTS: Record<Split, number> = { train: 2000, val: 200 };

/**
 * A data set of synthetic figures with COCO's 17 keypoints. A figure is drawn when it is first asked for and kept;
 * figure i of a split depends on (seed, split, i) alone, so a larger count begins with the same figures.
 *
 * @throws DatasetError `OUT_OF_RANGE` for a count or size that is not a positive whole number.
 * @example
 * const dataset = syntheticDataset({ kind: 'synthetic', count: 100, seed: 7 }, 'train');
 * dataset.samples[3].keypoints; // Float32Array(34)
 */
export function syntheticDataset(spec: SyntheticSpec, split: Split): PoseDataset {
  const chosen = split === 'val' ? (spec.validation ?? spec.count) : spec.count;
  const count = chosen ?? COUNTS[split];
  const { seed = 0, size = FIGURE_SIZE, cacheBytes = 2 ** 29 } = spec;
  requireWhole('count', count, 1);
  requireWhole('seed', seed, -Number.MAX_SAFE_INTEGER);
  requireWhole('size.width', size.width, 1);
  requireWhole('size.height', size.height, 1);
  if (count > FIRST_VALIDATION_FIGURE) {
    const message = `count: expected at most ${FIRST_VALIDATION_FIGURE}, got ${count}.`;
    throw new DatasetError('OUT_OF_RANGE', message);
  }
  const first = split === 'train' ? 0 : FIRST_VALIDATION_FIGURE;
  const figures = createFigureStore({ seed, first, count, size, cacheBytes });
  const { samples, readImage } = openFigures(figures);
  return {
    name: `synthetic-${split}`,
    skeleton: coco17,
    samples,
    readImage: async (sample) => readImage(sample),
    groundTruth: () => cocoFile(samples),
    images: { kind: 'figures', figures },
  };
}

/** Samples of COCO's 17 keypoints in the form of an annotation file; one person a picture. */
export function cocoFile(samples: readonly PoseSample[]): CocoKeypointFile {
  const { keypoints, limbs } = coco17;
  return {
    images: samples.map(({ imageId, file, imageSize }) => ({
      id: imageId,
      file_name: file,
      width: imageSize.width,
      height: imageSize.height,
    })),
    annotations: samples.map((sample) => {
      const { x, y, width, height } = sample.box;
      return {
        id: sample.id,
        image_id: sample.imageId,
        category_id: 1,
        iscrowd: 0 as const,
        num_keypoints: sample.visibility.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0),
        keypoints: triplets(sample),
        bbox: [x, y, width, height] as const,
        area: sample.area,
      };
    }),
    categories: [
      {
        id: 1,
        name: 'person',
        keypoints,
        skeleton: limbs.map(([a, b]) => [a + 1, b + 1] as const),
      },
    ],
  };
}

/** COCO's x, y, visibility; zeros where not labelled. */
function triplets({ keypoints, visibility }: PoseSample): number[] {
  const values: number[] = [];
  visibility.forEach((v, k) => {
    if (v === 0) values.push(0, 0, 0);
    else values.push(keypoints[2 * k]!, keypoints[2 * k + 1]!, v);
  });
  return values;
}
