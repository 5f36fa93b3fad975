import type { PoseSample } from '../types.js';
import { personSize } from './sides.js';

/** A labelled keypoint further than this share of the box's longer side from the box does not belong to it. */
const FAR = 0.5;

/** A person covers at most the box, but for rounding and for masks drawn a pixel wider. */
const LARGEST_AREA = 1.1;

/** No mask of a person is a smaller share of the box than this. */
const LEAST_AREA = 0.02;

/** Boxes may leave the picture a little, as detectors' and grown ones do. */
const LEAST_INSIDE = 0.5;

export interface Finding {
  readonly code:
    | 'KEYPOINT_OUTSIDE_BOX'
    | 'KEYPOINT_AT_ORIGIN'
    | 'AREA_DISAGREES'
    | 'BOX_OUTSIDE_IMAGE';
  readonly message: string;
}

/** What is implausible about one person taken alone. */
export function examinePerson(sample: PoseSample, names: readonly string[]): Finding[] {
  return [
    ...farKeypoints(sample, names),
    ...keypointsAtOrigin(sample, names),
    ...implausibleArea(sample),
    ...boxMostlyOutside(sample),
  ];
}

function farKeypoints(
  { keypoints, visibility, box }: PoseSample,
  names: readonly string[],
): Finding[] {
  const slack = FAR * Math.max(box.width, box.height);
  const far = names.filter((_, k) => {
    const [x, y] = [keypoints[2 * k]!, keypoints[2 * k + 1]!];
    const outside = Math.max(box.x - x, x - box.x - box.width, box.y - y, y - box.y - box.height);
    return visibility[k]! > 0 && outside > slack;
  });
  if (far.length === 0) return [];
  return [
    { code: 'KEYPOINT_OUTSIDE_BOX', message: `${far.join(', ')} labelled far outside the box` },
  ];
}

function keypointsAtOrigin(
  { keypoints, visibility }: PoseSample,
  names: readonly string[],
): Finding[] {
  const found = names.filter(
    (_, k) => visibility[k]! > 0 && keypoints[2 * k] === 0 && keypoints[2 * k + 1] === 0,
  );
  if (found.length === 0) return [];
  const message = `${found.join(', ')} labelled at (0, 0), which usually means not labelled: set visibility 0`;
  return [{ code: 'KEYPOINT_AT_ORIGIN', message }];
}

function implausibleArea(sample: PoseSample): Finding[] {
  const share = sample.area / personSize(sample) ** 2;
  if (!(share > LARGEST_AREA || share < LEAST_AREA)) return [];
  const message = `area ${round(sample.area)} is ${round(100 * share)} % of the box; OKS divides by it`;
  return [{ code: 'AREA_DISAGREES', message }];
}

function boxMostlyOutside({ box, imageSize }: PoseSample): Finding[] {
  if (imageSize.width === 0) return []; // unknown
  const width = Math.min(box.x + box.width, imageSize.width) - Math.max(box.x, 0);
  const height = Math.min(box.y + box.height, imageSize.height) - Math.max(box.y, 0);
  const inside = (Math.max(width, 0) * Math.max(height, 0)) / (box.width * box.height);
  if (inside >= LEAST_INSIDE) return [];
  const message = `only ${round(100 * inside)} % of the box lie inside the ${imageSize.width} x ${imageSize.height} picture`;
  return [{ code: 'BOX_OUTSIDE_IMAGE', message }];
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
