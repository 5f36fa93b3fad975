import { lsp14 } from '@pose-distill/skeletons';
import { show } from '../coco/report.js';
import {
  type CheckedAnnotations,
  type CheckOptions,
  type ParsedAnnotations,
  type ParseOptions,
  requireUsable,
} from '../parsed.js';
import { createPeople, type People } from '../people.js';

/** The variable `joints` of a `joints.mat`: values in MATLAB's order, the first axis fastest. */
export interface LspJoints {
  readonly data: ArrayLike<number>;
  /** [3, 14, N] for LSP, [14, 3, N] for its extension. */
  readonly shape: readonly number[];
}

export interface LspOptions extends CheckOptions {
  /** Name of picture i, counted from 1. @default 'im0001.jpg', 'im00001.jpg' for the extension */
  readonly fileName?: (number: number) => string;
  /** Pictures to take. @default all */
  readonly keep?: (file: string) => boolean;
}

const K = lsp14.keypoints.length;

/**
 * Reads the keypoints of Leeds Sports Pose or its extension: variable `joints` of `joints.mat`, one person a picture.
 *
 * LSP ([3, 14, N]: x, y, hidden) labels every keypoint; 1 marks the hidden ones. The extension ([14, 3, N]: x, y, labelled)
 * marks the labelled ones by 1. Neither has boxes or areas: the box is the extent of the labelled keypoints and an eighth of
 * its longer side all around, within the picture where its size is known; the area is 0.53 of that. Coordinates are taken as
 * counted from 0, as published code does; `base: 1` moves them by one pixel.
 *
 * @throws DatasetError `BAD_ANNOTATION`, as `parseCocoKeypoints`.
 * @see Johnson and Everingham, BMVC 2010 and CVPR 2011
 * @example
 * const { samples } = parseLsp({ data, shape: [3, 14, 2000] });
 * samples[0].file; // 'im0001.jpg'
 */
export function parseLsp(
  joints: LspJoints,
  options: LspOptions & ParseOptions = {},
): ParsedAnnotations {
  return requireUsable(checkLsp(joints, options), options);
}

/** As `parseLsp`, but reports problems as data and never throws. */
export function checkLsp(joints: LspJoints, options: LspOptions = {}): CheckedAnnotations {
  return gatherLsp(joints, options).finish(options.imageSize);
}

/** The people of a file, before it is known how large the pictures are. */
export function gatherLsp(joints: LspJoints, options: Omit<LspOptions, 'imageSize'> = {}): People {
  const people = createPeople(lsp14);
  const { data, shape } = joints;
  const [first, second, count = 1] = shape;
  const extended = first === K && second === 3;
  const fits = data.length === 3 * K * count && shape.length <= 3;
  if (!fits || !(extended || (first === 3 && second === K))) {
    const got = `${show(shape)} with ${data.length} values`;
    people.report.error('NOT_LSP', 'joints', `expected [3, ${K}, N] or [${K}, 3, N], got ${got}`);
    return people;
  }
  const { base = 0, fileName = defaultName(extended ? 5 : 4), keep = () => true } = options;
  const [byKeypoint, byValue] = extended ? [1, K] : [3, 1];
  for (let n = 0; n < count; n++) {
    const file = fileName(n + 1);
    if (!keep(file)) continue;
    const keypoints = new Float64Array(2 * K);
    const visibility = new Uint8Array(K);
    let bad: number | undefined;
    for (let k = 0; k < K; k++) {
      const at = 3 * K * n + byKeypoint * k;
      const flag = data[at + 2 * byValue]!;
      keypoints[2 * k] = data[at]! - base;
      keypoints[2 * k + 1] = data[at + byValue]! - base;
      if (flag !== 0 && flag !== 1) bad ??= flag;
      visibility[k] = extended ? 2 * flag : 2 - flag;
    }
    const path = `joints(:, :, ${n + 1})`;
    if (bad !== undefined) {
      people.report.error('BAD_VISIBILITY', path, `expected a flag 0 or 1, got ${bad}`);
      people.add(false);
    } else people.add({ path, file, id: n + 1, keypoints, visibility });
  }
  return people;
}

function defaultName(digits: number): (number: number) => string {
  return (number) => `im${String(number).padStart(digits, '0')}.jpg`;
}
