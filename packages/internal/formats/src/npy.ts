import { swapBytes } from './byte-order.js';
import { FormatError } from './format-error.js';
import { halfToNumber } from './half.js';
import type { NumberArray } from './number-array.js';

/** A NumPy array: values in C order. Halves are read as singles, booleans as 0 and 1. */
export interface NpyArray {
  readonly data: NumberArray;
  readonly shape: readonly number[];
}

const TYPES: Readonly<Record<string, (bytes: ArrayBuffer) => NpyArray['data']>> = {
  b1: (b) => new Uint8Array(b),
  u1: (b) => new Uint8Array(b),
  i1: (b) => new Int8Array(b),
  u2: (b) => new Uint16Array(b),
  i2: (b) => new Int16Array(b),
  f2: (b) => Float32Array.from(new Uint16Array(b), halfToNumber),
  u4: (b) => new Uint32Array(b),
  i4: (b) => new Int32Array(b),
  f4: (b) => new Float32Array(b),
  u8: (b) => new BigUint64Array(b),
  i8: (b) => new BigInt64Array(b),
  f8: (b) => new Float64Array(b),
};

/** Whether a file begins as a NumPy one does. */
export function isNpy(file: Uint8Array): boolean {
  return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, i) => file[i] === byte);
}

/**
 * Reads a NumPy file (format 1 to 3) of booleans, integers or floats of either byte order; Fortran order is turned into C order.
 *
 * @throws FormatError BAD_FORMAT, CUT_SHORT, UNSUPPORTED (other types, other versions).
 */
export function parseNpy(file: Uint8Array): NpyArray {
  const { header, from } = readHeader(file);
  const type = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const [, order, kind] = /^([<>|=])([biuf][1248])$/.exec(type ?? '') ?? [];
  const view = kind && TYPES[kind];
  if (!view)
    throw new FormatError(
      'UNSUPPORTED',
      `npy type ${type ?? /'descr':\s*(.{0,40})/.exec(header)?.[1] ?? '(none)'} is not read; save it with .astype('float32'), for example`,
      { type },
    );
  const listed = /'shape':\s*\(([\d\s,L]*)\)/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  if (listed === undefined || fortran === undefined)
    throw new FormatError('BAD_FORMAT', `not an npy file: its header is ${header.trim()}`);
  const shape = listed
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => Number.parseInt(part, 10));
  const size = Number(kind[1]);
  const bytes = shape.reduce((a, b) => a * b, 1) * size;
  if (file.length < from + bytes)
    throw new FormatError(
      'CUT_SHORT',
      `npy file is cut short: ${bytes} data bytes expected, ${file.length - from} found`,
      { expected: bytes, found: file.length - from },
    );
  // Not slice: a Node Buffer's shares memory.
  const copy = new Uint8Array(file.subarray(from, from + bytes));
  if (order === '>') swapBytes(copy, size);
  if (fortran === 'False' || shape.length < 2) return { data: view(copy.buffer), shape };
  return { data: view(toRowMajor(copy, shape, size).buffer), shape };
}

function readHeader(file: Uint8Array): { header: string; from: number } {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (!isNpy(file))
    throw new FormatError('BAD_FORMAT', 'not an npy file: the magic bytes are missing');
  if (file.length < 12) throw cutInHeader();
  const version = file[6]!;
  if (version < 1 || version > 3)
    throw new FormatError('UNSUPPORTED', `npy format ${version} is not read, only 1, 2 and 3`, {
      version,
    });
  const start = version === 1 ? 10 : 12;
  const from = start + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (file.length < from) throw cutInHeader();
  const coding = version === 3 ? 'utf-8' : 'latin1';
  return { header: new TextDecoder(coding).decode(file.subarray(start, from)), from };
}

function cutInHeader(): FormatError {
  return new FormatError('CUT_SHORT', 'npy file is cut short: it ends in its header');
}

/** Elements of `size` bytes, first index fastest, rearranged to last index fastest. */
function toRowMajor(
  bytes: Uint8Array<ArrayBuffer>,
  shape: readonly number[],
  size: number,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, size));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < out.length; to += size) {
    for (let i = 0; i < size; i++) out[to + i] = bytes[from + i]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
