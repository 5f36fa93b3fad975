import { DatasetError, type DatasetProblem } from '../error.js';
import { examineSamples, type SampleProblem } from '../examine/examine.js';
import { type Split, syntheticDataset } from '../synthetic.js';
import type { PoseDataset } from '../types.js';
import { checkPictures, type PictureDepth } from './check-pictures.js';
import { findImages } from './coco-folder.js';
import { readSampleImage } from './image-file.js';
import { requireSplit } from './open.js';
import { type FolderAnnotations, readFolder } from './read-folder.js';
import { type FolderSettings, type FolderSource, parseSource, type SourceSpec } from './source.js';

export interface CheckFolderOptions extends Omit<FolderSettings, 'onBadRecord' | 'onMissingImage'> {
  readonly split: Split;
  /**
   * How pictures are checked: `header` reads the size from the file's start, `pixels` decodes the whole picture and so
   * finds those cut off, and tells of pictures with equal bytes. @default 'header'
   */
  readonly images?: PictureDepth;
}

/** What is in a data set and what is wrong with it. */
export interface FolderReport {
  readonly annotations: string | undefined;
  readonly images: string | undefined;
  readonly imageCount: number;
  readonly personCount: number;
  /** People to train on. */
  readonly sampleCount: number;
  readonly skeleton: string | undefined;
  readonly problems: readonly SampleProblem[];
  /** The people and their pictures, as far as they can be used; absent when there is no skeleton or no folder of pictures. */
  readonly dataset?: PoseDataset;
}

/**
 * Checks a data set without stopping at the first problem: the annotations, what is implausible about the people
 * (`examineSamples`), and for each picture with people to train on whether it exists, is readable and has the size that the file
 * says.
 *
 * @throws DatasetError `NOT_FOUND` when there is no annotation file, `MISSING_PEER` without sharp. Everything else is data.
 * @example
 * const { problems } = await checkFolder('coco:/data/mine', { split: 'train', images: 'pixels' });
 */
export async function checkFolder(
  source: string | SourceSpec,
  { split, images: depth = 'header', ...settings }: CheckFolderOptions,
): Promise<FolderReport> {
  requireSplit(split);
  const spec = parseSource(source);
  if (spec.kind === 'synthetic') return reportFigures(syntheticDataset(spec, split));
  const folder = { ...spec, ...settings, onBadRecord: 'skip' } as const;
  const found = await readFolder(folder, split);
  const { skeleton, samples, groundTruth } = found;
  const { directory, problems } = await lookAtPictures(folder, split, found, depth);
  const { reading } = folder;
  return {
    annotations: found.file,
    images: directory,
    imageCount: groundTruth.images.length,
    personCount: groundTruth.annotations.length,
    sampleCount: samples.length,
    skeleton: skeleton?.name,
    problems: [
      ...found.problems,
      ...problems,
      ...(skeleton ? examineSamples(samples, skeleton) : []),
    ],
    ...(skeleton &&
      directory !== undefined && {
        dataset: {
          name: `${split} of ${spec.directory}`,
          skeleton,
          samples,
          readImage: (sample) => readSampleImage(directory, sample.file, reading),
          groundTruth: () => groundTruth,
        },
      }),
  };
}

function reportFigures(dataset: PoseDataset): FolderReport {
  const { images, annotations } = dataset.groundTruth();
  return {
    annotations: undefined,
    images: undefined,
    imageCount: images.length,
    personCount: annotations.length,
    sampleCount: dataset.samples.length,
    skeleton: dataset.skeleton.name,
    problems: examineSamples(dataset.samples, dataset.skeleton),
    dataset,
  };
}

async function lookAtPictures(
  source: FolderSource,
  split: Split,
  { file, files, samples }: FolderAnnotations,
  depth: PictureDepth,
): Promise<{ directory: string | undefined; problems: readonly DatasetProblem[] }> {
  if (files.length === 0) return { directory: undefined, problems: [] };
  try {
    const directory = await findImages(source, split, file, files);
    return { directory, problems: await checkPictures(directory, samples, depth, source.reading) };
  } catch (error) {
    if (!(error instanceof DatasetError) || error.code !== 'NOT_FOUND') throw error;
    const { message } = error;
    const problem = { severity: 'error', code: 'IMAGE_MISSING', path: 'images', message } as const;
    return { directory: undefined, problems: [problem] };
  }
}
