import type { Box, Size } from '@pose-distill/heatmap-decode';
import type { Skeleton } from '@pose-distill/skeletons';
import type { DatasetProblem } from './error.js';
import type { SceneSettings } from './figures/index.js';

/** Pixels as [height, width, 3], red first, 0..255. */
export interface RgbImage {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** One person in one picture. Coordinates are image pixels; integers are pixel centres. */
export interface PoseSample {
  /** Identity of the annotation. */
  readonly id: number;
  readonly imageId: number;
  /** Name of the picture, relative to the folder of the data set. */
  readonly file: string;
  /** 0 x 0 where neither the annotations nor the picture were asked for it. */
  readonly imageSize: Size;
  /** [K*2] x, y. Those of unlabelled keypoints mean nothing. */
  readonly keypoints: Float32Array;
  /** [K] 0 not labelled, 1 labelled but hidden, 2 labelled and seen. */
  readonly visibility: Uint8Array;
  /** The person, without padding: cut out with the default padding it gives the reference crop of its data set. */
  readonly box: Box;
  /** Area of the person in square pixels, as OKS uses it. */
  readonly area: number;
  /**
   * Side of the reference crop divided by 200, where the data set states one (MPII: 1.25 times the annotated scale, as
   * HRNet adjusts it). Its centre is the box's.
   */
  readonly scale?: number;
  /** Box of the head, where annotated (MPII); its diagonal normalises PCKh. */
  readonly headBox?: Box;
  /** How crowded the picture is, where the data set says (CrowdPose): 0 for people apart. */
  readonly crowdIndex?: number;
  /** Confidence of the detector that found the box; absent for annotated people. */
  readonly score?: number;
}

/** People to train or to measure on. */
export interface PoseDataset {
  readonly name: string;
  readonly skeleton: Skeleton;
  readonly samples: readonly PoseSample[];
  /** Pixels of a sample's picture. @throws DatasetError `BAD_IMAGE` naming the file. */
  readImage(sample: PoseSample): Promise<RgbImage>;
  /** Everything an evaluator needs, crowds and unlabelled people among it. */
  groundTruth(): CocoKeypointFile;
  /** What was left out or looked odd when the annotations were read. */
  readonly problems?: readonly DatasetProblem[];
  /** Records left out because `onBadRecord` is 'skip'. */
  readonly skippedRecords?: number;
  /**
   * An annotation as it stands in a large file, outlines and all; present when the ground truth was not kept whole.
   * @throws DatasetError `NOT_FOUND` for an unknown id.
   */
  readRecord?(id: number): Promise<unknown>;
  /** How another thread gets at the same pictures; absent when it cannot. */
  readonly images?: ImageOrigin;
}

/** How picture files become pixels. */
export interface ReadImageOptions {
  /** Turn and mirror the picture as its EXIF orientation says; annotations usually refer to the stored pixels. @default false */
  readonly applyOrientation?: boolean;
  /** Convert an embedded colour profile to sRGB; training codes take the numbers as they are stored. @default false */
  readonly applyProfile?: boolean;
  /** Pictures of more pixels are refused before they are decoded, which takes 6 bytes a pixel for a moment. @default 2 ** 28 */
  readonly maxPixels?: number;
}

/** Where the pictures of a data set come from, as data that can be posted to a thread. */
export type ImageOrigin =
  | { readonly kind: 'files'; readonly directory: string; readonly reading?: ReadImageOptions }
  | { readonly kind: 'figures'; readonly figures: SharedFigures };

/** A run of synthetic pictures and the memory that keeps those already drawn. */
export interface SharedFigures {
  readonly seed: number;
  /** Index of the first picture. */
  readonly first: number;
  /** Pictures. */
  readonly count: number;
  readonly size: Size;
  /** Whose keypoints are labelled. */
  readonly skeleton: Skeleton;
  /** Several people a picture; absent for single figures. */
  readonly scene?: SceneSettings;
  /** [count] 0 not drawn yet, 1 annotations kept, 2 pixels kept too. */
  readonly states: Int32Array;
  /** A row a person: keypoints, visibility, box, area, crowd index of the picture. */
  readonly annotations: Float64Array;
  /** [kept * height * width * 3] pixels of the first pictures; the others are drawn anew each time. */
  readonly pixels: Uint8Array;
}

/** The parts of COCO's person-keypoints form that are read and written here. */
export interface CocoKeypointFile {
  readonly images: readonly CocoImage[];
  readonly annotations: readonly CocoKeypointAnnotation[];
  readonly categories: readonly CocoKeypointCategory[];
}

export interface CocoImage {
  readonly id: number;
  readonly file_name: string;
  readonly width: number;
  readonly height: number;
  /** CrowdPose's. */
  readonly crowdIndex?: number;
}

/** Outline of a person: polygons, each x, y, x, y, ..., or a run-length mask as COCO writes it. */
export type CocoSegmentation =
  | readonly (readonly number[])[]
  | { readonly size: readonly [number, number]; readonly counts: string | readonly number[] };

export interface CocoKeypointAnnotation {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  readonly iscrowd: 0 | 1;
  readonly num_keypoints: number;
  /** [K*3] x, y, visibility. */
  readonly keypoints: readonly number[];
  /** x, y, width, height. */
  readonly bbox: readonly [number, number, number, number];
  readonly area: number;
  /** As in the file, unchecked. */
  readonly segmentation?: CocoSegmentation;
}

export interface CocoKeypointCategory {
  readonly id: number;
  readonly name: string;
  readonly keypoints: readonly string[];
  /** Limbs, counted from 1. */
  readonly skeleton?: readonly (readonly [number, number])[];
}
