import { FormatError } from './format-error.js';
import { type MatNumberClass, type MatNumbers, storedNumbers, toClass } from './mat-numbers.js';

/**
 * A MATLAB value. Elements are in column-major order, the first index fastest; `length` is the product of `shape`. Cells and
 * structs are read when asked for, so that a file of a million small arrays costs no more than its bytes.
 */
export type MatValue = MatNumeric | MatLogical | MatChar | MatCell | MatStruct;

export interface MatNumeric {
  readonly kind: 'numeric';
  readonly class: MatNumberClass;
  readonly shape: readonly number[];
  readonly data: MatNumbers;
  readonly imaginary?: MatNumbers;
}

export interface MatLogical {
  readonly kind: 'logical';
  readonly shape: readonly number[];
  /** 0 or 1. */
  readonly data: Uint8Array;
}

export interface MatChar {
  readonly kind: 'char';
  readonly shape: readonly number[];
  /** One text for each row, blanks at the end kept. */
  readonly rows: readonly string[];
}

export interface MatCell {
  readonly kind: 'cell';
  readonly shape: readonly number[];
  readonly length: number;
  get(index: number): MatValue;
}

export interface MatStruct {
  readonly kind: 'struct';
  readonly shape: readonly number[];
  readonly length: number;
  readonly fields: readonly string[];
  /** A field of the element `index` (default 0). @throws RangeError if there is none such. */
  get(field: string, index?: number): MatValue;
}

/** One element: its type, its data, and where the next begins. */
export interface MatElement {
  readonly type: number;
  readonly data: Uint8Array;
  readonly next: number;
}

const CLASS_NAMES: Readonly<Record<number, string>> = {
  1: 'cell',
  2: 'struct',
  3: 'object',
  4: 'char',
  5: 'sparse',
  6: 'double',
  7: 'single',
  8: 'int8',
  9: 'uint8',
  10: 'int16',
  11: 'uint16',
  12: 'int32',
  13: 'uint32',
  14: 'int64',
  15: 'uint64',
  16: 'function handle',
  17: 'object',
};
export const MATRIX = 14;
const LOGICAL = 0x200;
const COMPLEX = 0x800;

/** Reads the element at `from`; the whole of it must be there. */
export function readElement(bytes: Uint8Array, from: number, littleEndian: boolean): MatElement {
  if (from + 8 > bytes.length) throw cutShort(from + 8, bytes.length);
  const first = uint32(bytes, from, littleEndian);
  // Up to four bytes may stand in the tag itself.
  const small = first >>> 16;
  if (small > 4)
    throw new FormatError('BAD_FORMAT', `not a MATLAB element: a short one of ${small} bytes`);
  const size = small || uint32(bytes, from + 4, littleEndian);
  const start = small ? from + 4 : from + 8;
  if (start + size > bytes.length) throw cutShort(start + size, bytes.length);
  const type = small ? first & 0xffff : first;
  const padded = small ? from + 8 : type === 15 ? start + size : start + Math.ceil(size / 8) * 8;
  return { type, data: bytes.subarray(start, start + size), next: padded };
}

/** By hand: a DataView for each of a million small elements costs more than the rest. */
function uint32(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const [low, step] = littleEndian ? [at, 1] : [at + 3, -1];
  return (
    (bytes[low]! |
      (bytes[low + step]! << 8) |
      (bytes[low + 2 * step]! << 16) |
      (bytes[low + 3 * step]! << 24)) >>>
    0
  );
}

function cutShort(expected: number, found: number): FormatError {
  return new FormatError(
    'CUT_SHORT',
    `the MATLAB file is cut short: ${expected} bytes expected, ${found} found`,
    { expected, found },
  );
}

