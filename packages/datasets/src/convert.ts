import { matchKeypoints, type Skeleton } from '@pose-distill/skeletons';
import { DatasetError } from './error.js';
import type { CocoKeypointAnnotation, CocoKeypointFile, PoseDataset, PoseSample } from './types.js';

/** Keypoints that are made of others: the mean of those named, labelled where all of them are. */
export type DerivedKeypoints = Readonly<Record<string, readonly string[]>>;

/**
 * The usual derived keypoints: neck and thorax between the shoulders, pelvis between the hips, belly between shoulders and hips. They stand in
 * for what annotators mark a few pixels higher or lower; nothing stands in for the top of the head.
 */
export const MIDPOINTS: DerivedKeypoints = {
  neck: ['left_shoulder', 'right_shoulder'],
  thorax: ['left_shoulder', 'right_shoulder'],
  pelvis: ['left_hip', 'right_hip'],
  belly: ['left_shoulder', 'right_shoulder', 'left_hip', 'right_hip'],
};

export interface ConvertOptions {
  /** Keypoints of the target that may be made of others, where the source lacks them; `MIDPOINTS` has the usual ones. @default none */
  readonly derive?: DerivedKeypoints;
}

/**
 * A data set, or one of its people, with the keypoints of another skeleton: those of the same name (however spelled) are
 * taken over, derived ones are computed, all others are unlabelled. Boxes and areas stay.
 *
 * The ground truth is converted with the samples; `num_keypoints` is counted anew, so people left without a labelled keypoint are
 * ignored by evaluation, and are no samples. The coordinates of a derived keypoint are the mean, its visibility is the
 * least of its parts, 0 where one is not labelled. Synthetic figures that were converted are drawn in the thread that has
 * them: pass `workers: 0` to a loader, or name the skeleton in their specification instead.
 *
 * @throws DatasetError `BAD_SKELETON` when no keypoint of the target can be filled, or a derived one names what is not there.
 * @example
 * const lsp = convertSkeleton(await openDataset('coco:/data/coco', { split: 'val' }), lsp14, { derive: MIDPOINTS });
 * lsp.samples[0].visibility.length; // 14
 */
export function convertSkeleton(
  dataset: PoseDataset,
  target: Skeleton,
  options?: ConvertOptions,
): PoseDataset;
export function convertSkeleton(
  sample: PoseSample,
  target: Skeleton,
  options: ConvertOptions & { readonly from: Skeleton },
): PoseSample;
export function convertSkeleton(
  input: PoseDataset | PoseSample,
  target: Skeleton,
  options: ConvertOptions & { readonly from?: Skeleton } = {},
): PoseDataset | PoseSample {
  if (!('samples' in input)) {
    const { from } = options;
    if (from) return convertSample(input, planConversion(from, target, options));
    const message = 'from: one person does not say which keypoints it has; pass their skeleton.';
    throw new DatasetError('BAD_SKELETON', message);
  }
  const parts = planConversion(input.skeleton, target, options);
  const samples = input.samples
    .map((sample) => convertSample(sample, parts))
    .filter((sample) => sample.score !== undefined || sample.visibility.some((v) => v > 0));
  let groundTruth: CocoKeypointFile | undefined;
  const { images, ...rest } = input;
  return {
    ...rest,
    name: `${input.name} as ${target.name}`,
    skeleton: target,
    samples,
    groundTruth: () => {
      groundTruth ??= convertFile(input.groundTruth(), target, parts);
      return groundTruth;
    },
    // Other threads would draw figures with the keypoints they were drawn with.
    ...(images?.kind === 'files' ? { images } : {}),
  };
}

/** For each keypoint of the target the source keypoints whose mean it is; none for those that stay unlabelled. */
type Parts = readonly (readonly number[])[];

function planConversion(
  source: Skeleton,
  target: Skeleton,
  { derive = {} }: ConvertOptions,
): Parts {
  const same = matchKeypoints(source, target);
  const derived = Object.keys(derive);
  const places = matchKeypoints({ keypoints: derived }, target);
  const parts = target.keypoints.map((name, k) => {
    if (same[k]! >= 0) return [same[k]!];
    const rule = derived[places[k]!];
    if (rule === undefined) return [];
    const needed = matchKeypoints(source, { keypoints: derive[rule]! });
    if (!needed.includes(-1) && needed.length > 0) return needed;
    const missing = derive[rule]!.filter((_, i) => needed[i] === -1);
    throw new DatasetError(
      'BAD_SKELETON',
      `derive.${rule}: ${source.name} has no ${missing.join(', ') || 'keypoints for it'}, of which '${name}' is to be made. ` +
        `It has ${source.keypoints.join(', ')}.`,
      { source: source.name, target: target.name, keypoint: name, missing },
    );
  });
  if (parts.some((list) => list.length > 0)) return parts;
  throw new DatasetError(
    'BAD_SKELETON',
    `No keypoint of ${target.name} is among those of ${source.name} (${source.keypoints.join(', ')}).`,
    { source: source.name, target: target.name },
  );
}

function convertSample(sample: PoseSample, parts: Parts): PoseSample {
  const keypoints = new Float32Array(2 * parts.length);
  const visibility = new Uint8Array(parts.length);
  const at = (k: number): number => sample.visibility[k]!;
  fill(
    parts,
    at,
    (k, axis) => sample.keypoints[2 * k + axis]!,
    (k, x, y, v) => {
      keypoints[2 * k] = x;
      keypoints[2 * k + 1] = y;
      visibility[k] = v;
    },
  );
  return { ...sample, keypoints, visibility };
}

function convertFile(file: CocoKeypointFile, target: Skeleton, parts: Parts): CocoKeypointFile {
  const limbs = target.limbs.map(([a, b]) => [a + 1, b + 1] as const);
  return {
    images: file.images,
    categories: file.categories.map((category) => ({
      ...category,
      keypoints: target.keypoints,
      skeleton: limbs,
    })),
    annotations: file.annotations.map((annotation) => convertAnnotation(annotation, parts)),
  };
}

function convertAnnotation(
  annotation: CocoKeypointAnnotation,
  parts: Parts,
): CocoKeypointAnnotation {
  const { keypoints: from } = annotation;
  const keypoints = new Array<number>(3 * parts.length).fill(0);
  let labelled = 0;
  fill(
    parts,
    (k) => from[3 * k + 2]!,
    (k, axis) => from[3 * k + axis]!,
    (k, x, y, v) => {
      keypoints.splice(3 * k, 3, x, y, v);
      labelled++;
    },
  );
  return { ...annotation, keypoints, num_keypoints: labelled };
}

/** Calls `put` for each keypoint whose parts are all labelled. */
function fill(
  parts: Parts,
  visibilityOf: (k: number) => number,
  coordinateOf: (k: number, axis: 0 | 1) => number,
  put: (k: number, x: number, y: number, visibility: number) => void,
): void {
  parts.forEach((list, k) => {
    if (list.length === 0) return;
    let [x, y, least] = [0, 0, 2];
    for (const part of list) {
      x += coordinateOf(part, 0);
      y += coordinateOf(part, 1);
      least = Math.min(least, visibilityOf(part));
    }
    if (least > 0) put(k, x / list.length, y / list.length, least);
  });
}
