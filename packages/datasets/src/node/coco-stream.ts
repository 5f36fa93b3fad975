import { type FileHandle, open } from 'node:fs/promises';
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
 * Polygons are not looked at, and stay in the file. Where categories or images stand behind the annotations that need them, it is
 * walked through once more, but for categories at the very end.
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
  let ready = false;
  const makeReady = (): void => {
    if (!ready) for (const image of reader.images.values()) builder.addImage(image);
    ready = true;
  };
  const take: BlockHandler = (member, bytes, firstIndex, places) => {
    if (member === null) return; // the whole file is a list; told below
    if (member === 'annotations' && !ready) {
      if (!present.has('images')) throw OUT_OF_ORDER;
      makeReady();
    }
    present.add(member);
    const records = parse(member, bytes, firstIndex, places);
    if (member === 'categories') reader.readCategories(records);
    else if (member === 'images') each(records, firstIndex, reader.readImages);
    else {
      each(records, firstIndex, (values, first) => {
        reader.readAnnotations(values, first, (read, index) => {
          const at = index - firstIndex;
          builder.addPerson(read, places.offsets[at]!, places.lengths[at]!);
        });
      });
    }
  };
  const categories = await categoriesAtEnd(path);
  if (categories) {
    reader.readCategories(categories);
    present.add('categories');
    if (!(await inOrder(path, ['images', 'annotations'], take))) await walk(path, ['images'], take);
  } else await walk(path, ['images', 'categories'], take);
  makeReady();
  if (!present.has('annotations')) await walk(path, ['annotations'], take);
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

type BlockHandler = (
  member: string | null,
  bytes: Uint8Array,
  firstIndex: number,
  places: JsonRecordPlaces,
) => void;

const OUT_OF_ORDER = new Error('annotations stand before images');

/** Walks the file once; false when annotations come before the images that they need. */
async function inOrder(
  path: string,
  members: readonly string[],
  take: BlockHandler,
): Promise<boolean> {
  try {
    await walk(path, members, take);
    return true;
  } catch (error) {
    if (error !== OUT_OF_ORDER) throw error;
    return false;
  }
}

/** What is looked at of a file's end. */
const TAIL = 2 ** 18;

/** The categories when they are the last member, as in COCO's own files: then one walk through the file is enough. */
async function categoriesAtEnd(path: string): Promise<readonly unknown[] | undefined> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(TAIL, size));
    await file.read(bytes, 0, bytes.length, size - bytes.length);
    const text = bytes.toString('utf8');
    const start = text.lastIndexOf('"categories"');
    if (start < 0) return undefined;
    // JSON only if it is the last member of the outermost object.
    const { categories } = JSON.parse(`{${text.slice(start)}`) as { categories: unknown };
    return Array.isArray(categories) ? categories : undefined;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
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

async function walk(path: string, members: readonly string[], bytes: BlockHandler): Promise<void> {
  try {
    await readJsonRecords(filePieces(path), { members, bytes });
  } catch (cause) {
    if (cause instanceof DatasetError || cause === OUT_OF_ORDER) throw cause;
    const reason = (cause as Error).message;
    const message = `${path} is not JSON (${reason}). Is the file whole? Fetch or write it again.`;
    const details = (cause as { details?: object }).details ?? {};
    throw new DatasetError('BAD_ANNOTATION', message, { path, ...details }, { cause });
  }
}

/** A file piece by piece. The memory of a piece is used again for the next one. */
export async function* filePieces(path: string): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
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

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (cause) {
    const message = `${path} cannot be read (${(cause as Error).message}).`;
    throw new DatasetError('NOT_FOUND', message, { path }, { cause });
  }
}
