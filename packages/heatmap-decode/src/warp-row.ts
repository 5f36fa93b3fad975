import type { Affine } from './affine.js';

/** What the inner loop needs of an image. */
export interface PixelSource {
  readonly data: Uint8Array | Float32Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** value * gain + offset, per channel, with a value for what lies outside the image. */
export interface WarpRow {
  readonly gain: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
  readonly border: readonly [number, number, number];
}

/** Clamped bytes are read as plain ones, so that the inner loop meets two kinds of array and not three. */
export function pixelSource(
  data: Uint8Array | Uint8ClampedArray | Float32Array,
  width: number,
  height: number,
  channels: number,
): PixelSource {
  const bytes =
    data instanceof Uint8ClampedArray
      ? new Uint8Array(data.buffer, data.byteOffset, data.length)
      : data;
  return { data: bytes, width, height, channels };
}

/**
 * Writes row `y` of the output, `width` pixels of three channels from `at` on. Along a row the image position moves on a
 * straight line, so the pixels whose four neighbours all exist are one run [from, to); only the rest test each neighbour.
 */
export function warpRow(
  source: PixelSource,
  inverse: Affine,
  y: number,
  width: number,
  row: WarpRow,
  out: Float32Array,
  at: number,
): void {
  const stepX = inverse[0];
  const stepY = inverse[3];
  const startX = inverse[1] * y + inverse[2];
  const startY = inverse[4] * y + inverse[5];
  let [from, to] = run(startX, stepX, source.width - 1, 0, width);
  [from, to] = run(startY, stepY, source.height - 1, from, to);
  // Where all is outside the rows above and below still count, so the edge loop covers everything but the run.
  edge(source, startX, stepX, startY, stepY, 0, from, row, out, at);
  blend(source, startX, stepX, startY, stepY, from, to, row, out, at);
  edge(source, startX, stepX, startY, stepY, to, width, row, out, at);
}

/** Pixels [from, to) of the row, whose neighbours all exist; a function of its own, which engines compile once and for all rows. */
function blend(
  source: PixelSource,
  startX: number,
  stepX: number,
  startY: number,
  stepY: number,
  from: number,
  to: number,
  row: WarpRow,
  out: Float32Array,
  at: number,
): void {
  const { data, channels } = source;
  const gainR = row.gain[0];
  const gainG = row.gain[1];
  const gainB = row.gain[2];
  const offsetR = row.offset[0];
  const offsetG = row.offset[1];
  const offsetB = row.offset[2];
  const stride = source.width * channels;
  const green = channels === 1 ? 0 : 1;
  const blue = channels === 1 ? 0 : 2;
  let o = at + from * 3;
  for (let x = from; x < to; x++, o += 3) {
    const u = startX + stepX * x;
    const v = startY + stepY * x;
    const column = u | 0;
    const line = v | 0;
    const right = u - column;
    const down = v - line;
    const i = line * stride + column * channels;
    const j = i + stride;
    let upper = data[i]!;
    let lower = data[j]!;
    upper += (data[i + channels]! - upper) * right;
    lower += (data[j + channels]! - lower) * right;
    out[o] = (upper + (lower - upper) * down) * gainR + offsetR;
    upper = data[i + green]!;
    lower = data[j + green]!;
    upper += (data[i + channels + green]! - upper) * right;
    lower += (data[j + channels + green]! - lower) * right;
    out[o + 1] = (upper + (lower - upper) * down) * gainG + offsetG;
    upper = data[i + blue]!;
    lower = data[j + blue]!;
    upper += (data[i + channels + blue]! - upper) * right;
    lower += (data[j + channels + blue]! - lower) * right;
    out[o + 2] = (upper + (lower - upper) * down) * gainB + offsetB;
  }
}

/** The part of [from, to) where 0 <= start + step * x < limit; a monotone function, so checking its ends is enough. */
function run(
  start: number,
  step: number,
  limit: number,
  from: number,
  to: number,
): [number, number] {
  if (step === 0) return start >= 0 && start < limit ? [from, to] : [from, from];
  const atZero = -start / step;
  const atLimit = (limit - start) / step;
  let low = Math.max(from, Math.ceil(Math.min(atZero, atLimit)));
  let high = Math.min(to, Math.floor(Math.max(atZero, atLimit)) + 1);
  const inside = (x: number): boolean => {
    const value = start + step * x;
    return value >= 0 && value < limit;
  };
  while (low < high && !inside(low)) low++;
  while (high > low && !inside(high - 1)) high--;
  return low < high ? [low, high] : [from, from];
}

/** Pixels [from, to) of the row with neighbours that may be missing; a missing one has the border's value. */
function edge(
  source: PixelSource,
  startX: number,
  stepX: number,
  startY: number,
  stepY: number,
  from: number,
  to: number,
  row: WarpRow,
  out: Float32Array,
  at: number,
): void {
  const { data, width, height, channels } = source;
  for (let x = from; x < to; x++) {
    const u = startX + stepX * x;
    const v = startY + stepY * x;
    const near = u > -1 && u < width && v > -1 && v < height;
    const column = Math.floor(u);
    const line = Math.floor(v);
    for (let c = 0; c < 3; c++) {
      const outside = row.border[c]!;
      let sum = outside;
      if (near) {
        const channel = channels === 1 ? 0 : c;
        for (let dy = 0; dy < 2; dy++) {
          const sourceLine = line + dy;
          if (sourceLine < 0 || sourceLine >= height) continue;
          const weightY = dy === 0 ? 1 - (v - line) : v - line;
          for (let dx = 0; dx < 2; dx++) {
            const sourceColumn = column + dx;
            if (sourceColumn < 0 || sourceColumn >= width) continue;
            const weight = weightY * (dx === 0 ? 1 - (u - column) : u - column);
            const value = data[(sourceLine * width + sourceColumn) * channels + channel]!;
            sum += weight * (value - outside);
          }
        }
      }
      out[at + x * 3 + c] = sum * row.gain[c]! + row.offset[c]!;
    }
  }
}
