import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { FormatError, readJsonRecords } from '@pose-distill/internal-formats';
import {
  type CocoKeypointFile,
  type CocoKeypointResult,
  type OksOptions,
  oksOptionsFromParams,
} from '@pose-distill/metrics';
import { coco17, skeletonFromKeypoints } from '@pose-distill/skeletons';
import { PoseDistillError } from '../errors.js';

const PIECE_BYTES = 1 << 20;
const MEMBERS = ['images', 'annotations', 'categories'] as const;
const ANNOTATIONS_FORM = 'annotations are an object with images, annotations and categories';
const RESULTS_FORM = 'results are a list of {image_id, category_id, keypoints, score}';

/** Reads COCO-form annotations of any size. */
export async function readAnnotations(file: string): Promise<CocoKeypointFile> {
  const { root, lists } = await readRecords(file, MEMBERS);
  checkMembers(file, root, (name) => lists.has(name));
  return Object.fromEntries(lists) as unknown as CocoKeypointFile;
}

/** Reads a list of results of any size. */
export async function readResults(file: string): Promise<CocoKeypointResult[]> {
  const { root, lists } = await readRecords(file, ['annotations']);
  if (root === 'object') {
    const swapped = lists.has('annotations') ? ' Are --gt and --dt swapped?' : '';
    throw wrongForm(file, `is an object, but ${RESULTS_FORM}.${swapped}`);
  }
  return lists.get(null) as CocoKeypointResult[];
}

/** What stands first in two files tells annotations from results before anything long is done with them. */
export async function checkForms(annotations: string, results: string): Promise<void> {
  const [first, second] = await Promise.all([firstCharacter(annotations), firstCharacter(results)]);
  if (first === '[') {
    throw wrongForm(annotations, `is a list, but ${ANNOTATIONS_FORM}. Are --gt and --dt swapped?`);
  }
  if (second === '{') {
    throw wrongForm(results, `is an object, but ${RESULTS_FORM}. Are --gt and --dt swapped?`);
  }
}

async function firstCharacter(file: string): Promise<string> {
  for await (const piece of open(file, 4096)) {
    const text = new TextDecoder().decode(piece).trimStart();
    if (text !== '') return text[0]!;
  }
  throw wrongForm(file, 'is empty. Write it again.');
}

/** The categories, for what they say about the keypoints. The rest is passed over, but must be there. */
export async function readCategories(file: string): Promise<CocoKeypointFile['categories']> {
  const categories: CocoKeypointFile['categories'][number][] = [];
  const decoder = new TextDecoder();
  try {
    const { root, counts } = await readJsonRecords(open(file, PIECE_BYTES), {
      members: MEMBERS,
      bytes(member, bytes) {
        if (member === 'categories') categories.push(...JSON.parse(`[${decoder.decode(bytes)}]`));
      },
    });
    checkMembers(file, root, (name) => typeof counts.get(name) === 'number');
  } catch (error) {
    throw explain(file, error as Error);
  }
  return categories;
}

function checkMembers(
  file: string,
  root: 'array' | 'object',
  has: (name: string) => boolean,
): void {
  if (root === 'array') {
    throw wrongForm(file, `is a list, but ${ANNOTATIONS_FORM}. Are --gt and --dt swapped?`);
  }
  const missing = MEMBERS.filter((name) => !has(name));
  if (missing.length > 0) {
    throw wrongForm(file, `has no list '${missing.join("', '")}'; ${ANNOTATIONS_FORM}.`);
  }
}

interface Records {
  readonly root: 'array' | 'object';
  readonly lists: ReadonlyMap<string | null, unknown[]>;
}

async function readRecords(file: string, members: readonly string[]): Promise<Records> {
  const lists = new Map<string | null, unknown[]>();
  try {
    const { root } = await readJsonRecords(open(file, PIECE_BYTES), {
      members,
      records(member, records, firstIndex) {
        const wrong = records.findIndex((record) => typeof record !== 'object' || record === null);
        if (wrong >= 0) {
          const place = `${member ?? ''}[${firstIndex + wrong}]`;
          throw wrongForm(file, `has something else than an object at ${place}.`);
        }
        const list = lists.get(member);
        if (!list) lists.set(member, records);
        else for (const record of records) list.push(record);
      },
    });
    return { root, lists };
  } catch (error) {
    throw explain(file, error as Error);
  }
}

async function* open(file: string, pieceBytes: number): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file, { highWaterMark: pieceBytes });
  } catch (error) {
    throw unreadable(file, error as Error);
  }
}

/** Reads a small JSON file. */
export async function readJson(file: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(file));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrongForm(
      file,
      `is not JSON: ${(error as Error).message}. It may be cut short; write it again.`,
    );
  }
}

export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw unreadable(file, error as Error);
  }
}

/** Says of an error about annotations or results which files they are in. */
export async function aboutFiles<T>(
  { gt, dt }: { readonly gt: string; readonly dt: string },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && error.name === 'MetricsError') {
      error.message = `${error.message.replace(/\.$/, '')} (annotations: ${gt}, results: ${dt}).`;
    }
    throw error;
  }
}

/** Options from --params and --sigmas. */
export async function readOksOptions({
  params,
  sigmas,
}: {
  readonly params?: string;
  readonly sigmas?: string;
}): Promise<OksOptions> {
  const options = params ? oksOptionsFromParams(await readJson(params)) : {};
  if (!sigmas) return options;
  if (options.oksSigmas) {
    throw new PoseDistillError(
      'BAD_OPTION',
      `Sigmas are in --params ${params} and in --sigmas ${sigmas}; give them once.`,
    );
  }
  return { ...options, oksSigmas: await readSigmas(sigmas) };
}

/** A list of OKS sigmas, one a keypoint. */
async function readSigmas(file: string): Promise<number[]> {
  const sigmas = await readJson(file);
  const right = Array.isArray(sigmas) && sigmas.every((sigma) => Number(sigma) > 0);
  if (!right || sigmas.length === 0) {
    throw wrongForm(file, 'does not hold a JSON list of positive numbers, one a keypoint.');
  }
  return sigmas;
}

/** COCO's sigmas for 17 keypoints whatever they are called, as pycocotools does; for other counts by the keypoints' names. */
export function sigmasOf(categories: CocoKeypointFile['categories']): readonly number[] {
  const names = categories.find(({ keypoints }) => keypoints)?.keypoints ?? coco17.keypoints;
  return (names.length === 17 ? coco17 : skeletonFromKeypoints(names)).oksSigmas;
}

function unreadable(file: string, error: Error): PoseDistillError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') {
    return new PoseDistillError('MISSING_FILE', `There is no file ${file}. Check the path.`);
  }
  if (code === 'EISDIR') return wrongForm(file, 'is a folder; give a file in it.');
  return new PoseDistillError('MISSING_FILE', `Cannot read ${file}: ${error.message}.`);
}

function explain(file: string, error: Error): Error {
  if (!(error instanceof FormatError)) return error;
  const what = error.message.replace(/\.$/, '');
  return error.code === 'CUT_SHORT'
    ? wrongForm(file, `is cut short: ${what}. Write it again.`)
    : wrongForm(file, `cannot be read: ${what}.`);
}

function wrongForm(file: string, message: string): PoseDistillError {
  return new PoseDistillError('BAD_FILE', `${file} ${message}`);
}
