import { FormatError } from '@pose-distill/internal-formats';
import { fail } from './error.js';

/** Whether a file is a MATLAB or HDF5 one. */
export function isMat(file: Uint8Array): boolean {
  const start = String.fromCharCode(...file.subarray(0, 6));
  return start === 'MATLAB' || start.startsWith('\x89HDF') || file.subarray(0, 4).includes(0);
}

/** Does something with a file; what is wrong with it is said as a MetricsError. */
export async function rereport<T>(path: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FormatError) fail('BAD_ANNOTATION', path, error.message);
    throw error;
  }
}

/** The value of a JSON text or of its UTF-8 bytes. */
export function readText(file: Uint8Array | string, path: string): unknown {
  const text = typeof file === 'string' ? file : new TextDecoder().decode(file);
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    const nan = /[[,\s](NaN|-?Infinity)/.exec(text.slice(0, 1e6))?.[1];
    const why = nan ? `${nan}, which JSON does not have; write null` : (error as Error).message;
    const message = `neither a known binary file nor JSON (${text.length} characters): ${why}`;
    return fail('BAD_ANNOTATION', path, message);
  }
}

/** Numbers with the first index fastest as numbers with the last index fastest. */
export function rowMajor(data: ArrayLike<number | bigint>, shape: readonly number[]): Float64Array {
  const out = new Float64Array(data.length);
  const index = shape.map(() => 0);
  for (let to = 0; to < out.length; to++) {
    let from = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) from = from * shape[axis]! + index[axis]!;
    out[to] = Number(data[from]);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--)
      index[axis] = 0;
  }
  return out;
}
