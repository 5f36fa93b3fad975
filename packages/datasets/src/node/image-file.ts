import { join } from 'node:path';
import { DatasetError } from '../error.js';
import type { RgbImage } from '../types.js';

type Sharp = typeof import('sharp')['default'];

let loading: Promise<Sharp> | undefined;

/** The optional peer `sharp`. @throws DatasetError `MISSING_PEER` */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(
    (module) => module.default,
    (cause: unknown) => {
      loading = undefined; // it may be installed while we run
      const message =
        'Pictures are read and written with the package sharp, which is not installed. Run: npm install sharp';
      throw new DatasetError('MISSING_PEER', message, { peer: 'sharp' }, { cause });
    },
  );
  return loading;
}

/**
 * Pixels of a picture file (JPEG, PNG, WebP and what else sharp reads) as 8-bit sRGB; grey and CMYK are converted,
 * transparency is dropped. EXIF orientation is not applied: annotations refer to the stored pixels.
 *
 * @throws DatasetError `MISSING_PEER` without sharp; `BAD_IMAGE` naming a file that is missing, cut off or no picture.
 */
export async function readImageFile(path: string): Promise<RgbImage> {
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(path, { failOn: 'truncated' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels`);
    return { data, width: info.width, height: info.height };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Size of a picture from its header, without decoding. @throws as `readImageFile` */
export async function readImageSize(path: string): Promise<{ width: number; height: number }> {
  const sharp = await loadSharp();
  try {
    const { width, height } = await sharp(path).metadata();
    return { width, height };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Reads the picture of a sample whose data set lies in `directory`. */
export function readSampleImage(directory: string, file: string): Promise<RgbImage> {
  return readImageFile(join(directory, file));
}

function unreadable(path: string, cause: unknown): DatasetError {
  const reason = cause instanceof Error ? firstLine(cause.message) : String(cause);
  return new DatasetError(
    'BAD_IMAGE',
    `${path} cannot be read as a picture (${reason}). Fetch it again, or take its annotations out of the data set.`,
    { path, reason },
    { cause },
  );
}

/** sharp says the same thing over and over for a damaged file. */
function firstLine(message: string): string {
  return message.split('\n')[0]!.trim();
}
