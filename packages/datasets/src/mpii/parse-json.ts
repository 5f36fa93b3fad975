import type { Box } from '@pose-distill/heatmap-decode';
import { mpii16 } from '@pose-distill/skeletons';
import { isObject, type Report, show } from '../coco/report.js';
import {
  type CheckedAnnotations,
  type CheckOptions,
  type ParsedAnnotations,
  type ParseOptions,
  requireUsable,
} from '../parsed.js';
import { createPeople, type People, type RawPerson } from '../people.js';
import { boxFromScale } from './person.js';

const K = mpii16.keypoints.length;

/**
 * Reads MPII annotations in the form of HRNet's `annot/train.json` and mmpose's `mpii_train.json` (already parsed JSON): a list of
 * `{ image, center, scale, joints, joints_vis }` that counts pixels from 1.
 *
 * Box and scale are HRNet's: `scale` is 1.25 times the annotated one, and the box is a square of 200 annotated scales, moved
 * down by 15, so that the default padding of 1.25 gives HRNet's crop. Labelled keypoints are `visibility` 2: the form does not
 * say which are hidden. It has no areas (0.53 of the labelled keypoints' extent and an eighth is used) and no picture sizes.
 *
 * @throws DatasetError `BAD_ANNOTATION`, as `parseCocoKeypoints`.
 * @see Sun et al., CVPR 2019, `lib/dataset/mpii.py` of the reference code
 * @example
 * const { samples } = parseMpii(JSON.parse(text), { file: 'valid.json' });
 * samples[0].scale; // 5.898, HRNet's crop is 200 times that
 */
export function parseMpii(json: unknown, options: ParseOptions = {}): ParsedAnnotations {
  return requireUsable(checkMpii(json, options), options);
}

/** As `parseMpii`, but reports problems as data and never throws. */
export function checkMpii(json: unknown, options: CheckOptions = {}): CheckedAnnotations {
  return gatherMpii(json, options).finish(options.imageSize);
}

interface GatherOptions extends Pick<CheckOptions, 'base'> {
  /** Of all rows in their order, from a file that the form comes with. Pixels count from 0. */
  readonly headBoxes?: readonly Box[];
}

/** The people of a file, before it is known how large the pictures are. */
export function gatherMpii(json: unknown, { base = 1, headBoxes }: GatherOptions = {}): People {
  const people = createPeople(mpii16);
  const { report } = people;
  if (!Array.isArray(json)) {
    const expected = 'expected a list of { image, center, scale, joints, joints_vis }';
    report.error('NOT_MPII', '$', `${expected}, got ${show(json)}`);
    return people;
  }
  const fits = headBoxes?.length === json.length;
  if (headBoxes && !fits) {
    report.warning(
      'COUNT_DISAGREES',
      '$',
      `has ${json.length} people, not ${headBoxes.length} as the head boxes`,
    );
  }
  json.forEach((row, i) => {
    const person = readPerson(row, `[${i}]`, base, report);
    people.add(person && { ...person, headBox: fits ? headBoxes[i] : undefined });
  });
  return people;
}

function readPerson(row: unknown, path: string, base: 0 | 1, report: Report): RawPerson | false {
  if (!isObject(row)) {
    report.error('WRONG_TYPE', path, `expected an object, got ${show(row)}`);
    return false;
  }
  const { image, center, scale, joints = [], joints_vis: flags = [] } = row;
  if (typeof image !== 'string') {
    report.error(
      'MISSING_FIELD',
      path,
      `expected the picture's name in 'image', got ${show(image)}`,
    );
    return false;
  }
  if (!isPair(center) || typeof scale !== 'number' || !Number.isFinite(scale)) {
    const got = `got ${show(center)} and ${show(scale)}`;
    report.error(
      'WRONG_TYPE',
      path,
      `expected a point in 'center' and a number in 'scale', ${got}`,
    );
    return false;
  }
  if (!Array.isArray(joints) || !Array.isArray(flags) || joints.length !== flags.length) {
    report.error('WRONG_TYPE', path, "expected lists of one length in 'joints' and 'joints_vis'");
    return false;
  }
  if (joints.length !== 0 && joints.length !== K) {
    const message = `expected ${K} points, got ${joints.length}`;
    report.error('KEYPOINT_COUNT', `${path}.joints`, message);
    return false;
  }
  const keypoints = new Float64Array(2 * K);
  const visibility = new Uint8Array(K);
  for (let k = 0; k < joints.length; k++) {
    const [point, flag] = [joints[k], flags[k]];
    if (flag !== 0 && flag !== 1 && flag !== true && flag !== false) {
      const place = `${path}.joints_vis[${k}]`;
      report.error('BAD_VISIBILITY', place, `expected 0 or 1, got ${show(flag)}`);
      return false;
    }
    if (!flag) continue;
    if (!isPair(point)) {
      report.error('WRONG_TYPE', `${path}.joints[${k}]`, `expected x, y, got ${show(point)}`);
      return false;
    }
    keypoints[2 * k] = point[0] - base;
    keypoints[2 * k + 1] = point[1] - base;
    visibility[k] = 2;
  }
  return { path, file: image, keypoints, visibility, ...boxFromScale(center, scale, base) };
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((v) => typeof v === 'number');
}
