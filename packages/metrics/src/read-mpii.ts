import { type MatValue, parseMat } from '@pose-distill/internal-formats';
import { fail } from './error.js';
import {
  type MpiiGroundTruth,
  type MpiiGroundTruthFields,
  mpiiGroundTruth,
} from './mpii-ground-truth.js';
import { isMat, readText, rereport, rowMajor } from './read-bytes.js';

const NUMBERS = { jnt_missing: 2, pos_gt_src: 3, headboxes_src: 3 } as const;

/**
 * MPII's validation ground truth for PCKh: HRNet's gt_valid.mat (or Tompson's detections_our_format.mat, which has the same fields), or
 * those fields as JSON. annot/valid.json does not do: it has no head boxes.
 *
 * @throws MetricsError `BAD_ANNOTATION`, `SHAPE_MISMATCH`
 * @example
 * const groundTruth = await readMpiiGroundTruth(await readFile('annot/gt_valid.mat'));
 */
export async function readMpiiGroundTruth(file: Uint8Array | string): Promise<MpiiGroundTruth> {
  if (typeof file === 'string' || !isMat(file))
    return mpiiGroundTruth(readText(file, 'groundTruth') as MpiiGroundTruthFields);
  const found = await rereport('groundTruth', () => parseMat(file));
  if ('RELEASE' in found) {
    const message =
      "MPII's own annotation file, which does not say who is in the validation list; give HRNet's gt_valid.mat";
    fail('BAD_ANNOTATION', 'groundTruth', message);
  }
  const fields: Record<string, unknown> = {};
  if (found.dataset_joints) fields.dataset_joints = texts(found.dataset_joints);
  for (const [name, axes] of Object.entries(NUMBERS)) {
    const value = found[name];
    if (!value) continue;
    if (value.kind !== 'numeric' && value.kind !== 'logical')
      return fail('BAD_ANNOTATION', name, `expected numbers, got a ${value.kind} array`);
    // MATLAB drops a last axis of length 1.
    const shape = [...value.shape, ...Array<number>(axes).fill(1)].slice(0, axes);
    fields[name] = nested(rowMajor(value.data, value.shape), shape);
  }
  return mpiiGroundTruth(fields as unknown as MpiiGroundTruthFields);
}

function texts(value: MatValue): string[] {
  if (value.kind === 'char') return value.rows.map((row) => row.trim());
  if (value.kind !== 'cell') return [];
  return Array.from({ length: value.length }, (_, i) => {
    const cell = value.get(i);
    return cell.kind === 'char' ? (cell.rows[0] ?? '') : '';
  });
}

/** Row-major numbers as lists of lists. */
function nested(data: ArrayLike<number>, shape: readonly number[]): unknown {
  const [length = 0, ...rest] = shape;
  const size = data.length / length;
  return Array.from({ length }, (_, i) => {
    const part = Array.prototype.slice.call(data, i * size, (i + 1) * size) as number[];
    return rest.length === 0 ? part[0] : nested(part, rest);
  });
}
