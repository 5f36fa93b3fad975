import { open, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Size } from '@pose-distill/heatmap-decode';
import { gatherAic } from '../aic/parse.js';
import { checkCocoKeypoints } from '../coco/parse.js';
import { viewTable } from '../coco/table-view.js';
import { DatasetError } from '../error.js';
import { gatherLsp } from '../lsp/parse.js';
import { readLspJoints } from '../lsp/parse-mat.js';
import { gatherMpii } from '../mpii/parse-json.js';
import { gatherMpiiMat } from '../mpii/parse-mat.js';
import type { CheckedAnnotations } from '../parsed.js';
import type { People } from '../people.js';
import type { Split } from '../synthetic.js';
import type { PoseSample } from '../types.js';
import {
  findAnnotations,
  findImages,
  listFolder,
  readAnnotations,
  readBytes,
  sourceRoot,
} from './coco-folder.js';
import { INDEX_FROM_BYTES, openCocoIndex } from './coco-index.js';
import { readHeaderSize } from './image-header.js';
import { readHeadBoxes } from './mpii-heads.js';
import type { FolderSource } from './source.js';

/** The annotations of a folder, checked, whatever their form; nothing is thrown for what single records have. */
export interface FolderAnnotations extends CheckedAnnotations {
  /** Path of the annotation file. */
  readonly file: string;
  /** Pictures that have people to train on. */
  readonly files: readonly string[];
  /** People to train on whose pictures are kept. */
  samplesOf(keep: (file: string) => boolean): readonly PoseSample[];
  /** Where an annotation stands in a file too large to be kept. */
  readonly placeOf?: (id: number) => RecordPlace | undefined;
}

/** Bytes of a record in its file. */
export interface RecordPlace {
  readonly offset: number;
  readonly length: number;
}

/** LSP's own split: the first half of its 2000 pictures is for training. */
const LSP_TRAINING = 1000;
/** Headers read at one time. */
const AT_ONCE = 16;

/**
 * Finds and reads the annotations of a split.
 * @throws DatasetError `NOT_FOUND`; `BAD_ANNOTATION` for a file that cannot be read at all.
 */
export async function readFolder(source: FolderSource, split: Split): Promise<FolderAnnotations> {
  const file = await findAnnotations(source, split);
  const list = await validationNames(source);
  const keep = list && ((name: string) => list.has(name) === (split === 'val'));
  if (file.endsWith('.mat')) {
    const bytes = await readBytes(file);
    if (source.kind === 'lsp') return readLsp(bytes, file, source, split, keep);
    if (split === 'val' && !keep) throw noValidation(file);
    const people = await gatherMpiiMat(bytes, { file, ...(keep ? { keep } : {}) });
    return withSizes(people, source, split, file);
  }
  if (source.kind === 'mpii') {
    const json = await readAnnotations(file);
    const headBoxes = split === 'val' ? await readHeadBoxes(file) : undefined;
    return withSizes(gatherMpii(json, headBoxes && { headBoxes }), source, split, file);
  }
  const base = source.kind === 'jhmdb' ? 1 : 0;
  if ((await sizeOf(file)) >= INDEX_FROM_BYTES || source.index !== undefined) {
    return readLarge(file, source, base);
  }
  let json: unknown;
  try {
    json = await readAnnotations(file);
  } catch (error) {
    // A file with records that are no JSON is read piece by piece when those are to be skipped.
    if (source.onBadRecord !== 'skip') throw error;
    return readLarge(file, source, base);
  }
  if (source.kind === 'aic' && Array.isArray(json)) {
    return withSizes(gatherAic(json), source, split, file);
  }
  const checked = checkCocoKeypoints(json, { base });
  return inMemory(checked, file);
}

async function readLarge(
  file: string,
  { index }: FolderSource,
  base: 0 | 1,
): Promise<FolderAnnotations> {
  const { table } = await openCocoIndex(file, { base, ...(index === undefined ? {} : { index }) });
  if (!table.hasSkeleton) {
    const { problems, skippedRecords, categories } = table;
    const groundTruth = { images: [], annotations: [], categories };
    return inMemory(
      { skeleton: undefined, samples: [], groundTruth, problems, skippedRecords },
      file,
    );
  }
  const view = viewTable(table);
  // Getters stay getters: a ground truth nobody asks for is never made.
  return Object.defineProperty(view as typeof view & { file: string }, 'file', { value: file });
}

