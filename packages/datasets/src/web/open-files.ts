import { parseCocoKeypoints } from '../coco/parse.js';
import { DatasetError } from '../error.js';
import type { ParsedAnnotations } from '../parsed.js';
import type { PoseDataset, PoseSample } from '../types.js';
import type { DroppedFile } from './dropped-files.js';
import { type ReadPictureOptions, readImage } from './read-image.js';

export interface OpenFilesOptions {
  /** Name of the data set. @default 'files' */
  readonly name?: string;
  /** What to do about records with errors: stop, or leave them out and count them. @default 'throw' */
  readonly onBadRecord?: 'throw' | 'skip';
  /** What to do about pictures that are not among the files: stop, or leave their people out. @default 'throw' */
  readonly onMissingImage?: 'throw' | 'skip';
  /** How pictures are read. @default as stored */
  readonly reading?: Omit<ReadPictureOptions, 'out'>;
}

/**
 * A data set from files that somebody chose or dropped: pictures (`input.files`, `listDroppedFiles`), and their annotations
 * as a file, as parsed JSON of COCO's form, or as what another parser of this package gives.
 *
 * A picture is found by the path in the annotations: the file whose own path ends with it, else the only file of that name.
 * Pictures are decoded when asked for and not kept.
 *
 * @throws DatasetError `BAD_ANNOTATION` once for all errors; `NOT_FOUND` for pictures that are missing or of which several
 * could be meant.
 * @example
 * const dataset = await openFiles(input.files, await annotations.text().then(JSON.parse));
 * const batch = await makeBatch(dataset, [0, 1, 2], { inputSize: { width: 128, height: 128 } });
 */
export async function openFiles(
  files: Iterable<File | DroppedFile>,
  annotations: Blob | ParsedAnnotations | unknown,
  options: OpenFilesOptions = {},
): Promise<PoseDataset> {
  const { name = 'files', onMissingImage = 'throw', reading = {} } = options;
  const parsed = await parse(annotations, options);
  const find = indexFiles(files);
  const found = new Map<string, File>();
  const missing = new Map<string, readonly string[]>();
  for (const { file } of parsed.samples) {
    if (found.has(file) || missing.has(file)) continue;
    const candidates = find(file);
    if (candidates.length === 1) found.set(file, candidates[0]!.file);
    else
      missing.set(
        file,
        candidates.map(({ path }) => path),
      );
  }
  if (missing.size > 0 && (onMissingImage === 'throw' || found.size === 0)) throw notFound(missing);
  const samples = parsed.samples.filter(({ file }) => found.has(file));
  return {
    name,
    skeleton: parsed.skeleton,
    samples,
    readImage: async (sample: PoseSample) => {
      const file = found.get(sample.file);
      if (file) return readImage(file, reading);
      throw notFound(new Map([[sample.file, []]]));
    },
    groundTruth: () => parsed.groundTruth,
    problems: parsed.problems,
    skippedRecords: parsed.skippedRecords,
  };
}

async function parse(
  annotations: unknown,
  { onBadRecord = 'throw' }: OpenFilesOptions,
): Promise<ParsedAnnotations> {
  if (isParsed(annotations)) return annotations;
  if (!(annotations instanceof Blob)) return parseCocoKeypoints(annotations, { onBadRecord });
  const file = 'name' in annotations ? String(annotations.name) : 'The annotation file';
  let json: unknown;
  try {
    json = JSON.parse(await annotations.text());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `${file} is not JSON (${reason}). Choose the annotation file of the pictures.`;
    throw new DatasetError('BAD_ANNOTATION', message, { file, reason }, { cause });
  }
  return parseCocoKeypoints(json, { file, onBadRecord });
}

function isParsed(value: unknown): value is ParsedAnnotations {
  return (
    typeof value === 'object' &&
    value !== null &&
    'skeleton' in value &&
    'samples' in value &&
    'groundTruth' in value
  );
}

/** Finds files by path or the end of it. */
function indexFiles(files: Iterable<File | DroppedFile>): (path: string) => readonly DroppedFile[] {
  const byName = new Map<string, DroppedFile[]>();
  for (const given of files) {
    const file = given instanceof File ? given : given.file;
    const path = given instanceof File ? given.webkitRelativePath || given.name : given.path;
    const same = byName.get(lastOf(path));
    if (same) same.push({ path, file });
    else byName.set(lastOf(path), [{ path, file }]);
  }
  return (path) => {
    const named = byName.get(lastOf(path)) ?? [];
    const wanted = path.replace(/^(\.?\/)+/, '');
    const exact = named.filter((file) => `/${file.path}`.endsWith(`/${wanted}`));
    return exact.length > 0 ? exact : named;
  };
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function notFound(missing: ReadonlyMap<string, readonly string[]>): DatasetError {
  const shown = [...missing]
    .slice(0, 3)
    .map(([file, candidates]) =>
      candidates.length > 1 ? `${file} (could be ${candidates.slice(0, 3).join(' or ')})` : file,
    );
  return new DatasetError(
    'NOT_FOUND',
    `${missing.size} ${missing.size === 1 ? 'picture is' : 'pictures are'} not among the files: ${shown.join(', ')}` +
      `${missing.size > shown.length ? ', ...' : ''}. Add them, or pass { onMissingImage: 'skip' } to go on without their people.`,
    { missing: [...missing.keys()] },
  );
}
