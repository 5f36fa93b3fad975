/** A NumPy array: values in C order. */
export interface NpyArray {
  readonly data: Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;
  readonly shape: readonly number[];
}

const READERS: Record<string, { bytes: number; view: (b: ArrayBuffer) => NpyArray['data'] }> = {
  '<f4': { bytes: 4, view: (b) => new Float32Array(b) },
  '<f8': { bytes: 8, view: (b) => new Float64Array(b) },
  '|u1': { bytes: 1, view: (b) => new Uint8Array(b) },
  '|b1': { bytes: 1, view: (b) => new Uint8Array(b) },
  '<i4': { bytes: 4, view: (b) => new Int32Array(b) },
  '<i8': { bytes: 8, view: (b) => new BigInt64Array(b) },
};

/** Reads a NumPy 1.0 or 2.0 file in C order, little endian. Throws an Error that says what is wrong with it. */
export function parseNpy(file: Uint8Array): NpyArray {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (
    file.length < 12 ||
    file[0] !== 0x93 ||
    String.fromCharCode(...file.subarray(1, 6)) !== 'NUMPY'
  )
    throw new Error('not an npy file: the magic bytes are missing');
  const wide = file[6]! >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new TextDecoder('latin1').decode(file.subarray(start, start + length));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? '';
  const reader = READERS[type];
  if (!reader) throw new Error(`npy type ${type || '(none)'} is not supported`);
  if (/'fortran_order':\s*True/.test(header))
    throw new Error('npy file is in Fortran order; save it in C order');
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map(Number);
  const bytes = shape.reduce((a, b) => a * b, 1) * reader.bytes;
  const from = start + length;
  if (file.length < from + bytes)
    throw new Error(
      `npy file is cut short: ${bytes} data bytes expected, ${file.length - from} found`,
    );
  // Not slice: a Node Buffer's shares memory.
  const copy = new Uint8Array(file.subarray(from, from + bytes));
  return { data: reader.view(copy.buffer), shape };
}
