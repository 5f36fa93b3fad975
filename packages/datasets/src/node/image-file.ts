import { join } from 'node:path';
import { DatasetError } from '../error.js';
import type { ReadImageOptions, RgbImage } from '../types.js';

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

/** 16 thousand pixels squared: 805 MB of RGB. */
const MAX_PIXELS = 2 ** 28;

/**
 * Pixels of a picture file (JPEG, PNG, WebP and what else sharp reads) as 8-bit RGB: grey is repeated, CMYK converted, of
 * 16 bits the upper 8 are kept, transparency is dropped, of an animation the first picture is read. Neither the EXIF
 * orientation nor an embedded colour profile is applied unless asked for.
 *
 * @throws DatasetError `MISSING_PEER` without sharp; `BAD_IMAGE` naming a file that is missing, cut off, too large or no
 * picture.
 */
export function readImageFile(path: string, options: ReadImageOptions = {}): Promise<RgbImage> {
  return decode(path, path, options);
}

/** Pixels of a picture file whose bytes are at hand; as `readImageFile`. @param name says in errors which picture it is */
export function decodeImage(
  bytes: Uint8Array,
  name: string,
  options: ReadImageOptions = {},
): Promise<RgbImage> {
  return decode(bytes, name, options);
}

async function decode(
  input: string | Uint8Array,
  name: string,
  options: ReadImageOptions,
): Promise<RgbImage> {
  const sharp = await loadSharp();
  try {
    const picture = sharp(input, inputOptions(options));
    const { data, info } = await (options.applyOrientation ? picture.rotate() : picture)
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels`);
    return { data, width: info.width, height: info.height };
  } catch (cause) {
    throw unreadable(name, cause, options);
  }
}

/** Size of a picture from its header, without decoding. @throws as `readImageFile` */
export async function readImageSize(
  path: string,
  options: ReadImageOptions = {},
): Promise<{ width: number; height: number }> {
  const sharp = await loadSharp();
  try {
    const { width, height, orientation = 1 } = await sharp(path, inputOptions(options)).metadata();
    const turned = options.applyOrientation && orientation >= 5;
    return turned ? { width: height, height: width } : { width, height };
  } catch (cause) {
    throw unreadable(path, cause, options);
  }
}

/** Reads the picture of a sample whose data set lies in `directory`. */
export function readSampleImage(
  directory: string,
  file: string,
  options: ReadImageOptions = {},
): Promise<RgbImage> {
  return readImageFile(join(directory, file), options);
}

function inputOptions({ applyProfile = false, maxPixels = MAX_PIXELS }: ReadImageOptions): {
  failOn: 'truncated';
  ignoreIcc: boolean;
  limitInputPixels: number;
} {
  return { failOn: 'truncated', ignoreIcc: !applyProfile, limitInputPixels: maxPixels };
}

/** The error of a picture that cannot be read. */
export function unreadable(
  path: string,
  cause: unknown,
  { maxPixels = MAX_PIXELS }: ReadImageOptions,
): DatasetError {
  const reason = cause instanceof Error ? firstLine(cause.message) : String(cause);
  const tooLarge = /pixel limit/.test(reason);
  const message = tooLarge
    ? `${path} has more than ${maxPixels} pixels. Make it smaller together with its annotations, or allow it with maxPixels.`
    : `${path} cannot be read as a picture (${reason}). Fetch it again, or take its annotations out of the data set.`;
  return new DatasetError('BAD_IMAGE', message, { path, reason }, { cause });
}

/** sharp says the same thing over and over for a damaged file. */
function firstLine(message: string): string {
  return message.split('\n')[0]!.trim();
}
