import { parseCocoKeypoints } from '../coco/parse.js';
import { DatasetError } from '../error.js';
import { type Split, syntheticDataset } from '../synthetic.js';
import type { PoseDataset } from '../types.js';
import { findAnnotations, findImages, presentFiles, readAnnotations } from './coco-folder.js';
import { readSampleImage } from './image-file.js';
import { type FolderSettings, type FolderSource, parseSource, type SourceSpec } from './source.js';

/** What to open; the settings of a folder win over those of its spec. */
export interface OpenDatasetOptions extends FolderSettings {
  readonly split: Split;
}

/**
 * Opens a data set: a COCO folder (`coco:DIR`) or synthetic figures (`synthetic`). Annotations are checked and every
 * picture is looked for before anything is returned; pixels are read when asked for.
 *
 * `coco:DIR` takes `person_keypoints_<split>*.json` in DIR or DIR/annotations, and the pictures in `<split>*` beside, or
 * in DIR/images.
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
  return openCoco({ ...spec, ...settings }, split);
}

async function openCoco(source: FolderSource, split: Split): Promise<PoseDataset> {
  const path = await findAnnotations(source, split);
  const json = await readAnnotations(path);
  const { onBadRecord = 'throw' } = source;
  const { skeleton, samples, groundTruth } = parseCocoKeypoints(json, { file: path, onBadRecord });
  const files = [...new Set(samples.map(({ file }) => file))];
  const directory = await findImages(source, split, path, files);
  await requireFiles(directory, files, path);
  return {
    name: `${split} of ${source.directory}`,
    skeleton,
    samples,
    readImage: (sample) => readSampleImage(directory, sample.file),
    groundTruth: () => groundTruth,
    images: { kind: 'files', directory },
  };
}

async function requireFiles(
  directory: string,
  files: readonly string[],
  annotations: string,
): Promise<void> {
  const present = await presentFiles(directory, files);
  if (present.size === files.length) return;
  const missing = files.filter((file) => !present.has(file));
  const shown = missing.slice(0, 3).join(', ');
  throw new DatasetError(
    'NOT_FOUND',
    `${missing.length} of ${files.length} pictures of ${annotations} are not in ${directory}: ${shown}` +
      `${missing.length > 3 ? ', ...' : ''}. Fetch them, name their folder with { kind: 'coco', directory, images }, or take ` +
      'their annotations out of the file.',
    { directory, annotations, missing },
  );
}

export function requireSplit(split: unknown): asserts split is Split {
  if (split === 'train' || split === 'val') return;
  throw new DatasetError('OUT_OF_RANGE', `split: expected 'train' or 'val', got ${String(split)}.`);
}
