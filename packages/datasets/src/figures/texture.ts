import type { Random } from '@pose-distill/internal-random';
import { addNoiseRow, addRoughRow } from './noise.js';
import { type Colour, drawSurface, mixColours } from './palette.js';

/** A large surface: floor, wall or ground. Lengths are person heights. */
export interface Texture {
  readonly kind: 'noise' | 'planks' | 'tiles' | 'bricks' | 'stripes' | 'rough';
  readonly colour: Colour;
  readonly other: Colour;
  /** Length of a repeat. */
  readonly period: number;
  /** Strength of the second colour. */
  readonly strength: number;
  readonly offset: number;
}

/** Draws the look of a large surface. */
export function drawTexture(
  random: Random,
  kinds: readonly Texture['kind'][],
  colour?: Colour,
): Texture {
  const base = colour ?? drawSurface(random);
  const kind = random.pick(kinds);
  const dark = random.chance(0.6);
  return {
    kind,
    colour: base,
    other: random.chance(0.25)
      ? drawSurface(random)
      : mixColours(base, dark ? [10, 10, 12] : [250, 250, 245], random.between(0.15, 0.5)),
    period:
      kind === 'noise' || kind === 'rough' ? random.between(0.02, 0.4) : random.between(0.05, 0.35),
    strength: random.between(0.25, 1),
    offset: random.between(0, 64),
  };
}

/**
 * Writes the share of the second colour, 0..1, along a row: at u + i * pixel for i below count. `pixel`, the length of a
 * pixel there, also keeps fine lines from flickering.
 */
export function textureRow(
  texture: Texture,
  table: Float32Array,
  out: Float32Array,
  count: number,
  u: number,
  v: number,
  pixel: number,
): void {
  const { kind, period, strength, offset } = texture;
  const step = pixel / period;
  const start = u / period;
  const b = v / period;
  const fade = step > 1 ? 1 / step : 1;
  const stain = (weight: number): void =>
    addRoughRow(table, out, count, start * 0.7 + offset, step * 0.7, b * 0.7 + offset, weight);
  const seams = strength * fade;
  out.fill(0, 0, count);
  switch (kind) {
    case 'noise':
      stain(0.84 * strength);
      break;
    case 'rough':
      addRoughRow(table, out, count, start * 3 + offset, step * 3, b * 3, 1.2 * seams);
      break;
    case 'stripes':
      stain(0.35);
      for (let i = 0; i < count; i++) out[i] = out[i]! + line(start + i * step, 0.5, step) * seams;
      break;
    case 'planks':
      addNoiseRow(table, out, count, start * 9 + offset, step * 9, b * 0.8, 0.4 * seams);
      for (let i = 0; i < count; i++) {
        const a = start + i * step;
        const row = Math.floor(a);
        const end = line(b * 0.22 + table[(row * 53 + 7) & 4095]!, 0.012, step);
        const edge = Math.max(line(a, 0.05, step), end) * 0.8 * seams;
        out[i] = out[i]! + table[(row * 37) & 4095]! * 0.5 * strength + edge;
      }
      break;
    case 'tiles':
      stain(0.17);
      for (let i = 0; i < count; i++) {
        const a = start + i * step;
        const tone = table[(Math.floor(a) * 13 + Math.floor(b) * 71) & 4095]! * 0.3 * strength;
        out[i] = out[i]! + tone + Math.max(line(a, 0.06, step), line(b, 0.06, step)) * seams;
      }
      break;
    case 'bricks': {
      stain(0.14);
      const row = Math.floor(b * 2);
      const joint = line(b * 2, 0.1, step);
      for (let i = 0; i < count; i++) {
        const a = start + i * step + (row & 1) * 0.5;
        const tone = table[(Math.floor(a) * 13 + row * 71) & 4095]! * 0.45 * strength;
        out[i] = out[i]! + tone + Math.max(line(a, 0.05, step), joint) * 0.9 * seams;
      }
    }
  }
  for (let i = 0; i < count; i++) out[i] = Math.min(1, Math.max(0, out[i]!));
}

/** 1 within a line of the given share of every unit, with edges `blur` wide. */
function line(t: number, share: number, blur: number): number {
  const place = Math.abs(t - Math.floor(t) - 0.5);
  const inside = (share / 2 + blur / 2 - (0.5 - place)) / (blur + 0.01);
  return Math.min(1, Math.max(0, inside));
}
