import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  badCache,
  type CacheHeader,
  type CachePart,
  commandFor,
  decodePart,
  differenceOf,
  partCount,
  partFiles,
  partOfFile,
  partRange,
} from '../cache/manifest.js';
import type { PoseDistillError } from '../errors.js';
import { firstOf } from '../first-of.js';
import { hashModel } from './model-hash.js';

/**
 * Reads the descriptions of a cache's parts and checks that together they are one whole cache of a teacher that is still the same.
 *
 * @returns all parts in order, at least one
 * @throws PoseDistillError BAD_CACHE
 */
export async function readParts(directory: string): Promise<readonly CachePart[]> {
  const names = await readdir(directory).catch(() => []);
  const indices = names.map(partOfFile).filter((index) => index !== undefined);
  if (indices.length === 0)
    throw badCache(
      `There is no teacher cache in ${directory}: expected ${partFiles(0).json} and others. ` +
        'Make one with: pose-distill cache --teacher DIR --data SOURCE --out DIR',
      { directory },
    );
  indices.sort((a, b) => a - b);
  const parts = await Promise.all(indices.map((index) => readPart(directory, index)));
  checkSame(parts, directory);
  checkComplete(parts, directory);
  await Promise.all(parts.map((part) => checkSize(part, directory)));
  await checkTeacher(parts[0]!.header, directory);
  return parts;
}

async function readPart(directory: string, index: number): Promise<CachePart> {
  const place = join(directory, partFiles(index).json);
  const part = decodePart(await readFile(place, 'utf8'), place);
  const { from, to } = partRange(part.header, index);
  if (part.index === index && part.ids.length === to - from) return part;
  throw badCache(
    `${place} says that it describes part ${part.index} with ${part.ids.length} samples; expected part ${index} with ${to - from}. ` +
      'Delete it and make the cache again; what is whole is kept.',
    { place },
  );
}

function checkSame(parts: readonly CachePart[], directory: string): void {
  const [first] = parts;
  for (const part of parts) {
    const differing = differenceOf(first!.header, part.header);
    if (!differing) continue;
    const [one, other] = [partFiles(first!.index).json, partFiles(part.index).json];
    throw badCache(
      `${directory} holds parts of different caches (${differing.field}): ${one} has ${differing.one}, ${other} has ${differing.other}. ` +
        'Delete the parts that do not belong here and make the cache again; what is whole is kept.',
      { files: [one, other], ...differing },
    );
  }
}

function checkComplete(parts: readonly CachePart[], directory: string): void {
  const { header } = parts[0]!;
  const there = new Set(parts.map(({ index }) => index));
  const count = partCount(header);
  const missing = Array.from({ length: count }, (_, index) => index).filter((i) => !there.has(i));
  if (missing.length === 0) return;
  const samples = missing.map((index) => {
    const { from, to } = partRange(header, index);
    return `${index} (samples ${from} to ${to - 1})`;
  });
  throw badCache(
    `The cache in ${directory} is not finished: of its ${count} parts ${missing.length} are missing, ${firstOf(samples)}. ` +
      `Make them with:\n  ${commandFor(header, directory)}`,
    { missing },
  );
}

async function checkSize({ header, index, bytes }: CachePart, directory: string): Promise<void> {
  const path = join(directory, partFiles(index).maps);
  const found = await stat(path).catch(() => undefined);
  if (found?.size === bytes) return;
  throw damaged(
    path,
    found ? `it has ${found.size} bytes, expected ${bytes}` : 'it is missing',
    header,
    directory,
  );
}

/** A file of records that cannot be used, and what to do. */
export function damaged(
  path: string,
  why: string,
  header: CacheHeader,
  directory: string,
): PoseDistillError {
  return badCache(
    `${path} is damaged: ${why}. Delete it and make it again, which keeps all other parts:\n  ${commandFor(header, directory)}`,
    { path },
  );
}

/** Refuses a cache whose teacher is still in its folder, but with other weights. */
async function checkTeacher(header: CacheHeader, directory: string): Promise<void> {
  const { folder, model, weights } = header.teacher;
  const now = await hashModel(folder);
  if (!now || (now.weights === weights && now.model === model)) return;
  throw badCache(
    `The teacher in ${folder} has been trained again since the cache in ${directory} was made: its weights were ${weights.slice(0, 12)}… and are ${now.weights.slice(0, 12)}…. ` +
      `Delete the cache and make it again with:\n  ${commandFor(header, directory)}`,
    { teacher: folder, cached: weights, now: now.weights },
  );
}
