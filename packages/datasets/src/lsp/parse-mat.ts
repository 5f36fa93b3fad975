import { DatasetError } from '../error.js';
import { readMat } from '../mat-file.js';
import type { CheckedAnnotations, ParseOptions } from '../parsed.js';
import { checkLsp, type LspJoints, type LspOptions } from './parse.js';

/** The variable `joints` of the file `joints.mat`. @throws DatasetError `BAD_ANNOTATION` for another file or MATLAB version */
export async function readLspJoints(
  bytes: Uint8Array,
  file: string = 'The annotation file',
): Promise<LspJoints> {
  return readMat(bytes, 'joints', file, (joints) => {
    if (joints.kind === 'numeric') {
      return { data: joints.data as ArrayLike<number>, shape: joints.shape };
    }
    const message = `${file}: expected numbers in 'joints', got a ${joints.kind}.`;
    throw new DatasetError('BAD_ANNOTATION', message, { file });
  });
}

/** As `checkLsp`, from the bytes of `joints.mat`. */
export async function checkLspMat(
  bytes: Uint8Array,
  options: LspOptions & Pick<ParseOptions, 'file'> = {},
): Promise<CheckedAnnotations> {
  return checkLsp(await readLspJoints(bytes, options.file), options);
}
