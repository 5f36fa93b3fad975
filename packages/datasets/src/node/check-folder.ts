import { join } from 'node:path';
import { checkCocoKeypoints } from '../coco/parse.js';
import { DatasetError, type DatasetProblem } from '../error.js';
import { type Split, syntheticDataset } from '../synthetic.js';
import type { CocoImage, PoseSample } from '../types.js';
import { findAnnotations, findImages, presentFiles, readAnnotations } from './coco-folder.js';
import { readImageFile, readImageSize } from './image-file.js';
import { requireSplit } from './open.js';
import { parseSource, type SourceSpec } from './source.js';

export interface CheckFolderOptions {
  readonly split: Split;
  /**
   * How pictures are checked: `header` reads the size from the file's start, `pixels` decodes the whole picture and so
   * finds those cut off. @default 'header'
   */
  readonly images?: 'header' | 'pixels';
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
  readonly problems: readonly DatasetProblem[];
}

/** Files that are open at one time. */
const AT_ONCE = 8;

/**
 * Checks a data set without stopping at the first problem: the annotation file, and for each picture with people to
 * train on whether it exists, is readable and has the size that the file says.
 *
 * @throws DatasetError `NOT_FOUND` when there is no annotation file, `MISSING_PEER` without sharp. Everything else is data.
 * @example
 * const { problems } = await checkFolder('coco:/data/mine', { split: 'train', images: 'pixels' });
 */
export async function checkFolder(
  source: string | SourceSpec,
  options: CheckFolderOptions,
): Promise<FolderReport> {
  const { split, images: depth = 'header' } = options;
  requireSplit(split);
  const spec = parseSource(source);
  if (spec.kind === 'synthetic') {
    const { samples, skeleton } = syntheticDataset(spec, split);
    const count = samples.length;
    const counts = { imageCount: count, personCount: count, sampleCount: count };
    return {
      ...counts,
      annotations: undefined,
      images: undefined,
      skeleton: skeleton.name,
      problems: [],
    };
  }
  const annotations = await findAnnotations(spec, split);
  const { problems, samples, groundTruth, skeleton } = checkCocoKeypoints(
    await readAnnotations(annotations),
  );
  const found: DatasetProblem[] = [...problems];
  const images = await checkImages();
  return {
    annotations,
    images,
    imageCount: groundTruth.images.length,
    personCount: groundTruth.annotations.length,
    sampleCount: samples.length,
    skeleton: skeleton?.name,
    problems: found,
  };

  async function checkImages(): Promise<string | undefined> {
    const wanted = imagesOf(samples);
    if (wanted.length === 0) return undefined;
    const files = wanted.map(({ file_name }) => file_name);
    let directory: string;
    try {
      directory = await findImages(spec as never, split, annotations, files);
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      found.push(imageError('IMAGE_MISSING', 'images', error.message));
      return undefined;
    }
    const present = await presentFiles(directory, files);
    const results = new Array<DatasetProblem | undefined>(wanted.length);
    let next = 0;
    const work = async (): Promise<void> => {
      for (let i = next++; i < wanted.length; i = next++) {
        const image = wanted[i]!;
        results[i] = await checkImage(directory, image, present.has(image.file_name), depth);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    found.push(...results.filter((problem) => problem !== undefined));
    return directory;
  }
}

function imagesOf(samples: readonly PoseSample[]): CocoImage[] {
  const images = new Map<number, CocoImage>();
  for (const { imageId, file, imageSize } of samples) {
    images.set(imageId, { id: imageId, file_name: file, ...imageSize });
  }
  return [...images.values()];
}

async function checkImage(
  directory: string,
  image: CocoImage,
  present: boolean,
  depth: 'header' | 'pixels',
): Promise<DatasetProblem | undefined> {
  const path = join(directory, image.file_name);
  if (!present) return imageError('IMAGE_MISSING', path, 'there is no such file');
  let size: { width: number; height: number };
  try {
    size = await (depth === 'pixels' ? readImageFile(path) : readImageSize(path));
  } catch (error) {
    if (!(error instanceof DatasetError) || error.code !== 'BAD_IMAGE') throw error;
    return imageError('IMAGE_UNREADABLE', path, String(error.details.reason));
  }
  if (size.width === image.width && size.height === image.height) return undefined;
  const stated = `the annotation file says ${image.width} x ${image.height}`;
  return imageError(
    'IMAGE_SIZE_DISAGREES',
    path,
    `${stated}, the picture is ${size.width} x ${size.height}`,
  );
}

function imageError(
  code: 'IMAGE_MISSING' | 'IMAGE_UNREADABLE' | 'IMAGE_SIZE_DISAGREES',
  path: string,
  message: string,
): DatasetProblem {
  return { severity: 'error', code, path, message };
}
