import type { Camera } from './camera.js';
import { cosine, sine } from './trigonometry.js';

/** The floor as the camera sees it, row by row; person heights, measured from the camera's target. */
export interface Ground {
  /** Distance behind the target of the ground seen in a row, and the length of a pixel there; null above the horizon. */
  at(row: number): { z: number; pixel: number } | null;
  /** Row of the ground at a distance behind (-) or before (+) the target. */
  row(z: number): number;
  /** Pixels per height at that distance. */
  scale(z: number): number;
}

/** The floor at height `floor` (relative to the target) for a camera pitched by `pitch` degrees. */
export function seeGround(camera: Camera, pitch: number, floor: number): Ground {
  const c = cosine(pitch);
  const s = sine(pitch);
  const { distance, scale, y } = camera;
  const scaleAt = (z: number): number =>
    (scale * distance) / Math.max(0.3, distance - (floor * s + z * c));
  return {
    at(row) {
      const up = (y - row) / scale;
      const steep = s - (up * c) / distance;
      if (steep < 0.004) return null;
      const z = (floor * c - up * (1 - (floor * s) / distance)) / steep;
      return { z, pixel: 1 / scaleAt(z) };
    },
    row: (z) => y - scaleAt(z) * (floor * c - z * s),
    scale: scaleAt,
  };
}
