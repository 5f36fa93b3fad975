import { FormatError } from './format-error.js';
import { type JsonRecordPlaces, notJson, parseBlock, parseOne, where } from './json-block.js';
import { beginValue, scanValue, type ValueScan } from './json-values.js';

/** Who is told what a JSON document holds. `member` is null when the document itself is the array. */
export interface JsonRecordHandlers {
  /** Members of the document that are wanted; others are passed over without being parsed or checked. Default: all. */
  readonly members?: readonly string[];
  /** A block of records in the order of the file, the first of them with index `firstIndex`; an empty array gives one empty block. */
  records?(
    member: string | null,
    records: unknown[],
    firstIndex: number,
    places: JsonRecordPlaces,
  ): void;
  /** Instead of `records`: a block unparsed, from its first record's first byte to its last record's last. The bytes are overwritten after the call. */
  bytes?(
    member: string | null,
    bytes: Uint8Array,
    firstIndex: number,
    places: JsonRecordPlaces,
  ): void;
  /** A wanted member that is not an array. */
  value?(member: string, value: unknown): void;
}

export interface JsonRecordOptions {
  /** Bytes of records after which a block is handed over. Default 1 MiB. */
  readonly blockBytes?: number;
}

/** What a document was made of. */
export interface JsonRecordSummary {
  readonly root: 'array' | 'object';
  /** Bytes of the document. */
  readonly bytes: number;
  /** Records of each array that was read; null stands for a member that is not an array. The key null is the document itself. */
  readonly counts: ReadonlyMap<string | null, number | null>;
}

/** A reader that is given the bytes of a document piece by piece. */
export interface JsonRecordReader {
  write(piece: Uint8Array): void;
  /** Says that the document is over. */
  end(): JsonRecordSummary;
}

/**
 * Reads a JSON document that is an array of records, or an object with arrays of records among its members, without holding it
 * whole: memory grows with a block and with the largest single record.
 *
 * @throws FormatError BAD_FORMAT (not JSON, a second member of one name, something behind the end), CUT_SHORT; `details` has
 * `offset`, `member`, `record`. Blocks before the error have been handed over.
 */
export async function readJsonRecords(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  handlers: JsonRecordHandlers,
  options: JsonRecordOptions = {},
): Promise<JsonRecordSummary> {
  const reader = createJsonRecordReader(handlers, options);
  for await (const piece of source) reader.write(piece);
  return reader.end();
}

type State =
  | 'start'
  | 'first key'
  | 'key'
  | 'colon'
  | 'member value'
  | 'after member'
  | 'first record'
  | 'record'
  | 'after record'
  | 'end';
type Purpose = 'key' | 'record' | 'value' | 'nothing';

