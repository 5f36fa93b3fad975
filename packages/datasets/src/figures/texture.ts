import type { Random } from '@pose-distill/internal-random';
import { roughNoise, smoothNoise } from './noise.js';
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

/** Share of the second colour at (u, v); `pixel` is the length of a pixel there, to keep fine lines from flickering. */
export function textureAt(
  texture: Texture,
  table: Float32Array,
  u: number,
  v: number,
  pixel: number,
): number {
  const { period, strength, offset } = texture;
  const a = u / period;
  const b = v / period;
  const blur = pixel / period;
  const fade = blur > 1 ? 1 / blur : 1;
  const stain = roughNoise(table, a * 0.7 + offset, b * 0.7 + offset) * 0.35;
  switch (texture.kind) {
    case 'noise':
      return stain * 2.4 * strength;
    case 'rough':
      return roughNoise(table, a * 3 + offset, b * 3) * fade * strength * 1.2;
    case 'stripes':
      return line(a, 0.5, blur) * fade * strength + stain;
    case 'planks': {
      const row = Math.floor(a);
      const tone = table[(row * 37) & 4095]! * 0.5;
      const seam = line(a, 0.05, blur) * fade;
      const end = line(b * 0.22 + table[(row * 53 + 7) & 4095]!, 0.012, blur) * fade;
      const fibre = smoothNoise(table, a * 9 + offset, b * 0.8) * 0.4 * fade;
      return (tone + fibre + Math.max(seam, end) * 0.8) * strength;
    }
    case 'tiles': {
      const tone = table[(Math.floor(a) * 13 + Math.floor(b) * 71) & 4095]! * 0.3;
      return (
        (tone + Math.max(line(a, 0.06, blur), line(b, 0.06, blur)) * fade) * strength + stain * 0.5
      );
    }
    case 'bricks': {
      const row = Math.floor(b * 2);
      const shifted = a + (row & 1) * 0.5;
      const tone = table[(Math.floor(shifted) * 13 + row * 71) & 4095]! * 0.45;
      return (
        (tone + Math.max(line(shifted, 0.05, blur), line(b * 2, 0.1, blur)) * 0.9 * fade) *
          strength +
        stain * 0.4
      );
    }
  }
}

/** 1 within a line of the given share of every unit, with edges `blur` wide. */
function line(t: number, share: number, blur: number): number {
  const place = Math.abs(t - Math.floor(t) - 0.5);
  const inside = (share / 2 + blur / 2 - (0.5 - place)) / (blur + 0.01);
  return inside < 0 ? 0 : inside > 1 ? 1 : inside;
}
