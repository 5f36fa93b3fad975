import { DecodeError, requireInteger, requireLength } from './error.js';

/** An array [B, K, N] with its axes: one output of a network that gives no maps, e.g. of an ONNX session (its `dims`). */
export interface Vectors {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Checks vectors and gives their axes. @throws SHAPE_MISMATCH */
export function checkVectors(
  name: string,
  vectors: Vectors,
): { batch: number; keypointCount: number; length: number } {
  const { data, shape } = vectors;
  if (shape?.length !== 3) {
    throw new DecodeError(
      'SHAPE_MISMATCH',
      `${name} must have three axes, [B, K, N]; got [${shape?.join(', ')}]. Give the output's own shape.`,
      { name, shape },
    );
  }
  const [batch, keypointCount, length] = shape as readonly [number, number, number];
  requireInteger(`${name}.shape[0]`, batch, 0);
  requireInteger(`${name}.shape[1]`, keypointCount);
  requireInteger(`${name}.shape[2]`, length);
  const total = batch * keypointCount * length;
  requireLength(`${name}.data`, data.length, total, `shape [${shape.join(', ')}]`);
  return { batch, keypointCount, length };
}
