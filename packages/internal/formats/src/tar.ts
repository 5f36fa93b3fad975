import { createByteReader } from './byte-reader.js';
import { safeName, TarError } from './tar-name.js';

/** One regular file of a tar archive. */
export interface TarMember {
  readonly name: string;
  /** Its bytes, in memory of their own. */
  readonly data: Uint8Array;
  /** Where its header begins in the archive. */
  readonly offset: number;
}

export interface ReadTarOptions {
  /** Members that state more bytes are refused. @default 2 ** 30 */
  readonly largestMember?: number;
}

const BLOCK = 512;
const FILES = new Set(['0', '\0', '7']);
/** Names longer than this are nobody's; a forged length must not fill the memory. */
const LONGEST_HEADER = 2 ** 20;

/**
 * Reads the regular files of a tar archive in sequence: v7, ustar, pax (long names, sizes) and GNU (long names, base-256
 * sizes). Folders are passed over. One member is in memory at a time.
 *
 * @throws TarError for a header whose checksum is wrong, an archive that is cut short or compressed, links, devices and
 * sparse files, and for names that lead out of a folder
 */
export async function* readTar(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { largestMember = 2 ** 30 }: ReadTarOptions = {},
): AsyncGenerator<TarMember, void, undefined> {
  const input = createByteReader(source);
  const shared = new Map<string, string>(); // of global pax headers
  let own = new Map<string, string>();
  let start = -1; // of the first header that belongs to the next member
  try {
    for (;;) {
      const offset = input.offset;
      const block = await input.take(BLOCK);
      if (block.length < BLOCK) throw cutShort(offset, block.length);
      if (block.every((byte) => byte === 0)) {
        if (start >= 0) throw new TarError('a long name without its member', start);
        return;
      }
      const header = parseHeader(block, offset);
      if (start < 0) start = offset;
      const { type } = header;
      const extra = type === 'x' || type === 'g' || type === 'L' || type === 'K';
      const pax = extra ? undefined : (own.get('size') ?? shared.get('size'));
      const size = sizeOf(pax, header.size, offset);
      const limit = extra ? LONGEST_HEADER : largestMember;
      if (size > limit) {
        throw new TarError(`a member of ${size} bytes; at most ${limit} are read`, offset);
      }
      const data = await input.take(size);
      const padding = -data.length & (BLOCK - 1);
      if (data.length < size || (await input.take(padding)).length < padding) {
        throw cutShort(offset, input.offset - offset);
      }
      if (type === 'x') readPax(data, own, offset);
      else if (type === 'g') readPax(data, shared, offset);
      else if (type === 'L') own.set('path', text(data));
      else if (type !== 'K') {
        const name = own.get('path') ?? shared.get('path') ?? header.name;
        if ([...own.keys(), ...shared.keys()].some((key) => key.startsWith('GNU.sparse')))
          throw new TarError(`${name} is a sparse file`, offset);
        own = new Map();
        const folder = type === '5' || name.endsWith('/');
        if (!folder) {
          if (!FILES.has(type))
            throw new TarError(`${name} is no regular file (type '${type}')`, offset);
          yield { name: safeName(name, offset), data, offset: start };
        }
        start = -1;
      }
    }
  } finally {
    await input.close();
  }
}

interface Header {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

function parseHeader(block: Uint8Array, offset: number): Header {
  let sum = 0;
  let signed = 0; // some old writers added signed bytes
  for (let i = 0; i < BLOCK; i++) {
    const byte = i >= 148 && i < 156 ? 32 : block[i]!;
    sum += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const stated = octal(block.subarray(148, 156));
  if (stated !== sum && stated !== signed) throw notTar(block, offset);
  const size = numeric(block.subarray(124, 136));
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new TarError('the size in a header is not a number', offset);
  }
  const posix = text(block.subarray(257, 263)) === 'ustar' && block[262] === 0;
  const prefix = posix ? text(block.subarray(345, 500)) : '';
  const name = text(block.subarray(0, 100));
  const type = String.fromCharCode(block[156]!);
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type };
}

function notTar(block: Uint8Array, offset: number): TarError {
  if (offset > 0)
    return new TarError('a header whose checksum is wrong: the archive is damaged', offset);
  const compressed = block[0] === 0x1f && block[1] === 0x8b;
  const reason = compressed ? 'compressed with gzip; decompress it first' : 'no tar archive';
  return new TarError(reason, offset);
}

function cutShort(offset: number, bytes: number): TarError {
  const what = bytes === 0 ? 'its end mark is missing' : `its last member has ${bytes} bytes only`;
  return new TarError(`cut short: ${what}`, offset);
}

/** Octal digits between spaces or zeros, or base 256 behind a set top bit (GNU). */
function numeric(field: Uint8Array): number {
  if (field[0]! < 0x80) return octal(field);
  let value = field[0]! & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  return value;
}

function octal(field: Uint8Array): number {
  const digits = /^ *([0-7]*)[ \0]*$/.exec(String.fromCharCode(...field))?.[1];
  return digits === undefined ? Number.NaN : Number.parseInt(`0${digits}`, 8);
}

function sizeOf(pax: string | undefined, inHeader: number, offset: number): number {
  if (pax === undefined) return inHeader;
  if (/^\d{1,15}$/.test(pax)) return Number(pax);
  throw new TarError(`the size in a pax header is '${pax}'`, offset);
}

/** `length key=value\n` records; the length counts the whole record in bytes. An empty value takes a key back. */
function readPax(data: Uint8Array, into: Map<string, string>, offset: number): void {
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(32, at);
    const length = Number(text(data.subarray(at, space < 0 ? at : space)));
    const record = data.subarray(space + 1, at + length - 1);
    const equals = record.indexOf(61);
    const whole = length > 0 && at + length <= data.length && data[at + length - 1] === 10;
    if (!whole || equals < 1) throw new TarError('a pax header that cannot be read', offset);
    const value = new TextDecoder().decode(record.subarray(equals + 1));
    const key = text(record.subarray(0, equals));
    if (value === '') into.delete(key);
    else into.set(key, value);
    at += length;
  }
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