/** The name of a variable, and its value when asked for. */
export function readMatrix(
  bytes: Uint8Array,
  littleEndian: boolean,
  path?: string,
): { readonly name: string; value(): MatValue } {
  const flags = readElement(bytes, 0, littleEndian);
  if (flags.type !== 6 || flags.data.length !== 8)
    throw new FormatError('BAD_FORMAT', 'not a MATLAB array: it does not begin with its flags');
  const word = uint32(flags.data, 0, littleEndian);
  const className = CLASS_NAMES[word & 0xff] ?? `number ${word & 0xff}`;
  // Objects of MATLAB's own classes have no shape; their name comes first.
  const opaque = (word & 0xff) === 17;
  const dimensions = opaque ? undefined : readElement(bytes, flags.next, littleEndian);
  const naming = readElement(bytes, dimensions?.next ?? flags.next, littleEndian);
  const name = ascii(naming.data);
  return {
    name,
    value(): MatValue {
      const where = path ?? name;
      if (!dimensions || ['object', 'sparse', 'function handle'].includes(className))
        throw new FormatError(
          'UNSUPPORTED',
          `${where} is a MATLAB ${className}, which is not read; save it as a plain array or struct${className === 'sparse' ? ' (full(x))' : ''}`,
          { variable: where, class: className },
        );
      const shape = uint32s(dimensions.data, littleEndian);
      const rest = { bytes, from: naming.next, littleEndian, shape, where };
      if (className === 'cell') return readCell(rest);
      if (className === 'struct') return readStruct(rest);
      if (className === 'char') return readChar(rest);
      return readNumeric(rest, className, word);
    },
  };
}

interface Rest {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly littleEndian: boolean;
  readonly shape: readonly number[];
  readonly where: string;
}

function uint32s(bytes: Uint8Array, littleEndian: boolean): number[] {
  const values: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) values.push(uint32(bytes, at, littleEndian));
  return values;
}

function ascii(bytes: Uint8Array): string {
  return bytes.length < 4096
    ? String.fromCharCode(...bytes)
    : new TextDecoder('latin1').decode(bytes);
}

function lengthOf({ shape, where }: Rest, limit: number): number {
  const length = shape.reduce((a, b) => a * b, 1);
  if (length > limit)
    throw new FormatError(
      'BAD_FORMAT',
      `${where} claims ${shape.join('x')} elements, more than its bytes can hold`,
      { variable: where, shape },
    );
  return length;
}

function readNumeric(rest: Rest, className: string, flags: number): MatValue {
  const { bytes, from, littleEndian, shape, where } = rest;
  const real = readElement(bytes, from, littleEndian);
  if (!(className === 'double' || className === 'single' || /int\d+$/.test(className)))
    throw new FormatError('UNSUPPORTED', `${where} is of MATLAB class ${className}`, {
      variable: where,
    });
  const read = (element: MatElement): MatNumbers => {
    const stored = storedNumbers(element.type, element.data, littleEndian);
    const length = shape.reduce((a, b) => a * b, 1);
    if (stored.length !== length)
      throw new FormatError(
        'BAD_FORMAT',
        `${where} is ${shape.join('x')}, which is ${length} numbers; ${stored.length} are stored`,
        { variable: where, shape },
      );
    return toClass(stored, className as MatNumberClass);
  };
  const data = read(real);
  if (flags & LOGICAL) return { kind: 'logical', shape, data: Uint8Array.from(data, Number) };
  const numeric = { kind: 'numeric', class: className as MatNumberClass, shape, data } as const;
  if (!(flags & COMPLEX)) return numeric;
  return { ...numeric, imaginary: read(readElement(bytes, real.next, littleEndian)) };
}

