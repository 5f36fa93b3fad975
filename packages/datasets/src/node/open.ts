import { resolve } from 'node:path';
import type { Skeleton } from '@pose-distill/skeletons';
import { parseDetections } from '../coco/detections.js';
import { DatasetError } from '../error.js';
import { requireUsable } from '../parsed.js';
import { type Split, syntheticDataset } from '../synthetic.js';
import type { PoseDataset, PoseSample } from '../types.js';
import { findImages, missingFrom, readAnnotations, sourceRoot } from './coco-folder.js';
import { readSampleImage } from './image-file.js';
import { type FolderAnnotations, type RecordPlace, readFolder, readRecord } from './read-folder.js';
import {
  checkFolderSource,
  type FolderSettings,
  type FolderSource,
  parseSource,
  type SourceSpec,
} from './source.js';

/** What to open; the settings of a folder win over those of its spec. */
export interface OpenDatasetOptions extends FolderSettings {
  readonly split: Split;
}

/**
 * Opens a data set: a folder (`coco:DIR`, `mpii:DIR`, `crowdpose:DIR`, `lsp:DIR`, `aic:DIR`, `ochuman:DIR`, `mhp:DIR`, `jhmdb:DIR`), an
 * annotation file of it (`coco:FILE.json`) or synthetic figures (`synthetic`). Annotations are checked and every picture is looked
 * for before anything is returned; pixels are read when asked for.
 *
 * `coco:DIR` takes `person_keypoints_<split>*.json` in DIR or DIR/annotations, and the pictures in `<split>*` beside, or
 * in DIR/images. The other data sets are found as their authors or mmpose's converters lay them out.
 *
 * Annotation files of 32 MiB and more are read piece by piece and kept as columns of numbers; people become objects when they
 * are looked at, outlines stay in the file (`readRecord`), and an index beside the file (`index`) opens it at once the next time.
 *
 * @throws DatasetError `NOT_FOUND` saying what was looked for; `BAD_ANNOTATION` once for all errors.
 * @example
 * const dataset = await openDataset('coco:/data/coco', { split: 'val' });
 * const image = await dataset.readImage(dataset.samples[0]);
 */
export async function openDataset(
  source: string | SourceSpec,
  { split, ...settings }: OpenDatasetOptions,
): Promise<PoseDataset> {
  requireSplit(split);
  const spec = parseSource(source);
  if (spec.kind === 'synthetic') return syntheticDataset(spec, split);
  return openFolder(checkFolderSource({ ...spec, ...settings }), split);
}

async function openFolder(source: FolderSource, split: Split): Promise<PoseDataset> {
  const folder = await readFolder(source, split);
  const { file, placeOf, problems, skippedRecords } = folder;
  // Nothing of a folder is spread: the ground truth of a large file is made when asked for.
  const { onBadRecord = 'throw', reading } = source;
  const { skeleton } = requireUsable(folder, { file, onBadRecord });
  const detections = await readDetections(source, folder, skeleton);
  const files = detections ? [...new Set(detections.map((sample) => sample.file))] : folder.files;
  const directory = await findImages(source, split, file, files);
  const missing = await missingFiles(source, directory, files, file);
  const kept = (name: string): boolean => !missing.has(name);
  const samples = detections
    ? detections.filter((sample) => kept(sample.file))
    : missing.size > 0
      ? folder.samplesOf(kept)
      : folder.samples;
  return {
    name: `${split} of ${source.directory}`,
    skeleton,
    samples,
    problems,
    skippedRecords,
    readImage: (sample) => readSampleImage(directory, sample.file, reading),
    groundTruth: () => folder.groundTruth,
    ...(placeOf ? { readRecord: (id: number) => recordOf(file, id, placeOf(id)) } : {}),
    images: { kind: 'files', directory, ...(reading ? { reading } : {}) },
  };
}

async function readDetections(
  source: FolderSource,
  folder: FolderAnnotations,
  skeleton: Skeleton,
): Promise<readonly PoseSample[] | undefined> {
  const { detections, minimumScore = 0, onBadRecord = 'throw' } = source;
  if (detections === undefined) return undefined;
  const file = resolve(await sourceRoot(source), detections);
  const { images, categories } = folder.groundTruth;
  const people = categories.map(({ id }) => id);
  const options = { skeleton, images, categories: people, minimumScore, file, onBadRecord };
  return parseDetections(await readAnnotations(file), options).samples;
}

/** Pictures that are not there, unless nobody wants to know. @throws DatasetError `NOT_FOUND` naming them */
async function missingFiles(
  { kind, onMissingImage = 'throw' }: FolderSource,
  directory: string,
  files: readonly string[],
  annotations: string,
): Promise<ReadonlySet<string>> {
  if (onMissingImage === 'ignore') return new Set();
  const missing = await missingFrom(directory, files);
  if (missing.length === 0) return new Set();
  if (onMissingImage === 'skip' && missing.length < files.length) return new Set(missing);
  const shown = missing.slice(0, 3).join(', ');
  throw new DatasetError(
    'NOT_FOUND',
    `${missing.length} of ${files.length} pictures of ${annotations} are not in ${directory}: ${shown}` +
      `${missing.length > 3 ? ', ...' : ''}. Fetch them, name their folder with { kind: '${kind}', directory, images }, or go ` +
      "on without their people with { onMissingImage: 'skip' }.",
    { directory, annotations, missing },
  );
}

async function recordOf(
  file: string,
  id: number,
  place: RecordPlace | undefined,
): Promise<unknown> {
  if (place) return readRecord(file, place);
  throw new DatasetError('NOT_FOUND', `${file} has no annotation with the id ${id}.`, { file, id });
}

export function requireSplit(split: unknown): asserts split is Split {
  if (split === 'train' || split === 'val') return;
  throw new DatasetError('OUT_OF_RANGE', `split: expected 'train' or 'val', got ${String(split)}.`);
}
