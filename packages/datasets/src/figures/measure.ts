import { PART } from './cone.js';
import { type DepthBuffer, SAMPLES, type SeenCone } from './raster.js';

/** Extent of a person in a picture, in pixels: left edge, top edge, size. */
export interface Extent {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The extent of the samples that show the person, covered by `mask` or not, and the pixels that are not covered. */
export function measurePerson(
  buffer: DepthBuffer,
  seen: readonly SeenCone[],
  mask: Float32Array,
): { box: Extent; area: number } {
  const { width, height, index } = buffer;
  const isPerson = Uint8Array.from([
    0,
    ...seen.map(({ cone }) => Number(cone.part !== PART.furniture)),
  ]);
  let left = width;
  let right = -1;
  let top = height;
  let bottom = -1;
  let count = 0;
  for (let y = 0; y < height; y++) {
    const maskRow = (y >> 1) * (width >> 1);
    for (let x = 0; x < width; x++) {
      if (isPerson[index[y * width + x]!] === 0) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
      if (mask[maskRow + (x >> 1)]! < 0.5) count++;
    }
  }
  const area = count / (SAMPLES * SAMPLES);
  return { box: boxOf(left, right, top, bottom), area };
}

/** The box of the samples from the first to the last, in pixels; empty when the last is before all. */
export function boxOf(left: number, right: number, top: number, bottom: number): Extent {
  if (right < 0) return { x: 0, y: 0, width: 0, height: 0 };
  // Sample i covers half a pixel from i / 2 - 1/2 on, in coordinates whose integers are pixel centres.
  const x = Math.max(0, left / 2 - 0.5);
  const y = Math.max(0, top / 2 - 0.5);
  return { x, y, width: right / 2 - x, height: bottom / 2 - y };
}
