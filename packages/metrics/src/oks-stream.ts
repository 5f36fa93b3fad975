import {
  createJsonRecordReader,
  type JsonRecordPlaces,
  type JsonRecordReader,
} from '@pose-distill/internal-formats';
import { type AnnotationColumns, addAnnotation } from './annotation-columns.js';
import type { CocoKeypointAnnotation, CocoKeypointResult } from './coco.js';
import { collectProblems, fail, type Problems } from './error.js';
import type { OksResultSink } from './oks-results.js';
import { rereport } from './read-bytes.js';
import { createAnnotationReader, createResultReader } from './read-records.js';

/** Bytes of a file, piece by piece: a Node stream, a web stream, a list of chunks. */
export type ByteSource =
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>
  | ReadableStream<Uint8Array>;

/** What an annotation file says besides its annotations. */
export interface AnnotationHeader {
  readonly images: number[];
  readonly crowdIndices: number[];
  readonly categories: number[];
}

const decoder = /* @__PURE__ */ new TextDecoder();

/** Gives the pieces of a source to a reader; what the file lacks is told under `path`. */
export async function readPieces(
  source: ByteSource,
  reader: JsonRecordReader,
  path: string,
  root: 'array' | 'object',
): Promise<void> {
  await rereport(path, async () => {
    for await (const piece of piecesOf(source)) reader.write(piece);
    const found = reader.end().root;
    if (found !== root) fail('BAD_ANNOTATION', path, `expected an ${root}, got an ${found}`);
  });
}

/** Web streams are not iterable in every browser. */
async function* piecesOf(source: ByteSource): AsyncIterable<Uint8Array> {
  if (!('getReader' in source)) {
    yield* source;
    return;
  }
  const reader = source.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    reader.releaseLock();
  }
}

/** A reader of annotation files into columns. */
export function createAnnotationFileReader(
  columns: AnnotationColumns,
  header: AnnotationHeader,
): JsonRecordReader {
  const read = createAnnotationReader(columns);
  return createJsonRecordReader({
    members: ['images', 'categories', 'annotations'],
    bytes(member, block, firstIndex, places) {
      eachRecord(block, places, (start, end, i) => {
        if (member === 'annotations' && read(block, start, end)) return;
        const record = parseRecord(block, start, end, `${member}[${firstIndex + i}]`);
        if (member === 'annotations') {
          addAnnotation(columns, record as CocoKeypointAnnotation);
          return;
        }
        const { id, crowdIndex } = record as { id: number; crowdIndex?: number };
        (member === 'images' ? header.images : header.categories).push(id);
        if (member === 'images') header.crowdIndices.push(crowdIndex ?? Number.NaN);
      });
    },
  });
}

/** A reader of result files into a sink. */
export function createResultFileReader(
  sink: OksResultSink,
  keypointCount: number,
  problems: Problems,
): JsonRecordReader {
  const read = createResultReader(sink, keypointCount);
  return createJsonRecordReader({
    members: [],
    bytes(_, block, firstIndex, places) {
      eachRecord(block, places, (start, end, i) => {
        if (read(block, start, end)) return;
        const path = `results[${firstIndex + i}]`;
        const record = parseOrTell(block, start, end, path, problems);
        if (record) sink.add(record as CocoKeypointResult);
        else sink.count++;
      });
    },
  });
}

function eachRecord(
  block: Uint8Array,
  { offsets, lengths }: JsonRecordPlaces,
  take: (start: number, end: number, i: number) => void,
): void {
  if (block.length === 0) return;
  for (let i = 0; i < offsets.length; i++) {
    const start = offsets[i]! - offsets[0]!;
    take(start, start + lengths[i]!, i);
  }
}

/** A result whose text is no JSON is one bad result among others: Python writes NaN for a score that is none. */
function parseOrTell(
  bytes: Uint8Array,
  start: number,
  end: number,
  path: string,
  problems: Problems,
): object | undefined {
  const text = decoder.decode(bytes.subarray(start, end));
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch (error) {
    const word = /NaN|-?Infinity/.exec(text)?.[0];
    if (word) problems.add('NON_FINITE', path, `${word}, which is no number in JSON`);
    else problems.add('BAD_ANNOTATION', path, (error as Error).message);
    return undefined;
  }
  if (typeof record === 'object' && record !== null) return record;
  problems.add('BAD_ANNOTATION', path, `expected an object, got ${text.slice(0, 40)}`);
  return undefined;
}

function parseRecord(bytes: Uint8Array, start: number, end: number, path: string): object {
  const problems = collectProblems();
  const record = parseOrTell(bytes, start, end, path, problems);
  problems.throwIfAny();
  return record!;
}
