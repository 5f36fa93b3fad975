import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DatasetError } from '../error.js';
import type { Split } from '../synthetic.js';
import { LAYOUTS, matchesPattern, mayBeAnnotations } from './layouts.js';
import type { FolderSource } from './source.js';

/** Names that are looked for before a folder is given up. */
const SAMPLE = 100;

/** Names in a folder; undefined when it is not one. */
export async function listFolder(path: string): Promise<string[] | undefined> {
  try {
    return (await readdir(path)).sort();
  } catch {
    return undefined;
  }
}

/** The folder of a source: what it names, or where the annotation file lies that it names. */
export async function sourceRoot(source: FolderSource): Promise<string> {
  const path = resolve(source.directory);
  return (await isFile(path)) ? dirname(path) : path;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Finds the annotation file of a split. @throws DatasetError `NOT_FOUND` for none or several, naming what was looked for */
export async function findAnnotations(source: FolderSource, split: Split): Promise<string> {
  const root = resolve(source.directory);
  if (await isFile(root)) return root;
  if (source.annotations !== undefined) return resolve(root, source.annotations);
  const { kind } = source;
  const { annotations, folders } = LAYOUTS[kind];
  const places = [root, ...folders.map((folder) => join(root, folder))];
  const listings = await Promise.all(places.map(listFolder));
  const matching = (accepts: (name: string) => boolean): string[] =>
    places.flatMap((place, i) =>
      (listings[i] ?? []).filter(accepts).map((name) => join(place, name)),
    );
  const patterns = annotations[split];
  const tests = [
    ...patterns.map((pattern) => (name: string) => matchesPattern(name, pattern)),
    ...(kind === 'coco' ? [] : [(name: string) => mayBeAnnotations(name, kind, split)]),
  ];
  const found = tests.map(matching).find((paths) => paths.length > 0) ?? [];
  if (found.length === 1) return found[0]!;
  const lookedFor = (patterns.length > 0 ? patterns : [`*${kind}*.json`])
    .map((pattern) => places.map((place) => join(place, pattern)).join(' and '))
    .join(', then ');
  const naming = `{ kind: '${kind}', directory, annotations }`;
  const message =
    listings[0] === undefined
      ? `${root} is not a folder that can be read.`
      : found.length === 0
        ? `No annotation file for '${split}': looked for ${lookedFor}. Name it with ${naming}.`
        : `Several annotation files for '${split}': ${found.join(', ')}. Keep one, or name it with ${naming}.`;
  throw new DatasetError('NOT_FOUND', message, { split, lookedFor, found });
}

/** Reads a whole file. @throws DatasetError `NOT_FOUND` */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const message = `${path} cannot be read (${(cause as Error).message}).`;
    throw new DatasetError('NOT_FOUND', message, { path }, { cause });
  }
}

/** Reads the annotation file. @throws DatasetError `NOT_FOUND` or, when it is no JSON, `BAD_ANNOTATION` */
export async function readAnnotations(path: string): Promise<unknown> {
  const bytes = await readBytes(path);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const reason = (cause as Error).message;
    const message = `${path} is not JSON (${reason}). Is the file whole? Fetch or write it again.`;
    throw new DatasetError('BAD_ANNOTATION', message, { path }, { cause });
  }
}

/**
 * Finds the folder of the pictures: beside the annotations (`val2017/`, `val/`, another name with `val` in front), under `images/`,
 * `images/` itself, or where the data set's own layout has them; the first one that has one of the pictures.
 * @throws DatasetError `NOT_FOUND` naming every folder looked into
 */
export async function findImages(
  source: FolderSource,
  split: Split,
  annotations: string,
  files: readonly string[],
): Promise<string> {
  const root = await sourceRoot(source);
  if (source.images !== undefined) return resolve(root, source.images);
  const candidates = await imageFolders(source, root, split, annotations);
  for (const folder of candidates) {
    if (await hasOneOf(folder, files.slice(0, SAMPLE))) return folder;
  }
  if (source.onMissingImage === 'ignore') return candidates[0]!;
  const places = candidates.map((folder) => `${folder}/`).join(', ');
  const looked = Math.min(SAMPLE, files.length) - 1;
  const message =
    `No pictures for ${annotations}: looked for ${files[0]} and the ${looked} after it in ` +
    `${places}. Name their folder with { kind: '${source.kind}', directory, images }.`;
  throw new DatasetError('NOT_FOUND', message, { annotations, lookedIn: candidates });
}

/** Asks for single files: listing a folder of 100,000 only to choose it would take long. */
async function hasOneOf(folder: string, files: readonly string[]): Promise<boolean> {
  try {
    await stat(folder);
  } catch {
    return false;
  }
  for (const file of files) if (await isFile(join(folder, file))) return true;
  return false;
}

async function imageFolders(
  { kind }: FolderSource,
  root: string,
  split: Split,
  annotations: string,
): Promise<string[]> {
  const name = annotations.slice(annotations.lastIndexOf('person_keypoints_'));
  const named = name.replace('person_keypoints_', '').replace(/\.json$/, ''); // val2017
  const beside = dirname(annotations);
  const folders = new Set<string>();
  const own = LAYOUTS[kind].images[split];
  const bases = [root, beside, join(root, 'images'), join(beside, '..')];
  for (const base of bases) {
    for (const folder of own) folders.add(join(base, folder));
    const inside = await subfolders(base, split);
    const exact = [named, split].filter((folder) => inside.includes(folder));
    const others = inside.filter((folder) => !folder.includes('.'));
    for (const folder of [...exact, ...others]) folders.add(join(base, folder));
  }
  for (const base of [join(root, 'images'), root, beside, join(beside, '..', 'images')]) {
    folders.add(base);
  }
  return [...folders];
}

/** Names in a folder that begin with the split's. */
async function subfolders(path: string, split: Split): Promise<string[]> {
  try {
    return (await readdir(path)).filter((name) => name.startsWith(split)).sort();
  } catch {
    return [];
  }
}

/** Which of the files do not exist below a folder; names may lead into sub-folders. */
export async function missingFrom(folder: string, files: readonly string[]): Promise<string[]> {
  const listings = new Map<string, ReadonlySet<string>>();
  const listing = async (path: string): Promise<ReadonlySet<string>> => {
    let names = listings.get(path);
    if (!names) {
      names = new Set(await readdir(path).catch((): string[] => []));
      listings.set(path, names);
    }
    return names;
  };
  const here = await listing(folder);
  const missing: string[] = [];
  for (const file of files) {
    if (here.has(file)) continue;
    const path = join(folder, file);
    const names = await listing(dirname(path));
    if (!names.has(basename(path))) missing.push(file);
  }
  return missing;
}

/** Which of the files exist below a folder. */
export async function presentFiles(
  folder: string,
  files: readonly string[],
): Promise<ReadonlySet<string>> {
  const missing = new Set(await missingFrom(folder, files));
  return new Set(files.filter((file) => !missing.has(file)));
}
