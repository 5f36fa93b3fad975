import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Size } from '@pose-distill/heatmap-decode';
import { DatasetError, type DatasetProblem } from '../error.js';
import type { PoseSample } from '../types.js';
import { presentFiles } from './coco-folder.js';
import { readImageFile, readImageSize } from './image-file.js';

export type PictureDepth = 'header' | 'pixels';

/** Files that are open at one time. */
const AT_ONCE = 8;

/** Looks at each picture that people are in: is it there, readable, as large as stated, and not there twice. */
export async function checkPictures(
  directory: string,
  samples: readonly PoseSample[],
  depth: PictureDepth,
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
      problems[i] = await checkPicture(path, sizes.get(file)!, depth);
      if (depth === 'pixels') contents[i] = await hashOf(path);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return [
    ...problems.filter((problem) => problem !== undefined),
    ...repeatedPictures(directory, files, contents),
  ];
}

async function checkPicture(
  path: string,
  stated: Size,
  depth: PictureDepth,
): Promise<DatasetProblem | undefined> {
  let size: Size;
  try {
    size = await (depth === 'pixels' ? readImageFile(path) : readImageSize(path));
  } catch (error) {
    if (!(error instanceof DatasetError) || error.code !== 'BAD_IMAGE') throw error;
    return pictureError('IMAGE_UNREADABLE', path, String(error.details.reason));
  }
  const isUnknown = stated.width === 0;
  if (isUnknown || (size.width === stated.width && size.height === stated.height)) return undefined;
  const message = `the annotation file says ${stated.width} x ${stated.height}, the picture is ${size.width} x ${size.height}`;
  return pictureError('IMAGE_SIZE_DISAGREES', path, message);
}

async function hashOf(path: string): Promise<string> {
  return createHash('sha1')
    .update(await readFile(path))
    .digest('hex');
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
