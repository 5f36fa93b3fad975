import type { Size } from '@pose-distill/heatmap-decode';
import {
  aic14,
  coco17,
  crowdpose14,
  jhmdb15,
  lsp14,
  mpii16,
  type Skeleton,
} from '@pose-distill/skeletons';
import { DatasetError } from './error.js';
import { createFigureStore, openFigures } from './figure-store.js';
import {
  checkSceneSettings,
  SCENE_SIZE,
  type SceneSettings,
  skeletonKeypoints,
} from './figures/index.js';
import { requireWhole } from './order.js';
import type { CocoKeypointFile, PoseDataset, PoseSample } from './types.js';

/** Skeletons of `@pose-distill/skeletons` that figures can be labelled with by name. */
export type SyntheticSkeleton = 'coco17' | 'mpii16' | 'crowdpose14' | 'lsp14' | 'aic14' | 'jhmdb15';

/**
 * Synthetic pictures in place of photographs: a figure each, or, when any of `people`, `crowding`, `truncation`,
 * `motionBlur` and `occluders` is given, a scene each with the defaults of `renderScene` for the others.
 */
export interface SyntheticSpec extends SceneSettings {
  readonly kind: 'synthetic';
  /** Pictures of a split. @default 2000 for train, 200 for val */
  readonly count?: number;
  /** Pictures of the validation split, when it is not to have as many as training. @default `count` */
  readonly validation?: number;
  /** @default 0 */
  readonly seed?: number;
  /** Size of a picture. @default 128 x 160, scenes 256 x 192 */
  readonly size?: Size;
  /** Whose keypoints are labelled, a known skeleton by name; the pictures are the same for all. @default 'coco17' */
  readonly skeleton?: SyntheticSkeleton | Skeleton;
  /** Memory for pictures already drawn, in bytes; what does not fit is drawn anew each time. @default 2^29 */
  readonly cacheBytes?: number;
}

export type Split = 'train' | 'val';

/** Default size of a picture of one figure. */
export const FIGURE_SIZE: Size = { width: 128, height: 160 };

/** Figures of validation are numbered from here, so the splits of one seed share none. */
const FIRST_VALIDATION_FIGURE = 2 ** 30;
const COUNTS: Record<Split, number> = { train: 2000, val: 200 };

/**
 * A data set of synthetic figures. A picture is drawn when it is first asked for and kept; picture i of a split depends on
 * (seed, split, i) and the settings of the scene alone, so a larger count begins with the same pictures.
 *
 * Everybody in a scene is a sample, the nearest first; one of whom less than a twentieth shows has no labelled keypoint.
 *
 * @throws DatasetError `OUT_OF_RANGE` for a count or size that is not a positive whole number, or a setting out of range;
 * `BAD_SKELETON` for a keypoint that a figure does not have.
 * @example
 * const dataset = syntheticDataset({ kind: 'synthetic', count: 100, seed: 7 }, 'train');
 * dataset.samples[3].keypoints; // Float32Array(34)
 * const crowds = syntheticDataset({ kind: 'synthetic', people: 6, crowding: 0.8, skeleton: 'crowdpose14' }, 'val');
 * crowds.samples.length; // 1200
 */
export function syntheticDataset(spec: SyntheticSpec, split: Split): PoseDataset {
  const chosen = split === 'val' ? (spec.validation ?? spec.count) : spec.count;
  const count = chosen ?? COUNTS[split];
  const scene = sceneOf(spec);
  const { seed = 0, size = scene ? SCENE_SIZE : FIGURE_SIZE, cacheBytes = 2 ** 29 } = spec;
  const skeleton = skeletonOf(spec);
  requireWhole('count', count, 1);
  requireWhole('seed', seed, -Number.MAX_SAFE_INTEGER);
  requireWhole('size.width', size.width, 1);
  requireWhole('size.height', size.height, 1);
  if (count > FIRST_VALIDATION_FIGURE) {
    const message = `count: expected at most ${FIRST_VALIDATION_FIGURE}, got ${count}.`;
    throw new DatasetError('OUT_OF_RANGE', message);
  }
  const first = split === 'train' ? 0 : FIRST_VALIDATION_FIGURE;
  const store = { seed, first, count, size, cacheBytes, skeleton };
  const figures = createFigureStore(scene ? { ...store, scene } : store);
  const { samples, readImage } = openFigures(figures);
  return {
    name: `synthetic-${split}`,
    skeleton,
    samples,
    readImage: async (sample) => readImage(sample),
    groundTruth: () => cocoFile(samples, skeleton),
    images: { kind: 'figures', figures },
  };
}

function skeletonOf({ skeleton = 'coco17' }: SyntheticSpec): Skeleton {
  if (typeof skeleton === 'object') {
    skeletonKeypoints(skeleton);
    return skeleton;
  }
  const named = { coco17, mpii16, crowdpose14, lsp14, aic14, jhmdb15 };
  if (Object.hasOwn(named, skeleton)) return named[skeleton];
  const known = Object.keys(named);
  throw new DatasetError(
    'OUT_OF_RANGE',
    `skeleton: expected one of ${known.join(', ')} or a Skeleton, got ${String(skeleton)}.`,
    { skeleton, known },
  );
}

const SCENE_OPTIONS = ['people', 'crowding', 'truncation', 'motionBlur', 'occluders'] as const;

/** The settings of a scene, checked; undefined when single figures are meant. */
function sceneOf(spec: SyntheticSpec): SceneSettings | undefined {
  const given = SCENE_OPTIONS.filter((name) => spec[name] !== undefined);
  if (given.length === 0) return undefined;
  const scene: SceneSettings = Object.fromEntries(given.map((name) => [name, spec[name]]));
  checkSceneSettings(scene);
  return scene;
}

/** Samples in the form of an annotation file; of a picture with several people they follow one another. */
export function cocoFile(samples: readonly PoseSample[], skeleton: Skeleton): CocoKeypointFile {
  const { keypoints, limbs } = skeleton;
  const firsts = samples.filter(({ imageId }, i) => imageId !== samples[i - 1]?.imageId);
  return {
    images: firsts.map(({ imageId, file, imageSize, crowdIndex }) => ({
      id: imageId,
      file_name: file,
      width: imageSize.width,
      height: imageSize.height,
      ...(crowdIndex === undefined ? {} : { crowdIndex }),
    })),
    annotations: samples.filter(isInside).map((sample) => {
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

/** Whether anything of a person is within the picture; in a cut scene now and then nothing is. */
function isInside({ box }: PoseSample): boolean {
  return box.width > 0 && box.height > 0;
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
