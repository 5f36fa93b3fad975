import type { MapView } from './heatmaps.js';

/** Blurs whole maps of one size; what it works in is kept for the next one. */
export interface ReflectedBlur {
  readonly kernel: Float64Array;
  /** For each place from -radius to size - 1 + radius the cell it is mirrored to. */
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  /** One row or column of the map and its mirrored ends. */
  readonly line: Float64Array;
  /** The map blurred along x, column by column. */
  readonly half: Float64Array;
  /** One column blurred along y too. */
  readonly column: Float64Array;
}

/** The largest cell of a blurred map: its index in row order, -1 when no cell is a number. */
export interface BlurredPeak {
  index: number;
  value: number;
}

export function reflectedBlur(kernel: Float64Array, width: number, height: number): ReflectedBlur {
  const radius = (kernel.length - 1) / 2;
  const places = (size: number): Int32Array =>
    Int32Array.from({ length: size + 2 * radius }, (_, i) => reflected(i - radius, size));
  return {
    kernel,
    columns: places(width),
    rows: places(height),
    line: new Float64Array(Math.max(width, height) + 2 * radius),
    half: new Float64Array(width * height),
    column: new Float64Array(height),
  };
}

/**
 * Finds the largest cell of the map blurred along both axes, as OpenCV's GaussianBlur does by default: past the border the map is
 * mirrored about its outermost cells, which are not repeated. Cells that are equal but for rounding tie, and the first in row
 * order wins. A column is blurred along y only if it can hold the largest: a mean is no larger than its largest part.
 */
export function findBlurredPeak(map: MapView, blur: ReflectedBlur, peak: BlurredPeak): void {
  const { data, width, height, step, start } = map;
  const { kernel, columns, rows, line, half, column } = blur;
  const margin = kernel.length - 1;
  for (let y = 0; y < height; y++) {
    const first = start + y * width * step;
    for (let i = 0; i < width + margin; i++) line[i] = data[first + columns[i]! * step]!;
    blurLine(line, kernel, width, half, y, height);
  }
  peak.index = -1;
  peak.value = -Infinity;
  for (let x = 0; x < width; x++) {
    const first = x * height;
    let largest = -Infinity;
    for (let y = first; y < first + height; y++) if (half[y]! > largest) largest = half[y]!;
    // Rounded up by more than the blur can be off.
    if (largest + Math.abs(largest) * 1e-6 < peak.value) continue;
    for (let i = 0; i < height + margin; i++) line[i] = half[first + rows[i]!]!;
    blurLine(line, kernel, height, column, 0, 1);
    for (let y = 0; y < height; y++) {
      const value = Math.fround(column[y]!);
      const index = y * width + x;
      if (value > peak.value || (value === peak.value && index < peak.index)) {
        peak.value = value;
        peak.index = index;
      }
    }
  }
}

/** Writes the `size` blurred values of a line to `out`, from `at` on, `stride` apart. Both sides are added before they are weighed. */
function blurLine(
  line: Float64Array,
  kernel: Float64Array,
  size: number,
  out: Float64Array,
  at: number,
  stride: number,
): void {
  const radius = (kernel.length - 1) / 2;
  const middle = kernel[radius]!;
  for (let i = 0, to = at; i < size; i++, to += stride) {
    const centre = i + radius;
    let sum = middle * line[centre]!;
    for (let t = 1; t <= radius; t++) {
      sum += kernel[radius + t]! * (line[centre - t]! + line[centre + t]!);
    }
    out[to] = sum;
  }
}

/** Where a place outside 0..size-1 comes to lie when mirrored about the first and last cell. */
function reflected(place: number, size: number): number {
  if (size === 1) return 0;
  let i = place;
  while (i < 0 || i >= size) i = i < 0 ? -i : 2 * size - 2 - i;
  return i;
}
