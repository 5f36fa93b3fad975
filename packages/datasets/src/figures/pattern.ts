import { smoothNoise } from './noise.js';
import { type Material, PATTERN } from './outfit.js';

/** Fraction of the way from `a` past which `t` lies, softened over `width`. */
function step(t: number, a: number, width: number): number {
  const value = (t - a) / width + 0.5;
  return Math.min(1, Math.max(0, value));
}

/** A band of the given share in every unit, with soft edges of the given width. */
function band(t: number, share: number, soft: number): number {
  const place = Math.abs(t - Math.floor(t) - 0.5) * 2;
  return 1 - step(place, share, soft);
}

/** Share of the second colour of a material at a place (u across, v along, w deep; heights). */
export function patternAt(
  material: Material,
  table: Float32Array,
  u: number,
  v: number,
  w: number,
  soft: number,
): number {
  const { period, duty } = material;
  const edge = soft / period;
  switch (material.pattern) {
    case PATTERN.rings:
      return band(v / period, duty, edge);
    case PATTERN.stripes:
      return band(u / period, duty, edge);
    case PATTERN.checks: {
      const a = band(v / period, 0.5, edge);
      const b = band(u / period, 0.5, edge);
      return a + b - 2 * a * b;
    }
    case PATTERN.plaid:
      return (
        (band(v / period, duty, edge) + band(u / period, duty, edge)) * 0.36 +
        band(v / period + 0.5, 0.1, edge) * 0.28
      );
    case PATTERN.blotches:
      return step(
        smoothNoise(table, u / period + 7.3, (v + w) / period) +
          0.4 * smoothNoise(table, (u * 2.3) / period, (v * 2.3 - w) / period),
        0.7,
        0.14,
      );
    case PATTERN.dots: {
      const a = u / period - Math.floor(u / period) - 0.5;
      const b = v / period - Math.floor(v / period) - 0.5;
      return 1 - step(a * a + b * b, duty * 0.16, edge * 0.5 + 0.02);
    }
    case PATTERN.fade:
      return step(v, 0.1, period);
    case PATTERN.strands:
      return smoothNoise(table, u * 220, v * 30 + w * 90);
    case PATTERN.shoe:
      return 1 - step(v, -0.0145, 0.006);
    case PATTERN.emblem: {
      // A print on the chest.
      const a = u;
      const b = v - 0.18;
      if (w < 0) return 0;
      return 1 - step(a * a + b * b * (1 + duty * 3), 0.0022 * (0.5 + duty), 0.0006);
    }
    default:
      return 0;
  }
}
