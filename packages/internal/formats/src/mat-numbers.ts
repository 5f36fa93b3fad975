import { swapBytes } from './byte-order.js';
import { FormatError } from './format-error.js';
import type { NumberArray } from './number-array.js';

/** Numbers of a MATLAB array, in the type of its class. */
export type MatNumbers = NumberArray;

interface NumberType {
  readonly size: number;
  /** A view of bytes in this machine's order. */
  view(buffer: ArrayBuffer): MatNumbers;
}

const type = (size: number, view: (buffer: ArrayBuffer) => MatNumbers): NumberType => ({
  size,
  view,
});

/** Types of stored data by their number in the file (miINT8 ...). */
const STORED: Readonly<Record<number, NumberType>> = {
  1: type(1, (b) => new Int8Array(b)),
  2: type(1, (b) => new Uint8Array(b)),
  3: type(2, (b) => new Int16Array(b)),
  4: type(2, (b) => new Uint16Array(b)),
  5: type(4, (b) => new Int32Array(b)),
  6: type(4, (b) => new Uint32Array(b)),
  7: type(4, (b) => new Float32Array(b)),
  9: type(8, (b) => new Float64Array(b)),
  12: type(8, (b) => new BigInt64Array(b)),
  13: type(8, (b) => new BigUint64Array(b)),
};

/** A copy of stored numbers, as they are stored: MATLAB keeps whole doubles as bytes where they fit. */
export function storedNumbers(code: number, bytes: Uint8Array, littleEndian: boolean): MatNumbers {
  const stored = STORED[code];
  if (!stored || bytes.length % stored.size !== 0)
    throw new FormatError('BAD_FORMAT', `not numbers: data type ${code}, ${bytes.length} bytes`, {
      dataType: code,
    });
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  if (!littleEndian) swapBytes(new Uint8Array(copy), stored.size);
  return stored.view(copy);
}

export type MatNumberClass =
  | 'double'
  | 'single'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64';

const CLASSES = {
  double: Float64Array,
  single: Float32Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
} as const satisfies Record<MatNumberClass, unknown>;

/** Stored numbers in the type of their array's class. */
export function toClass(numbers: MatNumbers, name: MatNumberClass): MatNumbers {
  const Class = CLASSES[name];
  if (numbers instanceof Class) return numbers;
  if (Class === BigInt64Array || Class === BigUint64Array)
    return Class.from(Array.from(numbers as ArrayLike<number>, BigInt));
  return (Class as Float64ArrayConstructor).from(numbers as ArrayLike<number>, Number);
}
