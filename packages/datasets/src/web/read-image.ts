import { DatasetError } from '../error.js';
import type { ReadImageOptions, RgbImage } from '../types.js';
import { openImage } from './image-buffer.js';
import { takeOrientation } from './orientation.js';
import { readStraightAlpha } from './straight-alpha.js';
import { type Drawable, dropAlpha, isTransparent, readRgba } from './surface.js';
import { turnedSize, turnPixels } from './turn.js';
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

/** How a file is read; `maxPixels` is the browser's affair here. */
export interface ReadPictureOptions extends Omit<ReadImageOptions, 'maxPixels'> {
  /** An earlier result whose memory is used again when the size is the same. @default new memory */
  readonly out?: RgbImage | undefined;
}

/**
 * Pixels of a picture as 8-bit RGB, in a page or in a worker.
 *
 * A `Blob` or `File` (JPEG, PNG, WebP and what else the browser decodes) is read as `/node` reads a file: neither EXIF
 * orientation nor an embedded colour profile is applied unless asked for; transparency is dropped and the colours under it
 * stay. Elements, bitmaps and canvases are read as the browser shows them, orientation and profile applied. Bitmaps stay
 * open.
 *
 * @throws DatasetError `BAD_IMAGE` for what the browser cannot decode, an empty picture, an image element that does not
 * load, or pixels of another origin; `OUT_OF_RANGE` for anything that is no picture.
 * @example
 * const image = await readImage(input.files[0]);
 * image.data.length; // 3 * image.width * image.height
 */
export async function readImage(
  source: PictureSource,
  options: ReadPictureOptions = {},
): Promise<RgbImage> {
  const { out } = options;
  if (isA(source, 'Blob')) return readBlob(source, options);
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

async function readBlob(
  blob: Blob,
  { applyOrientation = false, applyProfile = false, out }: ReadPictureOptions,
): Promise<RgbImage> {
  const { bitmap, orientation } = await decode(blob, applyProfile);
  try {
    const { width, height } = bitmap;
    const straight = (): Uint8Array | undefined => readStraightAlpha(bitmap);
    if (!applyOrientation || orientation === 1)
      return readDrawable(bitmap, width, height, out, straight);
    const stored = readDrawable(bitmap, width, height, undefined, straight);
    const size = turnedSize(width, height, orientation);
    const image = openImage(size.width, size.height, out);
    turnPixels(stored, orientation, image.data);
    return image;
  } finally {
    bitmap.close();
  }
}

async function decode(
  blob: Blob,
  applyProfile: boolean,
): Promise<{ bitmap: ImageBitmap; orientation: number }> {
  try {
    const file = new Uint8Array(await blob.arrayBuffer());
    const { orientation, bytes } = takeOrientation(file);
    const bitmap = await createImageBitmap(new Blob([bytes], { type: blob.type }), {
      premultiplyAlpha: 'none',
      colorSpaceConversion: applyProfile ? 'default' : 'none',
    });
    return { bitmap, orientation };
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
