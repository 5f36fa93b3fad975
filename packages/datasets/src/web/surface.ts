import { DatasetError } from '../error.js';

/** What a canvas draws here. */
export type Drawable =
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame;

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

let context: Context | undefined;

/** RGBA of something drawn at a size, alpha not multiplied in; one canvas serves all, in a page or in a worker. */
export function readRgba(source: Drawable, width: number, height: number): Uint8ClampedArray {
  const surface = openSurface(width, height);
  // What was drawn before does not show through.
  surface.globalCompositeOperation = 'copy';
  surface.drawImage(source, 0, 0, width, height);
  try {
    return surface.getImageData(0, 0, width, height, { colorSpace: 'srgb' }).data;
  } catch (cause) {
    context = undefined; // the canvas stays tainted
    throw new DatasetError(
      'BAD_IMAGE',
      'The pixels may not be read: the picture or video comes from another origin. Serve it with CORS headers and set ' +
        "crossOrigin = 'anonymous' on the element, or fetch it and read the Blob.",
      {},
      { cause },
    );
  }
}

function openSurface(width: number, height: number): Context {
  if (context && context.canvas.width === width && context.canvas.height === height) return context;
  const canvas =
    typeof OffscreenCanvas === 'undefined'
      ? Object.assign(document.createElement('canvas'), { width, height })
      : new OffscreenCanvas(width, height);
  // Read back by the CPU each time: without the hint pixels go to the graphics card and back.
  const options: CanvasRenderingContext2DSettings = { willReadFrequently: true };
  const opened = canvas.getContext('2d', options) as Context | null;
  if (!opened) {
    throw new DatasetError(
      'BAD_IMAGE',
      `No canvas of ${width} x ${height} pixels: too large for this browser.`,
      { width, height },
    );
  }
  context = opened;
  return opened;
}

/** Drops alpha. @param out [n*3] */
export function dropAlpha(rgba: ArrayLike<number>, out: Uint8Array | Uint8ClampedArray): void {
  const count = out.length / 3;
  for (let i = 0, from = 0, to = 0; i < count; i++, from += 4, to += 3) {
    out[to] = rgba[from]!;
    out[to + 1] = rgba[from + 1]!;
    out[to + 2] = rgba[from + 2]!;
  }
}

/** Whether any pixel lets something shine through. */
export function isTransparent(rgba: ArrayLike<number>): boolean {
  for (let i = 3; i < rgba.length; i += 4) if (rgba[i] !== 255) return true;
  return false;
}
