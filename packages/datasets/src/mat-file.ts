import { type MatValue, parseMat } from '@pose-distill/internal-formats';
import { DatasetError } from './error.js';

/**
 * Reads one variable of a MATLAB file. `read` is given it, because structs are looked into only when asked for, and may be
 * damaged there.
 * @throws DatasetError `BAD_ANNOTATION`
 */
export async function readMat<T>(
  bytes: Uint8Array,
  variable: string,
  file: string,
  read: (value: MatValue) => T,
): Promise<T> {
  try {
    const { [variable]: value } = await parseMat(bytes, { variables: [variable] });
    if (value) return read(value);
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    const message = `${file} cannot be read: ${(cause as Error).message}.`.replace(/\.\.$/, '.');
    throw new DatasetError('BAD_ANNOTATION', message, { file }, { cause });
  }
  const message = `${file} has no variable '${variable}'. Name the annotation file of the data set.`;
  throw new DatasetError('BAD_ANNOTATION', message, { file, variable });
}
