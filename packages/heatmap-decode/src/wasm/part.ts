import type { Affine } from '../affine.js';
import type { Size } from '../size.js';
import type { PixelSource } from '../warp-row.js';
import type { Native } from './engine.js';

/** Columns and rows of an image that an output needs, first to last; -1 and the size belong to a black frame around it. */
export interface Part {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A picture in the kernels' memory; `stride` in bytes. */
export interface NativePicture {
  readonly at: number;
  readonly stride: number;
  readonly width: number;
  readonly height: number;
}

/** A call that copies one line costs about as much as copying these bytes. */
const CALL = 2400;

/** The part of an image that `inverse` (output to image) reaches, and a pixel more for rounding. */
export function partOf({ width, height }: Size, inverse: Affine, output: Size): Part {
  const [a, b, c, d, e, f] = inverse;
  const [x, y] = [output.width - 1, output.height - 1];
  const [minX, maxX] = [
    Math.min(0, a * x) + Math.min(0, b * y),
    Math.max(0, a * x) + Math.max(0, b * y),
  ];
  const [minY, maxY] = [
    Math.min(0, d * x) + Math.min(0, e * y),
    Math.max(0, d * x) + Math.max(0, e * y),
  ];
  return {
    left: Math.max(-1, Math.floor(minX + c) - 1),
    right: Math.min(width, Math.floor(maxX + c) + 2),
    top: Math.max(-1, Math.floor(minY + f) - 1),
    bottom: Math.min(height, Math.floor(maxY + f) + 2),
  };
}

/** Whether the part reaches into the frame. */
export function isFramed({ left, right, top, bottom }: Part, { width, height }: Size): boolean {
  return left < 0 || top < 0 || right >= width || bottom >= height;
}

/** The lines of the image to copy, whole or from one column on. */
export interface Lines {
  readonly first: number;
  readonly count: number;
  readonly column: number;
  readonly columns: number;
}

export function linesOf(part: Part, { width, height, channels, data }: PixelSource): Lines {
  const first = Math.max(0, part.top);
  const count = Math.min(height - 1, part.bottom) - first + 1;
  const column = Math.max(0, part.left);
  const columns = Math.min(width - 1, part.right) - column + 1;
  const spared = (width - columns) * channels * data.BYTES_PER_ELEMENT;
  return spared > CALL
    ? { first, count, column, columns }
    : { first, count, column: 0, columns: width };
}

/** Copies lines into the kernels' memory. */
export function copyLines(
  source: PixelSource,
  lines: Lines,
  buffer: ArrayBuffer,
  at: number,
): void {
  const { data, width, channels } = source;
  const { first, count, column, columns } = lines;
  const elements = columns * channels;
  const copy =
    data instanceof Float32Array
      ? new Float32Array(buffer, at, count * elements)
      : new Uint8Array(buffer, at, count * elements);
  const from = (first * width + column) * channels;
  if (columns === width) {
    copy.set(data.subarray(from, from + count * elements));
    return;
  }
  for (let line = 0, start = from; line < count; line++, start += width * channels) {
    copy.set(data.subarray(start, start + elements), line * elements);
  }
}

/** The part as a picture: within the copied lines (at `copied`), or put into a frame (at `framed`). */
export function pictureOf(
  native: Native,
  part: Part,
  lines: Lines,
  pixel: number,
  copied: number,
  framed: number | undefined,
): NativePicture {
  const width = part.right - part.left + 1;
  const height = part.bottom - part.top + 1;
  const stride = lines.columns * pixel;
  if (framed === undefined) {
    return { at: copied + (part.left - lines.column) * pixel, stride, width, height };
  }
  const left = Math.max(0, part.left);
  const before = (left - part.left) * pixel;
  const right = Math.min(lines.column + lines.columns - 1, part.right);
  const inside = (right - left + 1) * pixel;
  const above = lines.first - part.top;
  native.frame(
    copied + (left - lines.column) * pixel,
    stride,
    framed,
    inside,
    lines.count,
    before,
    width * pixel - before - inside,
    above,
    height - lines.count - above,
  );
  return { at: framed, stride: width * pixel, width, height };
}
