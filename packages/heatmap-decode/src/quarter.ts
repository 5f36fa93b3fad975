import type { MapView } from './heatmaps.js';

/**
 * A quarter of a cell towards the larger neighbour on each axis, into `offset`. Rules for peaks near the border differ:
 * `guarded` moves along an axis wherever both neighbours exist; `mmpose` also needs x > 1 on that axis and row (column) 0
 * of the other to be left out; `hrnet` needs 1 < x < width - 1 on both axes at once.
 */
export function quarterOffset(
  map: MapView,
  x: number,
  y: number,
  rules: 'guarded' | 'mmpose' | 'hrnet',
  offset: [number, number],
): void {
  const { data, width, height, step, start } = map;
  const least = rules === 'guarded' ? 1 : 2;
  const inX = x >= least && x <= width - 2;
  const inY = y >= least && y <= height - 2;
  const alongX = inX && (rules === 'guarded' || (rules === 'hrnet' ? inY : y > 0));
  const alongY = inY && (rules === 'guarded' || (rules === 'hrnet' ? inX : x > 0));
  const here = start + (y * width + x) * step;
  const down = width * step;
  offset[0] = alongX ? 0.25 * compare(data[here + step]!, data[here - step]!) : 0;
  offset[1] = alongY ? 0.25 * compare(data[here + down]!, data[here - down]!) : 0;
}

function compare(a: number, b: number): number {
  return a > b ? 1 : a < b ? -1 : 0;
}
