import { fail } from './error.js';
import { createOksRows, type OksRows } from './oks-rows.js';

/** What an evaluator holds, and under which options it was made. */
export interface PartialContent {
  readonly fingerprint: string;
  readonly categoryIds: readonly number[];
  readonly imageIds: readonly number[];
  readonly crowdIndices: readonly number[];
  readonly rows: OksRows;
}

const MAGIC = 0x504f4b53; // "POKS", which also tells the byte order
const VERSION = 1;
/** Magic, version, checksum, length of the JSON header. */
const FIXED = 16;

type Column = Float64Array | Int32Array | Uint8Array;

/** The columns in the order of the bytes: those of 8 bytes a number first, so that all are aligned. */
function columnsOf({ truths, results, candidates }: OksRows): [Column, number][] {
  return [
    [truths.ids, truths.count],
    [truths.areas, truths.count],
    [results.scores, results.count],
    [results.areas, results.count],
    [results.boxAreas, results.count],
    [candidates.oks, candidates.count],
    [truths.image, truths.count],
    [truths.category, truths.count],
    [results.image, results.count],
    [results.category, results.count],
    [results.candidateEnd, results.count],
    [candidates.truth, candidates.count],
    [truths.flags, truths.count],
  ];
}

export function encodePartial(content: PartialContent): Uint8Array {
  const { fingerprint, categoryIds, imageIds, rows } = content;
  const { truths, results, candidates } = rows;
  const crowdIndices = content.crowdIndices.map((value) => (Number.isNaN(value) ? null : value));
  const counts = [truths.count, results.count, candidates.count];
  const header = new TextEncoder().encode(
    JSON.stringify({ fingerprint, counts, categoryIds, imageIds, crowdIndices }),
  );
  const start = aligned(FIXED + header.length);
  const columns = columnsOf(rows);
  const size = columns.reduce(
    (sum, [column, count]) => sum + count * column.BYTES_PER_ELEMENT,
    start,
  );
  const bytes = new Uint8Array(size);
  bytes.set(header, FIXED);
  let at = start;
  for (const [column, count] of columns) {
    const used = column.subarray(0, count);
    bytes.set(new Uint8Array(used.buffer, used.byteOffset, used.byteLength), at);
    at += used.byteLength;
  }
  const words = new Uint32Array(bytes.buffer, 0, 4);
  words.set([MAGIC, VERSION, 0, header.length]);
  words[2] = checksum(bytes);
  return bytes;
}

/** @throws MetricsError `BAD_PARTIAL` for bytes of something else, of another version, cut short or changed. */
export function decodePartial(given: Uint8Array): PartialContent {
  // A copy starts at a multiple of 8.
  const bytes = given.slice();
  const refuse: (what: string) => never = (what) => fail('BAD_PARTIAL', 'bytes', what);
  if (bytes.length < FIXED) refuse(`expected a serialised evaluator, got ${bytes.length} bytes`);
  const [magic, version, sum, headerLength] = new Uint32Array(bytes.buffer, 0, 4);
  if (magic !== MAGIC)
    refuse('not a serialised evaluator, or from a machine of another byte order');
  if (version !== VERSION) refuse(`expected version ${VERSION}, got ${version}`);
  if (sum !== checksum(bytes)) refuse('the bytes were cut short or changed');
  const header = JSON.parse(
    new TextDecoder().decode(bytes.subarray(FIXED, FIXED + headerLength!)),
  ) as Omit<PartialContent, 'rows' | 'crowdIndices'> & {
    counts: [number, number, number];
    crowdIndices: (number | null)[];
  };
  const rows = createOksRows();
  [rows.truths.count, rows.results.count, rows.candidates.count] = header.counts;
  let at = aligned(FIXED + headerLength!);
  const take = <C extends Column>(
    Kind: new (buffer: ArrayBuffer, at: number, length: number) => C,
    width: number,
    count: number,
  ): C => {
    const column = new Kind(bytes.buffer as ArrayBuffer, at, count);
    at += width * count;
    return column;
  };
  const [truths, results, candidates] = header.counts;
  rows.truths.ids = take(Float64Array, 8, truths);
  rows.truths.areas = take(Float64Array, 8, truths);
  rows.results.scores = take(Float64Array, 8, results);
  rows.results.areas = take(Float64Array, 8, results);
  rows.results.boxAreas = take(Float64Array, 8, results);
  rows.candidates.oks = take(Float64Array, 8, candidates);
  rows.truths.image = take(Int32Array, 4, truths);
  rows.truths.category = take(Int32Array, 4, truths);
  rows.results.image = take(Int32Array, 4, results);
  rows.results.category = take(Int32Array, 4, results);
  rows.results.candidateEnd = take(Int32Array, 4, results);
  rows.candidates.truth = take(Int32Array, 4, candidates);
  rows.truths.flags = take(Uint8Array, 1, truths);
  rows.results.ids = new Int32Array(results);
  return {
    ...header,
    crowdIndices: header.crowdIndices.map((value) => value ?? Number.NaN),
    rows,
  };
}

function aligned(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}

/** FNV-1a over everything but the checksum itself. */
function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) {
    if (i === 8) i = 12;
    hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  }
  return hash >>> 0;
}
