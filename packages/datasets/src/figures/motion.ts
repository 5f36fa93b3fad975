import { allocate } from './scratch.js';
import type { Layer } from './shade.js';

/** A way that something moves while the shutter is open, in pixels; the middle of it is where labels say. */
export interface Motion {
  readonly x: number;
  readonly y: number;
}

/** Smears one plane of pixels along a way, in place: the mean over the way, edges repeated. */
export function smear(
  data: Float32Array,
  width: number,
  height: number,
  channels: number,
  motion: Motion,
): void {
  const steps = Math.ceil(Math.max(Math.abs(motion.x), Math.abs(motion.y)));
  if (steps < 1) return;
  const count = steps + 1;
  const shifts = Array.from({ length: count }, (_, i) => [
    Math.round(motion.x * (i / steps - 0.5)),
    Math.round(motion.y * (i / steps - 0.5)),
  ]) as [number, number][];
  const length = width * height * channels;
  const spare = allocate('smear', length);
  spare.set(data.subarray(0, length));
  data.fill(0, 0, length);
  const share = 1 / count;
  for (const [dx, dy] of shifts) {
    for (let y = 0; y < height; y++) {
      const from = Math.min(height - 1, Math.max(0, y + dy)) * width;
      for (let x = 0; x < width; x++) {
        const at = (from + Math.min(width - 1, Math.max(0, x + dx))) * channels;
        const to = (y * width + x) * channels;
        for (let c = 0; c < channels; c++) data[to + c] = data[to + c]! + share * spare[at + c]!;
      }
    }
  }
}

/** Smears a layer, its coverage with its colours. */
export function smearLayer({ width, height, colour, cover }: Layer, motion: Motion): void {
  smear(colour, width, height, 3, motion);
  smear(cover, width, height, 1, motion);
}