function readChar(rest: Rest): MatChar {
  const { bytes, from, littleEndian, shape } = rest;
  const { type, data } = readElement(bytes, from, littleEndian);
  let text: string;
  if (type === 16)
    text = data.every((byte) => byte < 128) ? ascii(data) : new TextDecoder().decode(data);
  else if (type === 17) text = new TextDecoder(littleEndian ? 'utf-16le' : 'utf-16be').decode(data);
  else {
    const codes = storedNumbers(type === 18 ? 6 : type, data, littleEndian) as ArrayLike<number>;
    text = Array.from(codes, (code) =>
      code < 0x10000 ? String.fromCharCode(code) : String.fromCodePoint(code),
    ).join('');
  }
  const height = shape[0] ?? 0;
  if (height === 1) return { kind: 'char', shape, rows: [text] };
  const length = lengthOf(rest, data.length);
  // MATLAB counts UTF-16 units, others code points.
  const units = text.length === length ? text.split('') : Array.from(text);
  const rows = Array.from({ length: height }, (_, row) => {
    let line = '';
    for (let i = row; i < length; i += height) line += units[i] ?? '';
    return line;
  });
  return { kind: 'char', shape, rows };
}

const EMPTY: MatNumeric = {
  kind: 'numeric',
  class: 'double',
  shape: [0, 0],
  data: /* @__PURE__ */ new Float64Array(0),
};

/** Where each of `count` arrays begins that stand one behind the other. */
function indexArrays({ bytes, from, littleEndian }: Rest, count: number): Uint32Array {
  const places = new Uint32Array(count);
  let at = from;
  for (let i = 0; i < count; i++) {
    places[i] = at;
    at = readElement(bytes, at, littleEndian).next;
  }
  return places;
}

function readAt({ bytes, littleEndian }: Rest, at: number, path: string): MatValue {
  const { type, data } = readElement(bytes, at, littleEndian);
  if (type !== MATRIX)
    throw new FormatError('BAD_FORMAT', `${path}: an array expected, data type ${type} found`, {
      variable: path,
    });
  return data.length === 0 ? EMPTY : readMatrix(data, littleEndian, path).value();
}

function readCell(rest: Rest): MatCell {
  const length = lengthOf(rest, (rest.bytes.length - rest.from) / 8);
  const places = indexArrays(rest, length);
  return {
    kind: 'cell',
    shape: rest.shape,
    length,
    get(index: number): MatValue {
      const at = places[index];
      if (at === undefined) throw new RangeError(`${rest.where} has ${length} cells, not ${index}`);
      return readAt(rest, at, `${rest.where}{${index + 1}}`);
    },
  };
}

function readStruct(outer: Rest): MatStruct {
  const { bytes, littleEndian, shape, where } = outer;
  const widthElement = readElement(bytes, outer.from, littleEndian);
  const width = Number(storedNumbers(widthElement.type, widthElement.data, littleEndian)[0] ?? 0);
  const names = readElement(bytes, widthElement.next, littleEndian);
  if (names.data.length > 0 && !(width > 0 && names.data.length % width === 0))
    throw new FormatError('BAD_FORMAT', `${where}: names of fields of ${width} bytes`, {
      variable: where,
    });
  const fields: string[] = [];
  for (let i = 0; i < names.data.length; i += width)
    fields.push(ascii(names.data.subarray(i, i + width)).replace(/\0.*$/s, ''));
  const rest = { ...outer, from: names.next };
  const cells = (bytes.length - rest.from) / 8;
  const length = lengthOf(rest, fields.length > 0 ? cells / fields.length : 2 ** 32);
  const places = indexArrays(rest, length * fields.length);
  const columns = new Map(fields.map((field, i) => [field, i]));
  return {
    kind: 'struct',
    shape,
    length,
    fields,
    get(field: string, index = 0): MatValue {
      const column = columns.get(field);
      const at = column === undefined ? undefined : places[index * fields.length + column];
      if (at === undefined || index < 0 || index >= length)
        throw new RangeError(
          `${where} (${shape.join('x')}) has the fields ${fields.join(', ')}; no ${field} of element ${index}`,
        );
      return readAt(rest, at, `${where}${length > 1 ? `(${index + 1})` : ''}.${field}`);
    },
  };
}
