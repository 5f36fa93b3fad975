import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DatasetError } from '../error.js';
import type { Split } from '../synthetic.js';
import type { FolderSource } from './source.js';

/** Names that are looked for before a folder is given up. */
const SAMPLE = 100;

/** Where the parts of a COCO folder lie. */
export interface CocoFolder {
  readonly annotations: string;
  readonly images: string;
}

/** Names in a folder; undefined when it is not one. */
export async function listFolder(path: string): Promise<string[] | undefined> {
  try {
    return (await readdir(path)).sort();
  } catch {
    return undefined;
  }
}

/** Finds the annotation file of a split. @throws DatasetError `NOT_FOUND` for none or several, naming what was looked for */
export async function findAnnotations(source: FolderSource, split: Split): Promise<string> {
  const root = resolve(source.directory);
  if (source.annotations !== undefined) return resolve(root, source.annotations);
  const pattern = `person_keypoints_${split}*.json`;
  const folders = [root, join(root, 'annotations')];
  const found: string[] = [];
  for (const folder of folders) {
    const names = (await listFolder(folder)) ?? [];
    const matching = names.filter(
      (name) => name.startsWith(`person_keypoints_${split}`) && name.endsWith('.json'),
    );
    found.push(...matching.map((name) => join(folder, name)));
  }
  if (found.length === 1) return found[0]!;
  const places = folders.map((folder) => join(folder, pattern)).join(' and ');
  const exists = (await listFolder(root)) !== undefined;
  const message = !exists
    ? `${root} is not a folder that can be read.`
    : found.length === 0
      ? `No annotation file for '${split}': looked for ${places}. Name it with { kind: 'coco', directory, annotations }.`
      : `Several annotation files for '${split}': ${found.join(', ')}. Keep one, or name it with ` +
        "{ kind: 'coco', directory, annotations }.";
  throw new DatasetError('NOT_FOUND', message, { split, lookedFor: places, found });
}

/** Reads the annotation file. @throws DatasetError `NOT_FOUND` or, when it is no JSON, `BAD_ANNOTATION` */
export async function readAnnotations(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const message = `${path} cannot be read (${(cause as Error).message}).`;
    throw new DatasetError('NOT_FOUND', message, { path }, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = (cause as Error).message;
    const message = `${path} is not JSON (${reason}). Is the file whole? Fetch or write it again.`;
    throw new DatasetError('BAD_ANNOTATION', message, { path }, { cause });
  }
}

/**
 * Finds the folder of the pictures: beside the annotations (`val2017/`, `val/`, another name with `val` in front), under `images/`, or
 * `images/` itself; the first one that has one of the pictures.
 * @throws DatasetError `NOT_FOUND` naming every folder looked into
 */
export async function findImages(
  source: FolderSource,
  split: Split,
  annotations: string,
  files: readonly string[],
): Promise<string> {
  const root = resolve(source.directory);
  if (source.images !== undefined) return resolve(root, source.images);
  const candidates = await imageFolders(root, split, annotations);
  for (const folder of candidates) {
    const present = await presentFiles(folder, files.slice(0, SAMPLE));
    if (present.size > 0) return folder;
  }
  const places = candidates.map((folder) => `${folder}/`).join(', ');
  const message =
    `No pictures for ${annotations}: looked for ${files[0]} and the ${Math.min(SAMPLE, files.length) - 1} after it in ` +
    `${places}. Name their folder with { kind: 'coco', directory, images }.`;
  throw new DatasetError('NOT_FOUND', message, { annotations, lookedIn: candidates });
}

async function imageFolders(root: string, split: Split, annotations: string): Promise<string[]> {
  const name = annotations.slice(annotations.lastIndexOf('person_keypoints_'));
  const named = name.replace('person_keypoints_', '').replace(/\.json$/, ''); // val2017
  const folders = new Set<string>();
  for (const base of [root, dirname(annotations), join(root, 'images')]) {
    const inside = (await listFolder(base)) ?? [];
    const exact = [named, split].filter((folder) => inside.includes(folder));
    const others = inside.filter((folder) => folder.startsWith(split) && !folder.includes('.'));
    for (const folder of [...exact, ...others]) folders.add(join(base, folder));
  }
  for (const folder of [join(root, 'images'), root, dirname(annotations)]) folders.add(folder);
  return [...folders];
}

/** Which of the files exist below a folder; names may lead into sub-folders. */
export async function presentFiles(
  folder: string,
  files: readonly string[],
): Promise<ReadonlySet<string>> {
  const listings = new Map<string, Promise<ReadonlySet<string>>>();
  const listing = (path: string): Promise<ReadonlySet<string>> => {
    let names = listings.get(path);
    if (!names) {
      names = listFolder(path).then((list) => new Set(list));
      listings.set(path, names);
    }
    return names;
  };
  const present = new Set<string>();
  for (const file of files) {
    const path = join(folder, file);
    const names = await listing(dirname(path));
    if (names.has(path.slice(dirname(path).length + 1))) present.add(file);
  }
  return present;
}
