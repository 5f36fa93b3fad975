import type { Random } from '@pose-distill/internal-random';
import type { Colour } from './palette.js';

/** One far light and the light of the surroundings; directions in image space (x right, y down, z to the viewer). */
export interface Light {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Light that comes from everywhere, 0..1. */
  readonly ambient: number;
  /** Colour of the direct light, around 1. */
  readonly tint: Colour;
  /** Colour of the ambient light, around 1. */
  readonly fill: Colour;
  /** How dark cast shadows are, 0..1. */
  readonly shadow: number;
}

/** Draws a light from above and mostly from the front. */
export function drawLight(random: Random): Light {
  const x = random.between(-1, 1);
  const y = -random.between(0.15, 1.1);
  const z = random.between(0.15, 1.1);
  const norm = Math.sqrt(x * x + y * y + z * z);
  const warm = random.between(-0.09, 0.09);
  return {
    x: x / norm,
    y: y / norm,
    z: z / norm,
    ambient: random.between(0.38, 0.72),
    tint: [1 + warm, 1 + warm * 0.2, 1 - warm],
    fill: [1 - warm * 0.5, 1, 1 + warm * 0.6],
    shadow: random.between(0.2, 0.75),
  };
}
