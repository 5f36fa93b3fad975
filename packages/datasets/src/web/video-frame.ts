import { DatasetError } from '../error.js';
import type { RgbImage } from '../types.js';
import { openImage } from './image-buffer.js';
import { dropAlpha, readRgba } from './surface.js';

/** Things that show one picture after another. */
export type VideoSource = HTMLVideoElement | VideoFrame;

/** A video element's `readyState` from which on it has a picture to show. */
const HAVE_CURRENT_DATA = 2;

/**
 * Pixels of the frame that a video shows now (camera or file) or of a WebCodecs frame, upright as it is shown.
 *
 * Synchronous. The caller closes a `VideoFrame`.
 *
 * @param options.out An earlier result: its memory is used again when the size is the same, so a loop allocates nothing
 * but what the browser does.
 * @throws DatasetError `BAD_IMAGE` for a video without a frame yet, a closed frame, or pixels of another origin.
 * @example
 * let frame: RgbImage | undefined;
 * video.requestVideoFrameCallback(() => {
 *   frame = readVideoFrame(video, { out: frame });
 * });
 */
export function readVideoFrame(
  source: VideoSource,
  { out }: { readonly out?: RgbImage | undefined } = {},
): RgbImage {
  const { width, height } = sizeOf(source);
  const image = openImage(width, height, out);
  dropAlpha(readRgba(source, width, height), image.data);
  return image;
}

function sizeOf(source: VideoSource): { width: number; height: number } {
  if ('displayWidth' in source) {
    const { displayWidth: width, displayHeight: height } = source;
    if (width > 0 && height > 0) return { width, height };
    throw new DatasetError(
      'BAD_IMAGE',
      `The video frame is ${width} x ${height}: it was closed. Read it before close().`,
      { width, height },
    );
  }
  const { videoWidth: width, videoHeight: height, readyState } = source;
  if (width > 0 && height > 0 && readyState >= HAVE_CURRENT_DATA) return { width, height };
  throw new DatasetError(
    'BAD_IMAGE',
    `The video has no frame to show yet (${width} x ${height}, readyState ${readyState}). Wait for its 'loadeddata' event ` +
      'or for requestVideoFrameCallback.',
    { width, height, readyState },
  );
}
