import { halfToFloat, upperHalfToFloat } from '@pose-distill/internal-formats';
import { NetworkError } from './error.js';

/** One tensor of a file. Halves are widened to `Float32Array`. */
export interface SafeTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data:
    | Float32Array
    | Float64Array
    | Int8Array
    | Uint8Array
    | Int16Array
    | Uint16Array
    | Int32Array
    | Uint32Array
    | BigInt64Array
    | BigUint64Array;
}

export interface SafeTensorsFile {
  readonly tensors: Readonly<Record<string, SafeTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Files with a longer header are refused, as the format's own reader does. */
const LARGEST_HEADER = 100_000_000;

const TYPES: Readonly<
  Record<string, { readonly bytes: number; readonly view: (b: ArrayBuffer) => SafeTensor['data'] }>
> = {
  F64: { bytes: 8, view: (b) => new Float64Array(b) },
  F32: { bytes: 4, view: (b) => new Float32Array(b) },
  F16: { bytes: 2, view: (b) => halfToFloat(new Uint16Array(b)) },
  BF16: { bytes: 2, view: (b) => upperHalfToFloat(new Uint16Array(b)) },
  I64: { bytes: 8, view: (b) => new BigInt64Array(b) },
  U64: { bytes: 8, view: (b) => new BigUint64Array(b) },
  I32: { bytes: 4, view: (b) => new Int32Array(b) },
  U32: { bytes: 4, view: (b) => new Uint32Array(b) },
  I16: { bytes: 2, view: (b) => new Int16Array(b) },
  U16: { bytes: 2, view: (b) => new Uint16Array(b) },
  I8: { bytes: 1, view: (b) => new Int8Array(b) },
  U8: { bytes: 1, view: (b) => new Uint8Array(b) },
  BOOL: { bytes: 1, view: (b) => new Uint8Array(b) },
};

/**
 * Reads a safetensors file. The header, every range, and that the tensors fill the file without gap or overlap are
 * checked before any tensor is made; the tensors are copies.
 *
 * @throws NetworkError BAD_FILE
 */
export function readSafetensors(file: Uint8Array): SafeTensorsFile {
  if (file.byteLength < 8) throw bad(`a header length of 8 bytes, the file has ${file.byteLength}`);
  const length = Number(
    new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true),
  );
  if (length > LARGEST_HEADER || 8 + length > file.byteLength)
    throw bad(`a header of ${length} bytes, the file has ${file.byteLength}`);
  const header = parseHeader(file.subarray(8, 8 + length));
  const body = file.subarray(8 + length);

  const metadata = readMetadata(header.__metadata__);
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => checkEntry(name, entry));
  let end = 0;
  for (const { name, from, to } of entries.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end)
      throw bad(`tensors without gap or overlap, '${name}' begins at ${from} instead of ${end}`);
    end = to;
  }
  if (end !== body.byteLength)
    throw bad(`${end} bytes of tensors behind the header, the file has ${body.byteLength}`);

  const tensors = entries.map(({ name, dtype, shape, from, to }): [string, SafeTensor] => {
    // Not slice: a Node Buffer's shares memory.
    const bytes = new Uint8Array(to - from);
    bytes.set(body.subarray(from, to));
    return [name, { dtype, shape, data: TYPES[dtype]!.view(bytes.buffer) }];
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw bad('a header of JSON in UTF-8');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw bad('an object as header');
  return header as Record<string, unknown>;
}

function readMetadata(metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  if (
    typeof metadata !== 'object' ||
    metadata === null ||
    !Object.values(metadata).every((value) => typeof value === 'string')
  )
    throw bad('__metadata__ of strings');
  return { ...metadata } as Record<string, string>;
}

function checkEntry(
  name: string,
  entry: unknown,
): { name: string; dtype: string; shape: readonly number[]; from: number; to: number } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(TYPES, dtype))
    throw bad(`'${name}' of a known type, got ${JSON.stringify(dtype)}`);
  const isWhole = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isWhole))
    throw bad(`'${name}' with a shape, got ${JSON.stringify(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isWhole))
    throw bad(`'${name}' with two data_offsets, got ${JSON.stringify(offsets)}`);
  const [from, to] = offsets as [number, number];
  const bytes = shape.reduce((product: number, n: number) => product * n, TYPES[dtype]!.bytes);
  if (to - from !== bytes)
    throw bad(`${bytes} bytes for '${name}' ${dtype} [${shape}], its range has ${to - from}`);
  return { name, dtype, shape, from, to };
}

/**
 * Writes float32 tensors, in the order given, as a safetensors file.
 *
 * @throws NetworkError SHAPE_MISMATCH when a shape and its data disagree.
 */
export function writeSafetensors(
  tensors: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
  >,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: [string, unknown][] = Object.keys(metadata).length
    ? [['__metadata__', metadata]]
    : [];
  let end = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const size = shape.reduce((product, n) => product * n, 1);
    if (size !== data.length || name === '__metadata__')
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `writeSafetensors: '${name}' of shape [${shape}] needs ${size} numbers, got ${data.length}`,
        { name, shape },
      );
    header.push([name, { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const length = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(length), true);
  file.set(json, 8);
  let offset = 8 + length;
  for (const { data } of Object.values(tensors)) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

function bad(expected: string): NetworkError {
  return new NetworkError('BAD_FILE', `readSafetensors: expected ${expected}`);
}
