import { FormatError } from './format-error.js';

/** One file of an archive; `bytes` is a view, nothing is copied. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const END_BYTES = 22;
const IN_EXTRA = 0xffffffff;

/** Whether a file begins as an archive with members does. */
export function isZip(file: Uint8Array): boolean {
  return [0x50, 0x4b, 3, 4].every((byte, i) => file[i] === byte);
}

/**
 * Lists the members of a zip archive (zip64 too) whose members are stored as they are, as PyTorch writes them. The central
 * directory and every range are checked before anything is returned.
 *
 * @throws FormatError BAD_FORMAT, CUT_SHORT; UNSUPPORTED for compressed or encrypted members
 */
export function readZip(file: Uint8Array): ZipMember[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const { count, from } = findDirectory(view);
  const members: ZipMember[] = [];
  let at = from;
  for (let i = 0; i < count; i++) {
    if (at + 46 > file.length || view.getUint32(at, true) !== CENTRAL)
      throw new FormatError('BAD_FORMAT', `zip: entry ${i} of ${count} is not where it should be`);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      view.getUint16(at + offset, true),
    ) as [number, number, number];
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > file.length) throw cutShort(`entry ${i} of its directory`);
    const name = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameLength));
    const method = view.getUint16(at + 10, true);
    if (method !== 0 || view.getUint16(at + 8, true) & 1)
      throw new FormatError(
        'UNSUPPORTED',
        `zip: '${name}' is ${method ? `compressed (method ${method})` : 'encrypted'}; pack it again without (zip -0)`,
        { name, method },
      );
    const extra = new DataView(view.buffer, view.byteOffset + at + 46 + nameLength, extraLength);
    members.push({ name, bytes: locate(file, view, at, extra, name) });
    at = next;
  }
  return members;
}

function findDirectory(view: DataView): { count: number; from: number } {
  const earliest = Math.max(0, view.byteLength - END_BYTES - 0xffff);
  for (let at = view.byteLength - END_BYTES; at >= earliest; at--) {
    if (view.getUint32(at, true) !== END) continue;
    const count = view.getUint16(at + 10, true);
    const from = view.getUint32(at + 16, true);
    const locator = at - 20;
    if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) return { count, from };
    const end = whole(view, locator + 8);
    if (end + 56 > view.byteLength || view.getUint32(end, true) !== END_64)
      throw new FormatError('BAD_FORMAT', 'zip: its zip64 end record is not where it should be');
    return { count: whole(view, end + 32), from: whole(view, end + 48) };
  }
  throw cutShort('its directory at the end');
}

/** The bytes of a member, found by the entry of the directory at `at`. */
function locate(
  file: Uint8Array,
  view: DataView,
  at: number,
  extra: DataView,
  name: string,
): Uint8Array {
  const [packed, size, offset] = [20, 24, 42].map((place) => view.getUint32(at + place, true)) as [
    number,
    number,
    number,
  ];
  const large = zip64Fields(extra);
  // The zip64 field holds only those of the three that did not fit, in this order.
  const bytes = size === IN_EXTRA ? large.shift() : size;
  const stored = packed === IN_EXTRA ? large.shift() : packed;
  const start = offset === IN_EXTRA ? large.shift() : offset;
  if (bytes === undefined || start === undefined || stored !== bytes)
    throw new FormatError('BAD_FORMAT', `zip: the sizes of '${name}' contradict each other`);
  if (start + 30 > file.length) throw cutShort(`'${name}'`);
  if (view.getUint32(start, true) !== LOCAL)
    throw new FormatError('BAD_FORMAT', `zip: '${name}' is not where the directory says`);
  const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  if (from + bytes > file.length) throw cutShort(`'${name}'`);
  return file.subarray(from, from + bytes);
}

function zip64Fields(extra: DataView): number[] {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === 1 && at + 4 + length <= extra.byteLength)
      return Array.from({ length: length >> 3 }, (_, i) => whole(extra, at + 4 + 8 * i));
    at += 4 + length;
  }
  return [];
}

const whole = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

function cutShort(what: string): FormatError {
  return new FormatError('CUT_SHORT', `zip: cut short, ${what} is missing`);
}
