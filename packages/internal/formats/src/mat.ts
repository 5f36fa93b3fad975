import { FormatError } from './format-error.js';
import { MATRIX, type MatElement, type MatValue, readElement, readMatrix } from './mat-value.js';

export interface MatOptions {
  /** Names of the variables to read; others are passed over. Default: all. */
  readonly variables?: readonly string[];
}

const COMPRESSED = 15;

/**
 * Reads the variables of a MATLAB 5 file (what MATLAB saves with `-v6` or `-v7`, and SciPy): numeric, logical, char, cell and struct
 * arrays, compressed or not, of either byte order.
 *
 * @throws FormatError BAD_FORMAT, CUT_SHORT; UNSUPPORTED for MATLAB 4 and 7.3 files, sparse arrays, objects and function handles (of
 * the latter three inside a struct or cell only when they are asked for).
 */
export async function parseMat(
  file: Uint8Array,
  { variables }: MatOptions = {},
): Promise<Record<string, MatValue>> {
  const littleEndian = readHeader(file);
  const found: [string, MatValue][] = [];
  for (let at = 128; at < file.length; ) {
    const element = readElement(file, at, littleEndian);
    const { type, data } = await inflate(element, littleEndian);
    at = element.next;
    if (type !== MATRIX || data.length === 0) continue;
    const matrix = readMatrix(data, littleEndian);
    // MATLAB keeps data of its own in an array without a name.
    if (matrix.name === '' || (variables && !variables.includes(matrix.name))) continue;
    found.push([matrix.name, matrix.value()]);
  }
  return Object.fromEntries(found);
}

/** Whether the file is little endian. */
function readHeader(file: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(file.subarray(0, 116));
  const hdf = file[0] === 0x89 && text.startsWith('HDF', 1);
  if (hdf || text.startsWith('MATLAB 7.3'))
    throw new FormatError(
      'UNSUPPORTED',
      'a MATLAB 7.3 (HDF5) file, which is not read; save it in MATLAB with save(name, vars, "-v7")',
      { version: '7.3' },
    );
  // A MATLAB 4 file begins with small numbers, a MATLAB 5 file with text.
  if (file.length >= 20 && file.subarray(0, 4).includes(0))
    throw new FormatError(
      'UNSUPPORTED',
      'a MATLAB 4 file, or none at all; save it in MATLAB with save(name, vars, "-v7")',
      { version: '4' },
    );
  if (file.length < 128)
    throw new FormatError('CUT_SHORT', `a MATLAB file has 128 bytes at least, not ${file.length}`, {
      expected: 128,
      found: file.length,
    });
  const order = String.fromCharCode(file[126]!, file[127]!);
  const version = order === 'IM' ? file[125]! : file[124]!;
  if ((order !== 'IM' && order !== 'MI') || version !== 1)
    throw new FormatError(
      'BAD_FORMAT',
      `not a MATLAB 5 file: its header says version ${version}, byte order ${JSON.stringify(order)}`,
    );
  return order === 'IM';
}

async function inflate(element: MatElement, littleEndian: boolean): Promise<MatElement> {
  if (element.type !== COMPRESSED) return element;
  let bytes: ArrayBuffer;
  try {
    const packed = new Blob([new Uint8Array(element.data)]).stream();
    bytes = await new Response(
      packed.pipeThrough(new DecompressionStream('deflate')),
    ).arrayBuffer();
  } catch (cause) {
    throw new FormatError(
      'BAD_FORMAT',
      `a compressed variable of the MATLAB file does not inflate: ${(cause as Error).message}`,
    );
  }
  return readElement(new Uint8Array(bytes), 0, littleEndian);
}
