import { DecodeError, requireLength } from './error.js';

/** Throws unless flip indices name each keypoint once. @throws SHAPE_MISMATCH, OUT_OF_RANGE */
export function checkFlipIndices(flipIndices: ArrayLike<number>, keypointCount: number): void {
  requireLength('flipIndices', flipIndices.length, keypointCount, 'one per keypoint');
  const sorted = Array.from(flipIndices).sort((a, b) => a - b);
  if (sorted.some((index, i) => index !== i)) {
    throw new DecodeError(
      'OUT_OF_RANGE',
      `flipIndices must hold each of 0..${keypointCount - 1} once; got [${Array.from(flipIndices).join(', ')}].`,
      { flipIndices: Array.from(flipIndices) },
    );
  }
}

/** The array of `out` or a new one, of the length of what is mirrored and not that array itself. */
export function prepareMirror(source: Float32Array, out: Float32Array | undefined): Float32Array {
  const result = out ?? new Float32Array(source.length);
  requireLength('out', result.length, source.length, 'as many as what is mirrored');
  if (result.buffer === source.buffer && result.byteOffset === source.byteOffset) {
    throw new DecodeError('OUT_OF_RANGE', 'out must not be the array that is mirrored.', {});
  }
  return result;
}

/** Throws SHAPE_MISMATCH unless what is averaged has one shape. */
export function requireSameShape(
  name: string,
  shape: readonly number[],
  mirrored: readonly number[],
): void {
  if (shape.length === mirrored.length && shape.every((n, i) => n === mirrored[i])) return;
  throw new DecodeError(
    'SHAPE_MISMATCH',
    `${name} of the picture and of its mirror image must agree; got [${shape.join(', ')}] and [${mirrored.join(', ')}].`,
    { shape, mirrored },
  );
}
