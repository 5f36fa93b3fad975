import { cropFromBox, type Size } from '@pose-distill/heatmap-decode';
import { canonicalKeypointName, type Skeleton } from '@pose-distill/skeletons';
import { DatasetError } from './error.js';
import type { PoseSample } from './types.js';

/** Training on the upper or the lower half of a body. The defaults are those that HRNet and mmpose share. */
export interface HalfBodyOptions {
  /** Probability that a person with enough keypoints is cut in half. @default 0.3 */
  readonly probability?: number;
  /** Probability of the upper half where both halves have enough keypoints. @default 0.7 */
  readonly preferUpper?: number;
  /** Labelled keypoints a person needs. @default 9 */
  readonly least?: number;
  /** Labelled keypoints the upper half needs. @default 2 */
  readonly leastUpper?: number;
  /** Labelled keypoints the lower half needs. @default 3 */
  readonly leastLower?: number;
  /** The extent of the half's keypoints, widened to the input's aspect, is multiplied by this. @default 1.5 */
  readonly padding?: number;
  /** Names of the keypoints of the lower half. @default pelvis, hips and all below, by their names */
  readonly lower?: readonly string[];
}

/** The part of a picture that a crop shows before scale, shift and rotation, in image pixels. */
export interface CropFrame {
  readonly centre: { readonly x: number; readonly y: number };
  /** Sides before they are widened to the input's aspect, padding included. */
  readonly sides: Size;
  /** Sides after that. */
  readonly scale: Size;
}

const LOWER =
  /(^|_)(pelvis|hips?|crotch|groin|thigh|knee|shin|calf|ankle|heel|foot|feet|(big_?|small_?)?toes?)(_|$)/;

/** Indices of the keypoints from the pelvis down, by their names; the others are the upper half. */
export function lowerBodyKeypoints(skeleton: Skeleton): number[] {
  const isLower = (name: string): boolean => LOWER.test(canonicalKeypointName(name));
  return [...skeleton.keypoints.keys()].filter((k) => isLower(skeleton.keypoints[k]!));
}

/**
 * The frame about one half of a body: centre at the mean of its labelled keypoints, sides their extent times the padding.
 * @returns undefined where the person has too few keypoints, or where those of the half lie in one point
 * @throws DatasetError `OUT_OF_RANGE` for a name in `lower` that the skeleton does not have
 */
export function halfBodyFrame(
  sample: Pick<PoseSample, 'keypoints' | 'visibility'>,
  skeleton: Skeleton,
  inputSize: Size,
  preferred: 'upper' | 'lower',
  options: HalfBodyOptions = {},
): CropFrame | undefined {
  const { least = 9, leastUpper = 2, leastLower = 3, padding = 1.5 } = options;
  const named = options.lower?.map((name) => indexOf(skeleton, name));
  const lower = named ? new Set(named) : knownLower(skeleton);
  const halves = { upper: [] as number[], lower: [] as number[] };
  sample.visibility.forEach((visibility, k) => {
    if (visibility > 0) halves[lower.has(k) ? 'lower' : 'upper'].push(k);
  });
  if (halves.upper.length + halves.lower.length < least) return undefined;
  const enough = {
    upper: halves.upper.length >= leastUpper,
    lower: halves.lower.length >= leastLower,
  };
  const other = preferred === 'upper' ? 'lower' : 'upper';
  const half = enough[preferred] ? preferred : enough[other] ? other : undefined;
  return half && frameOf(sample.keypoints, halves[half], inputSize, padding);
}

/** Names are looked at once for each skeleton. */
const KNOWN = new WeakMap<Skeleton, ReadonlySet<number>>();

function knownLower(skeleton: Skeleton): ReadonlySet<number> {
  const known = KNOWN.get(skeleton) ?? new Set(lowerBodyKeypoints(skeleton));
  KNOWN.set(skeleton, known);
  return known;
}

function indexOf(skeleton: Skeleton, name: string): number {
  const index = skeleton.keypoints.indexOf(name);
  if (index >= 0) return index;
  const message = `augment.halfBody.lower: ${skeleton.name} has no keypoint '${name}' (it has: ${skeleton.keypoints.join(', ')}).`;
  throw new DatasetError('OUT_OF_RANGE', message, { name });
}

function frameOf(
  keypoints: Float32Array,
  indices: readonly number[],
  inputSize: Size,
  padding: number,
): CropFrame | undefined {
  const along = (axis: 0 | 1): { mean: number; least: number; extent: number } => {
    const values = indices.map((k) => keypoints[2 * k + axis]!);
    const least = Math.min(...values);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, least, extent: Math.max(...values) - least };
  };
  const [x, y] = [along(0), along(1)];
  if (!(x.extent + y.extent > 0)) return undefined;
  const box = { x: x.least, y: y.least, width: x.extent, height: y.extent };
  return {
    centre: { x: x.mean, y: y.mean },
    sides: { width: x.extent * padding, height: y.extent * padding },
    scale: cropFromBox(box, inputSize, { padding }).scale,
  };
}
