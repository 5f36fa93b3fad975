import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Size } from '@pose-distill/heatmap-decode';
import { DatasetError, type DatasetProblem } from '../error.js';
import type { PoseSample, ReadImageOptions } from '../types.js';
import { presentFiles } from './coco-folder.js';
import { decodeImage, readImageSize, unreadable } from './image-file.js';

export type PictureDepth = 'header' | 'pixels';

/** Files that are open at one time. */
const AT_ONCE = 8;

/** Looks at each picture that people are in: is it there, readable, as large as stated, and not there twice. */
export async function checkPictures(
  directory: string,
  samples: readonly PoseSample[],
  depth: PictureDepth,
  reading: ReadImageOptions = {},
): Promise<DatasetProblem[]> {
  const sizes = new Map<string, Size>();
  for (const { file, imageSize } of samples) sizes.set(file, imageSize);
  const files = [...sizes.keys()];
  const present = await presentFiles(directory, files);
  const problems = new Array<DatasetProblem | undefined>(files.length);
  const contents = new Array<string | undefined>(files.length);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) {
      const file = files[i]!;
      const path = join(directory, file);
      if (!present.has(file)) {
        problems[i] = pictureError('IMAGE_MISSING', path, 'there is no such file');
        continue;
      }
      try {
        const found = await lookAt(path, depth, reading);
        problems[i] = compareSizes(path, sizes.get(file)!, found);
        contents[i] = found.content;
      } catch (error) {
        if (!(error instanceof DatasetError) || error.code !== 'BAD_IMAGE') throw error;
        problems[i] = pictureError('IMAGE_UNREADABLE', path, String(error.details.reason));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return [
    ...problems.filter((problem) => problem !== undefined),
    ...repeatedPictures(directory, files, contents),
  ];
}

/** Size of a picture and, when its pixels are read, a hash of its bytes. */
async function lookAt(
  path: string,
  depth: PictureDepth,
  reading: ReadImageOptions,
): Promise<Size & { readonly content?: string }> {
  if (depth === 'header') return readImageSize(path, reading);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause, reading);
  });
  const { width, height } = await decodeImage(bytes, path, reading);
  return { width, height, content: createHash('sha1').update(bytes).digest('hex') };
}

function compareSizes(path: string, stated: Size, found: Size): DatasetProblem | undefined {
  const isUnknown = stated.width === 0;
  if (isUnknown || (found.width === stated.width && found.height === stated.height))
    return undefined;
  const message = `the annotation file says ${stated.width} x ${stated.height}, the picture is ${found.width} x ${found.height}`;
  return pictureError('IMAGE_SIZE_DISAGREES', path, message);
}

/** Pictures with the bytes of an earlier one: a leak when one of them is in the other split, or people counted twice. */
function repeatedPictures(
  directory: string,
  files: readonly string[],
  contents: readonly (string | undefined)[],
): DatasetProblem[] {
  const first = new Map<string, string>();
  const found: DatasetProblem[] = [];
  contents.forEach((content, i) => {
    if (content === undefined) return;
    const earlier = first.get(content);
    if (earlier === undefined) first.set(content, files[i]!);
    else {
      found.push({
        severity: 'warning',
        code: 'DUPLICATE_IMAGE',
        path: join(directory, files[i]!),
        message: `the same bytes as ${earlier}`,
      });
    }
  });
  return found;
}

function pictureError(
  code: 'IMAGE_MISSING' | 'IMAGE_UNREADABLE' | 'IMAGE_SIZE_DISAGREES',
  path: string,
  message: string,
): DatasetProblem {
  return { severity: 'error', code, path, message };
}
