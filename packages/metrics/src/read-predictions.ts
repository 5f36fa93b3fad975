import { isNpy, parseMat, parseNpy } from '@pose-distill/internal-formats';
import { fail } from './error.js';
import type { FlatPosePredictions } from './pckh.js';
import { isMat, readText, rereport, rowMajor } from './read-bytes.js';

/**
 * Poses of N people: JSON `[N][K][2]` (or more than 2; null is not a number), plain or as `preds` of an object; a NumPy file of shape
 * [N,K,2]; or HRNet's pred.mat (its `preds`, whose first pixel is 1).
 *
 * @throws MetricsError `BAD_ANNOTATION` for a file that is none of these or cut short, `SHAPE_MISMATCH` for poses of different lengths.
 * @example
 * const predictions = await readPredictions(await readFile('pred.npy'));
 * evaluatePckh(groundTruth, predictions);
 */
export async function readPredictions(file: Uint8Array | string): Promise<FlatPosePredictions> {
  const path = 'predictions';
  if (typeof file !== 'string' && isNpy(file)) {
    const { data, shape } = await rereport(path, () => parseNpy(file));
    return checkShape({ data: Float64Array.from(data as ArrayLike<number>, Number), shape });
  }
  if (typeof file !== 'string' && isMat(file)) {
    const found = await rereport(path, () => parseMat(file));
    const preds = found.preds;
    if (preds?.kind !== 'numeric') {
      const message = `expected an array 'preds' in the MATLAB file, got ${Object.keys(found).join(', ')}`;
      return fail('BAD_ANNOTATION', path, message);
    }
    return checkShape({ data: rowMajor(preds.data, preds.shape), shape: preds.shape });
  }
  const value = readText(file, path);
  const named = typeof value === 'object' && value !== null && 'preds' in value;
  return fromNested(named ? value.preds : value);
}

function checkShape(predictions: FlatPosePredictions): FlatPosePredictions {
  const { shape } = predictions;
  if (shape.length === 3 && shape[2]! >= 2) return predictions;
  return fail('SHAPE_MISMATCH', 'predictions', `expected N x K x 2, got ${shape.join(' x ')}`);
}

function fromNested(value: unknown): FlatPosePredictions {
  const path = 'predictions';
  if (!Array.isArray(value)) fail('BAD_ANNOTATION', path, 'expected a list of poses: [N][K][2]');
  const people: unknown[] = value;
  const joints = lengthOf(people[0]);
  const size = lengthOf(people.length > 0 && joints > 0 ? (people[0] as unknown[])[0] : undefined);
  const data = new Float64Array(people.length * joints * size);
  people.forEach((pose, n) => {
    if (lengthOf(pose) !== joints) {
      const message = `expected ${joints} joints as the first pose has, got ${lengthOf(pose)}`;
      fail('SHAPE_MISMATCH', `${path}[${n}]`, message);
    }
    (pose as unknown[]).forEach((point, k) => {
      if (lengthOf(point) !== size || size < 2)
        fail('SHAPE_MISMATCH', `${path}[${n}][${k}]`, 'expected x and y');
      (point as unknown[]).forEach((number, d) => {
        if (number !== null && typeof number !== 'number')
          fail('BAD_ANNOTATION', `${path}[${n}][${k}][${d}]`, `expected a number or null`);
        data[(n * joints + k) * size + d] = (number as number | null) ?? Number.NaN;
      });
    });
  });
  return { data, shape: [people.length, joints, size] };
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
