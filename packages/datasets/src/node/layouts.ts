import type { Split } from '../synthetic.js';
import type { AnnotationKind } from './source.js';

/** Where the files of a data set lie in the folder that its authors, or the usual converters, make. */
export interface Layout {
  /** Names of the annotation file, `*` for anything, the best first. */
  readonly annotations: Readonly<Record<Split, readonly string[]>>;
  /** Folders below the root that have it, besides the root itself. */
  readonly folders: readonly string[];
  /** Folders of the pictures, besides those found beside the annotations. */
  readonly images: Readonly<Record<Split, readonly string[]>>;
}

const same = <T>(list: T): Readonly<Record<Split, T>> => ({ train: list, val: list });

export const LAYOUTS: Readonly<Record<AnnotationKind, Layout>> = {
  coco: {
    annotations: {
      train: ['person_keypoints_train*.json', 'coco_wholebody_train*.json'],
      val: ['person_keypoints_val*.json', 'coco_wholebody_val*.json'],
    },
    folders: ['annotations'],
    images: same([]),
  },
  crowdpose: {
    annotations: {
      train: ['crowdpose_train.json', 'mmpose_crowdpose_train.json'],
      val: ['crowdpose_val.json', 'mmpose_crowdpose_val.json'],
    },
    folders: ['annotations', 'json'],
    images: same(['images']),
  },
  mpii: {
    annotations: {
      train: ['train.json', 'mpii_train.json', 'mpii_human_pose*.mat'],
      val: ['valid.json', 'mpii_val.json', 'mpii_human_pose*.mat'],
    },
    folders: ['annot', 'annotations'],
    images: same(['images']),
  },
  lsp: {
    annotations: same(['joints.mat']),
    folders: [],
    images: same(['images']),
  },
  aic: {
    annotations: {
      train: ['aic_train.json', 'keypoint_train_annotations*.json'],
      val: ['aic_val.json', 'keypoint_validation_annotations*.json'],
    },
    folders: ['annotations'],
    images: {
      train: ['ai_challenger_keypoint_train_20170902/keypoint_train_images_20170902'],
      val: ['ai_challenger_keypoint_validation_20170911/keypoint_validation_images_20170911'],
    },
  },
  ochuman: {
    annotations: { train: [], val: ['ochuman_coco_format_val*.json'] },
    folders: ['annotations'],
    images: same(['images']),
  },
  mhp: {
    annotations: { train: ['mhp_train.json'], val: ['mhp_val.json'] },
    folders: ['annotations'],
    images: { train: ['train/images'], val: ['val/images'] },
  },
  jhmdb: {
    annotations: {
      train: ['Sub1_train.json', 'Sub*_train.json'],
      val: ['Sub1_test.json', 'Sub*_test.json'],
    },
    folders: ['annotations'],
    images: same(['Rename_Images']),
  },
};

/** Whether a name has the form of a pattern with `*`. */
export function matchesPattern(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest.slice(0, -1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  const last = rest.at(-1)!;
  return name.length - last.length >= at && name.endsWith(last);
}

/** Files whose name tells of the data set and not of the other split: the last resort. */
export function mayBeAnnotations(name: string, kind: AnnotationKind, split: Split): boolean {
  const lower = name.toLowerCase();
  const other = split === 'train' ? /val|test/ : /train/;
  const boxes = /(^|_)det(_|ections?)/;
  return (
    lower.endsWith('.json') && lower.includes(kind) && !other.test(lower) && !boxes.test(lower)
  );
}
