import type { MapView } from './heatmaps.js';

/**
 * The map blurred along both axes, as OpenCV's GaussianBlur does by default: past the border the map is mirrored about its
 * outermost cells, which are not repeated.
 *
 * @param rows workspace, height x width
 * @param out height x width
 */
export function reflectedBlur(
  map: MapView,
  kernel: Float64Array,
  rows: Float64Array,
  out: Float64Array,
): void {
  const { data, width, height, step, start } = map;
  const radius = (kernel.length - 1) / 2;
  for (let y = 0, i = 0; y < height; y++) {
    const line = start + y * width * step;
    for (let x = 0; x < width; x++, i++) {
      let sum = kernel[radius]! * data[line + x * step]!;
      for (let t = 1; t <= radius; t++) {
        const left = data[line + reflected(x - t, width) * step]!;
        const right = data[line + reflected(x + t, width) * step]!;
        sum += kernel[radius + t]! * (left + right);
      }
      rows[i] = sum;
    }
  }
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let sum = kernel[radius]! * rows[i]!;
      for (let t = 1; t <= radius; t++) {
        const above = rows[reflected(y - t, height) * width + x]!;
        const below = rows[reflected(y + t, height) * width + x]!;
        sum += kernel[radius + t]! * (above + below);
      }
      out[i] = sum;
    }
  }
}

/** Where a place outside 0..size-1 comes to lie when mirrored about the first and last cell. */
function reflected(place: number, size: number): number {
  if (size === 1) return 0;
  let i = place;
  while (i < 0 || i >= size) i = i < 0 ? -i : 2 * size - 2 - i;
  return i;
}
