import { extentOf, type StickPose, stickFigure } from '@pose-distill/internal-sheets';
import { canonicalKeypointName, type Skeleton } from '@pose-distill/skeletons';
import type { OksAnalysis, PersonAnalysis } from '../analysis/index.js';
import type { CocoKeypointFile } from '../coco.js';
import { percent } from './palette.js';

/** A person seen from the front, arms a little away; x is to the right of the picture, so the person's left has positive x. */
const STANDING: Readonly<Record<string, readonly [number, number]>> = {
  nose: [0, -62],
  eye: [6, -68],
  ear: [13, -64],
  head_top: [0, -84],
  head: [0, -84],
  top_head: [0, -84],
  neck: [0, -46],
  upper_neck: [0, -50],
  thorax: [0, -38],
  shoulder: [22, -38],
  elbow: [34, -8],
  wrist: [44, 20],
  hand: [48, 28],
  pelvis: [0, 22],
  hip: [13, 22],
  knee: [17, 64],
  ankle: [20, 106],
  foot: [26, 112],
};

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The skeleton with a disc at each keypoint: the larger and redder, the more often it is not good. Keypoints stand as in a person
 * seen from the front; when a name says nothing, all stand where people have them on average.
 */
export function errorFigure(
  { skeleton, errorsPerKeypoint, people }: OksAnalysis,
  groundTruth: CocoKeypointFile,
  size: Size,
): string {
  const wrong = errorsPerKeypoint.map(({ shares }) => (shares ? 1 - shares.good : null));
  const places = standing(skeleton) ?? averagePlaces(groundTruth, people, skeleton);
  return places ? drawShares(skeleton, places, wrong, size) : '';
}

/** The same for any shares of wrong keypoints; empty when a name says nothing. */
export function shareFigure(
  skeleton: Skeleton,
  wrong: readonly (number | null)[],
  size: Size,
): string {
  const places = standing(skeleton);
  return places ? drawShares(skeleton, places, wrong, size) : '';
}

function drawShares(
  skeleton: Skeleton,
  places: readonly (readonly [number, number])[],
  wrong: readonly (number | null)[],
  size: Size,
): string {
  const most = Math.max(0.05, ...wrong.map((share) => share ?? 0));
  const pose: StickPose = {
    keypoints: places.flat(),
    limbs: skeleton.limbs,
    colour: 'var(--other)',
    lineWidth: 4,
    radius: wrong.map((share) => (share === null ? 2 : 3 + (9 * share) / most)),
    colours: wrong.map((share) =>
      share === null
        ? 'var(--other)'
        : `color-mix(in oklab, var(--miss) ${Math.round((100 * share) / most)}%, var(--good))`,
    ),
    names: wrong.map((share, k) => `${skeleton.keypoints[k]}: ${percent(share)} % wrong`),
  };
  return stickFigure([pose], extentOf(places, 0.09), {
    ...size,
    label: 'Keypoints by how often they are not good',
  });
}

function standing({ keypoints }: Skeleton): [number, number][] | undefined {
  const places = keypoints.map((name): [number, number] | undefined => {
    const canonical = canonicalKeypointName(name);
    const [, side, part] = /^(left|right)_(.+)$/.exec(canonical) ?? [];
    const place = STANDING[part ?? canonical];
    if (!place) return undefined;
    return [side === 'right' ? -place[0] : place[0], place[1]];
  });
  return places.every((place) => place !== undefined) ? places : undefined;
}

/** Mean place of each keypoint within the labelled extent of its person, in units of the extent's longer side. */
function averagePlaces(
  { annotations }: CocoKeypointFile,
  people: readonly PersonAnalysis[],
  { keypoints: names }: Skeleton,
): [number, number][] | undefined {
  const sums = names.map(() => [0, 0, 0]);
  for (const { annotation } of people) {
    const keypoints = annotations[annotation]!.keypoints!;
    const labelled = names.flatMap((_, k) => (keypoints[3 * k + 2]! > 0 ? [k] : []));
    const [xs, ys] = [0, 1].map((axis) => labelled.map((k) => keypoints[3 * k + axis]!));
    if (labelled.length < 2) continue;
    const [x0, y0] = [Math.min(...xs!), Math.min(...ys!)];
    const side = Math.max(Math.max(...xs!) - x0, Math.max(...ys!) - y0);
    if (!(side > 0)) continue;
    labelled.forEach((k, i) => {
      sums[k]![0]! += (xs![i]! - x0) / side;
      sums[k]![1]! += (ys![i]! - y0) / side;
      sums[k]![2]!++;
    });
  }
  if (sums.some(([, , count]) => count === 0)) return undefined;
  return sums.map(([x, y, count]) => [(180 * x!) / count!, (180 * y!) / count!]);
}
