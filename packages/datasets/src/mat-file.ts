import { type MatValue, parseMat } from '@pose-distill/internal-formats';
import { DatasetError } from './error.js';

/** One variable of a MATLAB file. @throws DatasetError `BAD_ANNOTATION` */
export async function readMat<Name extends string>(
  bytes: Uint8Array,
  variable: Name,
  file = 'The annotation file',
): Promise<Record<Name, MatValue>> {
  let variables: Record<string, MatValue>;
  try {
    variables = await parseMat(bytes, { variables: [variable] });
  } catch (cause) {
    const message = `${file} cannot be read: ${(cause as Error).message}`;
    throw new DatasetError('BAD_ANNOTATION', message, { file }, { cause });
  }
  if (variables[variable]) return variables as Record<Name, MatValue>;
  const message = `${file} has no variable '${variable}'. Name the annotation file of the data set.`;
  throw new DatasetError('BAD_ANNOTATION', message, { file, variable });
}
