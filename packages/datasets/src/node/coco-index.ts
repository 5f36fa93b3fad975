import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import type { CocoTable } from '../coco/table.js';
import { tableFromBytes, tableToBytes } from '../coco/table-bytes.js';
import { DatasetError } from '../error.js';
import { type StreamOptions, streamCoco } from './coco-stream.js';
import type { FolderSettings } from './source.js';
import { writeWhole } from './write-whole.js';

/** Smaller files are read so fast that an index beside them would only be in the way. */
export const INDEX_FROM_BYTES: number = 2 ** 25;

/** Number and size of the pieces of a file that its fingerprint looks at, besides its ends. */
const PROBES = 16;
const PROBE = 4096;

export interface CocoIndex {
  readonly table: CocoTable;
  /** Whether the columns came from an index that was there. */
  readonly fromIndex: boolean;
}

/**
 * The columns of an annotation file: from its index when that was made from this very file (size, time of change and bytes
 * at 18 places are the same), else from the file, whose index is then written, whole or not at all. An index that is of
 * another version, damaged or cannot be written is no error.
 */
export async function openCocoIndex(
  path: string,
  options: StreamOptions & Pick<FolderSettings, 'index'>,
): Promise<CocoIndex> {
  const place = await indexPlace(path, options.index);
  if (!place) return { table: await streamCoco(path, options), fromIndex: false };
  const key = `${place.fingerprint} base ${options.base}`;
  const bytes = await readWhole(place.path);
  const known = bytes && tableFromBytes(bytes, key, crc32);
  if (known) return { table: known, fromIndex: true };
  const table = await streamCoco(path, options);
  // A folder that cannot be written has no index; that is all.
  await writeWhole(place.path, tableToBytes(table, key, crc32)).catch(() => {});
  return { table, fromIndex: false };
}

async function indexPlace(
  path: string,
  index: FolderSettings['index'] = {},
): Promise<{ path: string; fingerprint: string } | undefined> {
  if (index === 'none') return undefined;
  const { directory, minimumBytes } =
    index === 'beside' ? { directory: undefined, minimumBytes: 0 } : index;
  const { size, mtimeMs } = await statOf(path);
  const atLeast = minimumBytes ?? (directory === undefined ? INDEX_FROM_BYTES : 0);
  if (size < atLeast) return undefined;
  const fingerprint = `${size} ${mtimeMs} ${await probe(path, size)}`;
  if (directory === undefined) return { path: `${path}.index`, fingerprint };
  // Files of one name from several folders share the cache.
  const from = createHash('sha256').update(resolve(path)).digest('hex').slice(0, 12);
  return { path: join(directory, `${basename(path)}.${from}.index`), fingerprint };
}

async function statOf(path: string): Promise<{ size: number; mtimeMs: number }> {
  try {
    return await stat(path);
  } catch (cause) {
    const message = `${path} cannot be read (${(cause as Error).message}).`;
    throw new DatasetError('NOT_FOUND', message, { path }, { cause });
  }
}

/** A hash of bytes at both ends and evenly between. */
async function probe(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    const piece = new Uint8Array(PROBE);
    const last = Math.max(0, size - PROBE);
    for (let i = 0; i <= PROBES + 1; i++) {
      const at = Math.floor((last * i) / (PROBES + 1));
      const { bytesRead } = await file.read(piece, 0, PROBE, at);
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function readWhole(path: string): Promise<Uint8Array | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path);
  } catch {
    return undefined;
  }
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(size); // memory of its own, so that columns may be views of it
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      if (bytesRead === 0) return undefined;
      at += bytesRead;
    }
    return bytes;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
