import { collectProblems, fail, type Problems } from './error.js';

/** What PCKh needs to know of N people of MPII's validation list. Coordinates are MPII's own: image pixels, the first one 1. */
export interface MpiiGroundTruth {
  /** N */
  readonly people: number;
  /** [K]: MPII's short names in the order of the joints: `rank`, `rkne`, ... */
  readonly jointNames: readonly string[];
  /** [N,K,2]; what stands at a joint that is not annotated is not read. */
  readonly keypoints: ArrayLike<number>;
  /** [N,K]: 1 for an annotated joint, hidden or not, else 0. */
  readonly annotated: ArrayLike<number>;
  /** [N,4]: left, top, right, bottom of the head. */
  readonly headBoxes: ArrayLike<number>;
}

/** HRNet's gt_valid.mat as plain arrays: `jnt_missing` [K][N], `pos_gt_src` [K][2][N], `headboxes_src` [2][2][N]. */
export interface MpiiGroundTruthFields {
  readonly dataset_joints: readonly string[];
  readonly jnt_missing: readonly (readonly number[])[];
  readonly pos_gt_src: readonly (readonly (readonly (number | null)[])[])[];
  readonly headboxes_src: readonly (readonly (readonly number[])[])[];
}

/**
 * The ground truth of HRNet's gt_valid.mat from its fields as plain arrays (as JSON has them), person by person.
 *
 * @throws MetricsError `BAD_ANNOTATION` for a missing field or a flag that is neither 0 nor 1, `SHAPE_MISMATCH`
 * @example
 * mpiiGroundTruth(JSON.parse(text)).people; // 2958
 */
export function mpiiGroundTruth(fields: MpiiGroundTruthFields): MpiiGroundTruth {
  checkFields(fields);
  const { dataset_joints: names, jnt_missing, pos_gt_src, headboxes_src } = fields;
  const people = jnt_missing[0]?.length ?? 0;
  const joints = names.length;
  const problems = collectProblems();
  checkTable(jnt_missing, [joints, people], 'jnt_missing', problems);
  checkTable(pos_gt_src, [joints, 2, people], 'pos_gt_src', problems);
  checkTable(headboxes_src, [2, 2, people], 'headboxes_src', problems);
  problems.throwIfAny();

  const keypoints = new Float64Array(people * joints * 2);
  const annotated = new Uint8Array(people * joints);
  const headBoxes = new Float64Array(people * 4);
  for (let n = 0; n < people; n++) {
    for (let k = 0; k < joints; k++) {
      const missing = jnt_missing[k]![n]!;
      if (missing !== 0 && missing !== 1)
        problems.add(
          'BAD_ANNOTATION',
          `jnt_missing[${k}][${n}]`,
          `expected 0 or 1, got ${missing}`,
        );
      annotated[n * joints + k] = missing === 0 ? 1 : 0;
      for (let d = 0; d < 2; d++)
        keypoints[2 * (n * joints + k) + d] = pos_gt_src[k]![d]![n] ?? Number.NaN;
    }
    for (let corner = 0; corner < 2; corner++)
      for (let d = 0; d < 2; d++)
        headBoxes[4 * n + 2 * corner + d] = headboxes_src[corner]![d]![n]!;
  }
  problems.throwIfAny();
  return { people, jointNames: names, keypoints, annotated, headBoxes };
}

const FIELDS = ['dataset_joints', 'jnt_missing', 'pos_gt_src', 'headboxes_src'] as const;

function checkFields(fields: MpiiGroundTruthFields): void {
  const given: unknown = fields;
  if (Array.isArray(given)) {
    const message =
      'a list, perhaps annot/valid.json: it has no head boxes, which PCKh is measured in; give gt_valid.mat or its fields as JSON';
    fail('BAD_ANNOTATION', 'groundTruth', message);
  }
  const has = (name: string): boolean =>
    typeof given === 'object' && given !== null && Array.isArray((given as never)[name]);
  const missing = FIELDS.filter((name) => !has(name));
  if (missing.length > 0) {
    const message = `expected the fields of HRNet's gt_valid.mat; no ${missing.join(', no ')}`;
    fail('BAD_ANNOTATION', 'groundTruth', message);
  }
}

function checkTable(
  table: unknown,
  shape: readonly number[],
  path: string,
  problems: Problems,
): void {
  const [length, ...rest] = shape;
  const found = Array.isArray(table) ? `${table.length}` : 'none';
  if (!Array.isArray(table) || table.length !== length) {
    problems.add('SHAPE_MISMATCH', path, `expected ${length} entries, got ${found}`);
    return;
  }
  if (rest.length > 0) {
    for (const [i, part] of table.entries()) checkTable(part, rest, `${path}[${i}]`, problems);
  }
}
