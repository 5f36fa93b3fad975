import { open } from 'node:fs/promises';
import { type JsonRecordPlaces, readJsonRecords } from '@pose-distill/internal-formats';
import { COCO_LISTS } from '../coco/parse.js';
import { createCocoReader } from '../coco/reader.js';
import { type CocoTable, createTableBuilder } from '../coco/table.js';
import { DatasetError, type DatasetProblem } from '../error.js';
import { createOutlineCutter } from './cut-outlines.js';

export interface StreamOptions {
  /** What the first pixel's centre is called in the file. */
  readonly base: 0 | 1;
}

const PIECE = 2 ** 20;

/**
 * Reads an annotation file of COCO's form piece by piece into columns: the file may be larger than the longest string.
 *
 * Polygons are not looked at, and stay in the file. It is read twice: categories and images first, since they may stand behind the annotations that need them.
 * @throws DatasetError `NOT_FOUND`; `BAD_ANNOTATION` for a file that is no JSON, with the byte offset.
 */
export async function streamCoco(path: string, { base }: StreamOptions): Promise<CocoTable> {
  const reader = createCocoReader({ base });
  const builder = createTableBuilder();
  const { report } = reader;
  const withoutOutlines = createOutlineCutter();
  let skippedRecords = 0;
  const parse = (
    member: string,
    bytes: Uint8Array,
    firstIndex: number,
    places: JsonRecordPlaces,
  ): unknown[] => {
    const { records, bad } = parseRecords(bytes, places, withoutOutlines);
    for (const { index, message } of bad) {
      report.error('NOT_JSON', `${member}[${firstIndex + index}]`, message);
      skippedRecords++;
    }
    return records;
  };

  const present = new Set<string>();
  await walk(path, ['images', 'categories'], (member, bytes, firstIndex, places) => {
    if (member === null) return; // the whole file is a list; told below
    present.add(member);
    const records = parse(member, bytes, firstIndex, places);
    if (member === 'categories') reader.readCategories(records);
    else each(records, firstIndex, (values, first) => reader.readImages(values, first));
  });
  for (const image of reader.images.values()) builder.addImage(image);
  await walk(path, ['annotations'], (member, bytes, firstIndex, places) => {
    if (member === null) return;
    present.add(member);
    const records = parse(member, bytes, firstIndex, places);
    each(records, firstIndex, (values, first) => {
      reader.readAnnotations(values, first, (read, index) => {
        const at = index - firstIndex;
        builder.addPerson(read, places.offsets[at]!, places.lengths[at]!);
      });
    });
  });
  for (const name of COCO_LISTS) {
    if (!present.has(name)) report.error('NOT_COCO', name, 'expected a list, got none');
  }
  reader.finish();
  const problems: readonly DatasetProblem[] = reader.problems;
  return builder.take({
    hasSkeleton: reader.skeleton !== undefined,
    categories: reader.withKeypoints,
    problems,
    skippedRecords: reader.skippedRecords + skippedRecords,
  });
}

/** Stands for a record that is no JSON and was reported. */
const BAD = Symbol('bad record');

/** Hands over runs of records between bad ones, with the number of the first. */
function each(
  records: readonly unknown[],
  firstIndex: number,
  take: (values: readonly unknown[], first: number) => void,
): void {
  let from = 0;
  for (let i = 0; i <= records.length; i++) {
    if (i < records.length && records[i] !== BAD) continue;
    if (i > from) take(records.slice(from, i), firstIndex + from);
    from = i + 1;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** All records of a block at once; one by one only when that fails. */
function parseRecords(
  bytes: Uint8Array,
  { offsets, lengths }: JsonRecordPlaces,
  withoutOutlines: (bytes: Uint8Array) => Uint8Array,
): { records: unknown[]; bad: { index: number; message: string }[] } {
  try {
    return { records: JSON.parse(`[${decoder.decode(withoutOutlines(bytes))}]`), bad: [] };
  } catch {
    const bad: { index: number; message: string }[] = [];
    const records = Array.from(offsets, (offset, index): unknown => {
      const at = offset - offsets[0]!;
      try {
        return JSON.parse(decoder.decode(bytes.subarray(at, at + lengths[index]!)));
      } catch (error) {
        const message = `is not JSON at byte ${offset} (${(error as Error).message})`;
        bad.push({ index, message });
        return BAD;
      }
    });
    return { records, bad };
  }
}

async function walk(
  path: string,
  members: readonly string[],
  bytes: (
    member: string | null,
    bytes: Uint8Array,
    firstIndex: number,
    places: JsonRecordPlaces,
  ) => void,
): Promise<void> {
  try {
    await readJsonRecords(filePieces(path), { members, bytes });
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    const reason = (cause as Error).message;
    const message = `${path} is not JSON (${reason}). Is the file whole? Fetch or write it again.`;
    const details = (cause as { details?: object }).details ?? {};
    throw new DatasetError('BAD_ANNOTATION', message, { path, ...details }, { cause });
  }
}

/** A file piece by piece. The memory of a piece is used again for the next one. */
export async function* filePieces(path: string): AsyncGenerator<Uint8Array> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path);
  } catch (cause) {
    const message = `${path} cannot be read (${(cause as Error).message}).`;
    throw new DatasetError('NOT_FOUND', message, { path }, { cause });
  }
  try {
    const piece = new Uint8Array(PIECE);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
