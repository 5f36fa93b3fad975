import type { MapView } from './heatmaps.js';

/** Blurs whole maps of one size; what it works in is kept for the next one. */
export interface ReflectedBlur {
  readonly kernel: Float64Array;
  /** For each place from -radius to size - 1 + radius the cell it is mirrored to. */
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  /** One row of the map and its mirrored ends. */
  readonly row: Float64Array;
  /** The map blurred along x, and along both axes: height x width. */
  readonly half: Float64Array;
  readonly blurred: Float64Array;
}

export function reflectedBlur(kernel: Float64Array, width: number, height: number): ReflectedBlur {
  const radius = (kernel.length - 1) / 2;
  const places = (size: number): Int32Array =>
    Int32Array.from({ length: size + 2 * radius }, (_, i) => reflected(i - radius, size));
  return {
    kernel,
    columns: places(width),
    rows: places(height),
    row: new Float64Array(width + 2 * radius),
    half: new Float64Array(width * height),
    blurred: new Float64Array(width * height),
  };
}

/**
 * The map blurred along both axes, as OpenCV's GaussianBlur does by default: past the border the map is mirrored about its
 * outermost cells, which are not repeated. Equal cells stay equal under a mirror image: both sides are added before they are weighed.
 *
 * @returns `blur.blurred`
 */
export function blurReflected(map: MapView, blur: ReflectedBlur): Float64Array {
  const { data, width, height, step, start } = map;
  const { kernel, columns, rows, row, half, blurred } = blur;
  const radius = (kernel.length - 1) / 2;
  const middle = kernel[radius]!;
  for (let y = 0; y < height; y++) {
    const line = start + y * width * step;
    for (let i = 0; i < row.length; i++) row[i] = data[line + columns[i]! * step]!;
    for (let x = 0, at = y * width; x < width; x++, at++) {
      const centre = x + radius;
      let sum = middle * row[centre]!;
      for (let t = 1; t <= radius; t++) {
        sum += kernel[radius + t]! * (row[centre - t]! + row[centre + t]!);
      }
      half[at] = sum;
    }
  }
  for (let y = 0; y < height; y++) {
    const line = y * width;
    for (let x = 0; x < width; x++) blurred[line + x] = middle * half[line + x]!;
    for (let t = 1; t <= radius; t++) {
      const weight = kernel[radius + t]!;
      const above = rows[y + radius - t]! * width;
      const below = rows[y + radius + t]! * width;
      for (let x = 0; x < width; x++) {
        blurred[line + x] = blurred[line + x]! + weight * (half[above + x]! + half[below + x]!);
      }
    }
  }
  return blurred;
}

/** Where a place outside 0..size-1 comes to lie when mirrored about the first and last cell. */
function reflected(place: number, size: number): number {
  if (size === 1) return 0;
  let i = place;
  while (i < 0 || i >= size) i = i < 0 ? -i : 2 * size - 2 - i;
  return i;
}
