import { DatasetError } from '../error.js';
import type { RgbImage } from '../types.js';
import { openImage } from './image-buffer.js';
import { withoutOrientation } from './orientation.js';
import { readStraightAlpha } from './straight-alpha.js';
import { type Drawable, dropAlpha, isTransparent, readRgba } from './surface.js';
import { readVideoFrame, type VideoSource } from './video-frame.js';

/** What a browser has pictures in. */
export type PictureSource =
  | Blob
  | ImageBitmap
  | ImageData
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | VideoSource;

export interface ReadImageOptions {
  /** An earlier result whose memory is used again when the size is the same. @default new memory */
  readonly out?: RgbImage | undefined;
}

/**
 * Pixels of a picture as 8-bit sRGB, in a page or in a worker.
 *
 * A `Blob` or `File` (JPEG, PNG, WebP and what else the browser decodes) is read as `/node` reads a file: EXIF orientation is
 * not applied, since annotations refer to the stored pixels; colour profiles are converted to sRGB; transparency is dropped
 * and the colours under it stay. Elements, bitmaps and canvases are read as the browser shows them, EXIF orientation applied.
 * Bitmaps stay open.
 *
 * @throws DatasetError `BAD_IMAGE` for what the browser cannot decode, an empty picture, an image element that does not
 * load, or pixels of another origin; `OUT_OF_RANGE` for anything that is no picture.
 * @example
 * const image = await readImage(input.files[0]);
 * image.data.length; // 3 * image.width * image.height
 */
export async function readImage(
  source: PictureSource,
  { out }: ReadImageOptions = {},
): Promise<RgbImage> {
  if (isA(source, 'Blob')) return readBlob(source, out);
  if (isA(source, 'ImageData')) return readImageData(source, out);
  if (isA(source, 'HTMLVideoElement') || isA(source, 'VideoFrame'))
    return readVideoFrame(source, { out });
  if (isA(source, 'HTMLImageElement')) {
    await loadElement(source);
    return readDrawable(source, source.naturalWidth, source.naturalHeight, out);
  }
  if (
    isA(source, 'HTMLCanvasElement') ||
    isA(source, 'OffscreenCanvas') ||
    isA(source, 'ImageBitmap')
  )
    return readDrawable(source, source.width, source.height, out);
  const got = Object.prototype.toString.call(source).slice(8, -1);
  throw new DatasetError(
    'OUT_OF_RANGE',
    'source: expected a File, Blob, ImageBitmap, ImageData, VideoFrame, or an image, canvas or video element, ' +
      `got ${got}.`,
    { got },
  );
}

interface Kinds {
  readonly Blob: Blob;
  readonly ImageBitmap: ImageBitmap;
  readonly ImageData: ImageData;
  readonly HTMLImageElement: HTMLImageElement;
  readonly HTMLCanvasElement: HTMLCanvasElement;
  readonly HTMLVideoElement: HTMLVideoElement;
  readonly OffscreenCanvas: OffscreenCanvas;
  readonly VideoFrame: VideoFrame;
}

/** Whether a value is of a class that this place may not have: workers have no elements. */
function isA<Name extends keyof Kinds>(value: unknown, name: Name): value is Kinds[Name] {
  const kind = (globalThis as Record<string, unknown>)[name];
  return typeof kind === 'function' && value instanceof kind;
}

async function readBlob(blob: Blob, out: RgbImage | undefined): Promise<RgbImage> {
  const bitmap = await decode(blob);
  try {
    const image = readDrawable(bitmap, bitmap.width, bitmap.height, out, () =>
      readStraightAlpha(bitmap),
    );
    return image;
  } finally {
    bitmap.close();
  }
}

async function decode(blob: Blob): Promise<ImageBitmap> {
  try {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const upright = new Blob([withoutOrientation(bytes)], { type: blob.type });
    return await createImageBitmap(upright, { premultiplyAlpha: 'none' });
  } catch (cause) {
    const name = 'name' in blob && typeof blob.name === 'string' ? blob.name : 'The file';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError(
      'BAD_IMAGE',
      `${name} cannot be read as a picture (${blob.size} bytes of type '${blob.type}': ${reason}). Choose a JPEG, PNG or ` +
        'WebP file that opens in this browser.',
      { file: name, reason },
      { cause },
    );
  }
}

function readImageData(source: ImageData, out: RgbImage | undefined): RgbImage {
  const { width, height, data } = source;
  const image = openImage(width, height, out);
  if ((source.colorSpace ?? 'srgb') !== 'srgb' || !(data instanceof Uint8ClampedArray)) {
    throw new DatasetError(
      'BAD_IMAGE',
      `ImageData: expected 8-bit sRGB, got ${source.colorSpace}. Use getImageData(x, y, width, height, { colorSpace: 'srgb' }).`,
      { colorSpace: source.colorSpace },
    );
  }
  dropAlpha(data, image.data);
  return image;
}

async function loadElement(element: HTMLImageElement): Promise<void> {
  try {
    await element.decode();
  } catch (cause) {
    const source = element.currentSrc || element.src;
    const shown = source.length > 100 ? `${source.slice(0, 100)}...` : source;
    throw new DatasetError(
      'BAD_IMAGE',
      `The image element does not load '${shown}'. Look at the address and at the type of the file.`,
      { source },
      { cause },
    );
  }
}

function readDrawable(
  source: Drawable,
  width: number,
  height: number,
  out: RgbImage | undefined,
  readStraight?: () => Uint8Array | undefined,
): RgbImage {
  if (!(width > 0 && height > 0)) {
    throw new DatasetError(
      'BAD_IMAGE',
      `The picture is ${width} x ${height}: it is empty, or was closed or handed over before it was read.`,
      { width, height },
    );
  }
  const image = openImage(width, height, out);
  const rgba = readRgba(source, width, height);
  dropAlpha((isTransparent(rgba) && readStraight?.()) || rgba, image.data);
  return image;
}