const EXPECTED: Record<State, string> = {
  start: 'an array or an object',
  'first key': 'a member name or }',
  key: 'a member name',
  colon: 'a colon',
  'member value': 'a value',
  'after member': 'a comma or }',
  'first record': 'a record or ]',
  record: 'a record',
  'after record': 'a comma or ]',
  end: 'nothing more',
};
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** {@link readJsonRecords} for a caller that has the pieces itself. */
export function createJsonRecordReader(
  handlers: JsonRecordHandlers,
  { blockBytes = 1 << 20 }: JsonRecordOptions = {},
): JsonRecordReader {
  const wanted = handlers.members && new Set(handlers.members);
  const seen = new Set<string>();
  const counts = new Map<string | null, number | null>();
  let root: 'array' | 'object' | undefined;

  let buffer = new Uint8Array(Math.max(blockBytes, 1 << 12) + (1 << 17));
  let used = 0;
  let position = 0;
  /** Offset in the document of the buffer's first byte. */
  let base = 0;

  let state: State = 'start';
  let member: string | null = null;
  let scan: ValueScan | undefined;
  let purpose: Purpose = 'nothing';
  let valueStart = 0;
  let starts: number[] = [];
  let ends: number[] = [];
  let firstIndex = 0;

  /** Everything before this place in the buffer is done with. */
  function keepFrom(): number {
    if (starts.length > 0) return starts[0]!;
    return scan && purpose !== 'nothing' ? valueStart : Math.min(position, used);
  }

  function append(piece: Uint8Array): void {
    if (used + piece.length > buffer.length) {
      const from = keepFrom();
      const needed = used - from + piece.length;
      const roomy =
        needed > buffer.length / 2 ? new Uint8Array(Math.max(needed, buffer.length) * 2) : buffer;
      if (roomy === buffer) buffer.copyWithin(0, from, used);
      else roomy.set(buffer.subarray(from, used));
      buffer = roomy;
      base += from;
      used -= from;
      position -= from;
      valueStart -= from;
      starts = starts.map((at) => at - from);
      ends = ends.map((at) => at - from);
    }
    buffer.set(piece, used);
    used += piece.length;
  }

  function unexpected(at: number): FormatError {
    const index = state.endsWith('record') ? firstIndex + starts.length : undefined;
    const byte = buffer[at]!;
    const shown = byte > 32 && byte < 127 ? String.fromCharCode(byte) : `byte ${byte}`;
    return notJson(`expected ${EXPECTED[state]}, found ${shown}`, base + at, member, index);
  }

  function flush(): void {
    const from = starts[0] ?? 0;
    const count = starts.length;
    const places = {
      offsets: Float64Array.from(starts, (at) => base + at),
      lengths: Uint32Array.from(starts, (at, i) => ends[i]! - at),
    };
    const block = buffer.subarray(from, ends[count - 1] ?? 0);
    starts = [];
    ends = [];
    const index = firstIndex;
    firstIndex += count;
    if (handlers.bytes) handlers.bytes(member, block, index, places);
    else handlers.records?.(member, parseBlock(block, places, member, index), index, places);
  }

  function openArray(): void {
    state = 'first record';
    firstIndex = 0;
  }

  function closeArray(): void {
    if (starts.length > 0 || firstIndex === 0) flush();
    counts.set(member, firstIndex);
    closeMember();
  }

  function closeMember(): void {
    state = member === null ? 'end' : 'after member';
    member = null;
  }

  function finish(): void {
    const bytes = buffer.subarray(valueStart, position);
    scan = undefined;
    if (purpose === 'record') {
      starts.push(valueStart);
      ends.push(position);
      state = 'after record';
      if (position - starts[0]! >= blockBytes) flush();
    } else if (purpose === 'key') {
      const name = parseOne(bytes, base + valueStart, null) as string;
      if (seen.has(name)) throw notJson(`a second member "${name}"`, base + valueStart, null);
      seen.add(name);
      member = name;
      state = 'colon';
    } else {
      if (purpose === 'value') {
        counts.set(member, null);
        handlers.value?.(member!, parseOne(bytes, base + valueStart, member));
      }
      closeMember();
    }
  }

  function begin(why: Purpose): void {
    scan = beginValue(buffer[position]!);
    if (!scan) throw unexpected(position);
    purpose = why;
    valueStart = position++;
  }

  /** One byte between values. */
  function step(): void {
    const byte = buffer[position]!;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) {
      position++;
      return;
    }
    if (state === 'after record') {
      if (byte === 0x2c) state = 'record';
      else if (byte === 0x5d) closeArray();
      else throw unexpected(position);
      position++;
    } else if (state === 'record') begin('record');
    else if (state === 'first record') {
      if (byte !== 0x5d) begin('record');
      else {
        closeArray();
        position++;
      }
    } else stepOutside(byte);
  }

  function stepOutside(byte: number): void {
    if ((state === 'first key' || state === 'key') && byte === 0x22) {
      begin('key');
      return;
    }
    if (state === 'member value' && wanted && !wanted.has(member!)) {
      begin('nothing');
      return;
    }
    if (state === 'member value' && byte !== 0x5b) {
      begin('value');
      return;
    }
    if (state === 'member value') openArray();
    else if (state === 'colon' && byte === 0x3a) state = 'member value';
    else if (state === 'after member' && byte === 0x2c) state = 'key';
    else if ((state === 'after member' || state === 'first key') && byte === 0x7d) state = 'end';
    else if (state === 'start' && byte === 0x5b) {
      root = 'array';
      openArray();
    } else if (state === 'start' && byte === 0x7b) {
      root = 'object';
      state = 'first key';
    } else if (state !== 'start' || byte !== BYTE_ORDER_MARK[base + position])
      throw unexpected(position);
    position++;
  }

  function consume(): void {
    while (position < used) {
      if (!scan) {
        step();
        continue;
      }
      const at = scanValue(buffer, position, used, scan);
      position = at < 0 ? -1 - at : at;
      if (at >= 0) finish();
    }
  }

  return {
    write(piece: Uint8Array): void {
      // A file that comes as one piece must not be copied whole.
      for (let from = 0; from < piece.length; from += 1 << 18) {
        append(piece.subarray(from, from + (1 << 18)));
        consume();
      }
    },
    end(): JsonRecordSummary {
      const bytes = base + used;
      if (state !== 'end' || !root) {
        const index = state.endsWith('record') ? firstIndex + starts.length : undefined;
        const missing = scan ? 'the end of a value' : EXPECTED[state];
        throw new FormatError(
          'CUT_SHORT',
          `the JSON document ends too early,${where(bytes, member, index)}: ${missing} is missing`,
          {
            offset: bytes,
            ...(member === null ? {} : { member }),
            ...(index === undefined ? {} : { record: index }),
          },
        );
      }
      return { root, bytes, counts };
    },
  };
}
