import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type CachePart, encodePart, partFiles } from '../cache/manifest.js';
import { type CacheRecord, type RecordLayout, writeRecord } from '../cache/record.js';
import { writeWhole } from './directory-store.js';

/** Writes one part, sample by sample. */
export interface PartWriter {
  add(record: CacheRecord, maps: Readonly<Record<string, Float32Array>>): Promise<void>;
  /** Gives the records their name, then writes the description: only a whole part has one. Resolves to the records' file. */
  finish(part: CachePart): Promise<string>;
  /** Removes what was written; after `finish` it does nothing. */
  abandon(): Promise<void>;
}

export async function createPartWriter(
  directory: string,
  index: number,
  layout: RecordLayout,
): Promise<PartWriter> {
  const files = partFiles(index);
  const target = join(directory, files.maps);
  const temporary = `${target}.${process.pid}.tmp`;
  const file = await open(temporary, 'w');
  const bytes = new Uint8Array(layout.bytes);
  let finished = false;
  return {
    async add(record, maps) {
      writeRecord(layout, record, maps, crc32, bytes);
      await file.writeFile(bytes);
    },
    async finish(part) {
      await file.close();
      await rename(temporary, target);
      finished = true;
      await writeWhole(join(directory, files.json), encodePart(part));
      return target;
    },
    async abandon() {
      if (finished) return;
      await file.close();
      await rm(temporary, { force: true });
    },
  };
}