async function readLsp(
  bytes: Uint8Array,
  file: string,
  source: FolderSource,
  split: Split,
  listed: ((name: string) => boolean) | undefined,
): Promise<FolderAnnotations> {
  const joints = await readLspJoints(bytes, file);
  const extended = joints.shape[0] !== 3;
  if (split === 'val' && extended && !listed) throw noValidation(file);
  const digits = await digitsOfNames(source, extended ? 5 : 4);
  const fileName = (number: number) => `im${String(number).padStart(digits, '0')}.jpg`;
  const first = Array.from({ length: LSP_TRAINING }, (_, i) => fileName(i + 1));
  const training = new Set(first);
  const inSplit = (name: string) => extended || training.has(name) === (split === 'train');
  const people = gatherLsp(joints, { fileName, keep: listed ?? inSplit });
  return withSizes(people, source, split, file);
}

/** How many digits the pictures' names have here: `im0001.jpg` or `im00001.jpg`. */
async function digitsOfNames(source: FolderSource, usual: number): Promise<number> {
  const root = await sourceRoot(source);
  const folders = source.images ? [resolve(root, source.images)] : [join(root, 'images'), root];
  for (const folder of folders) {
    const name = (await listFolder(folder))?.find((file) => /^im\d+\.jpg$/.test(file));
    if (name) return name.length - 'im.jpg'.length;
  }
  return usual;
}

/** Forms that do not state the size of pictures get it from the pictures. */
async function withSizes(
  people: People,
  source: FolderSource,
  split: Split,
  file: string,
): Promise<FolderAnnotations> {
  const files = people.files();
  const directory = await whereSizesAre(source, split, file, files);
  if (directory === undefined) return inMemory(people.finish(), file);
  const sizes = new Map<string, Size | undefined>();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) {
      sizes.set(files[i]!, await readHeaderSize(join(directory, files[i]!)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return inMemory(
    people.finish((name) => sizes.get(name)),
    file,
  );
}

async function whereSizesAre(
  source: FolderSource,
  split: Split,
  file: string,
  files: readonly string[],
): Promise<string | undefined> {
  if (source.onMissingImage === 'ignore' || files.length === 0) return undefined;
  try {
    return await findImages(source, split, file, files);
  } catch (error) {
    if (error instanceof DatasetError) return undefined; // told when the pictures are looked for
    throw error;
  }
}

function inMemory(checked: CheckedAnnotations, file: string): FolderAnnotations {
  const samplesOf = (keep: (name: string) => boolean): readonly PoseSample[] =>
    checked.samples.filter((sample) => keep(sample.file));
  return { ...checked, file, files: filesOf(checked), samplesOf };
}

async function validationNames(source: FolderSource): Promise<ReadonlySet<string> | undefined> {
  if (source.validationList === undefined) return undefined;
  const path = resolve(await sourceRoot(source), source.validationList);
  const text = new TextDecoder().decode(await readBytes(path));
  return new Set(
    text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean),
  );
}

function noValidation(file: string): DatasetError {
  const message =
    `${file} has no validation part. Name a list of its pictures (one name a line) with { validationList }: their people ` +
    'become val, all others train.';
  return new DatasetError('NOT_FOUND', message, { file });
}

function filesOf({ samples }: CheckedAnnotations): string[] {
  return [...new Set(samples.map(({ file }) => file))];
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0; // told when it is read
  }
}

/** One record of a large annotation file, as it stands there. */
export async function readRecord(path: string, { offset, length }: RecordPlace): Promise<unknown> {
  const file = await open(path);
  try {
    const bytes = new Uint8Array(length);
    await file.read(bytes, 0, length, offset);
    return JSON.parse(new TextDecoder().decode(bytes));
  } finally {
    await file.close();
  }
}
