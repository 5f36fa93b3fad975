import { MATERIAL, type Outfit } from './outfit.js';
import { type Colour, mixColours } from './palette.js';

/** The colours that the surface of a head is painted with. */
export interface FacePaint {
  readonly skin: Colour;
  readonly hair: Colour;
  readonly brow: Colour;
  readonly lips: Colour;
  readonly iris: Colour;
  readonly white: Colour;
  readonly beard: Colour;
  readonly cheek: Colour;
  readonly frame: Colour;
  readonly hairline: number;
  readonly bald: boolean;
  readonly bearded: boolean;
  readonly glasses: boolean;
}

/** Mixes the paint for a head. */
export function mixFacePaint(outfit: Outfit): FacePaint {
  const skin = outfit.materials[MATERIAL.skin]!.colour;
  const hair = outfit.materials[MATERIAL.hair]!.colour;
  return {
    skin,
    hair,
    brow: mixColours(skin, mixColours(hair, [25, 18, 16], 0.5), 0.75),
    lips: outfit.lips,
    iris: outfit.eyes,
    white: mixColours(skin, [238, 236, 232], 0.72),
    beard: mixColours(skin, hair, outfit.beard),
    cheek: mixColours(skin, [206, 92, 80], 0.14),
    frame: outfit.materials[MATERIAL.glass]!.colour,
    hairline: outfit.hairline,
    bald: outfit.hair === 'bald',
    bearded: outfit.beard > 0,
    glasses: outfit.glasses,
  };
}

/** Colour of the head's surface at a place on it (`HEAD_POINTS` units). */
export function paintFace(paint: FacePaint, x: number, y: number, z: number): Colour {
  const wide = Math.abs(x);
  if (!paint.bald) {
    const front = z > 0.1 - 0.25 * Math.max(0, -0.05 - y);
    const edge = paint.hairline - 0.9 * x * x;
    const nape = y < -0.22 && z > -0.6;
    const temple = wide > 0.315 && y > -0.06;
    if (!nape && (!front || y > edge || temple)) return paint.hair;
  }
  if (z < 0.08) return paint.skin;
  const ex = wide - 0.15;
  const ey = y;
  if (paint.glasses && z > 0.1) {
    const ring = ex * ex * 0.9 + ey * ey * 1.2;
    if (ring > 0.0085 && ring < 0.0165) return paint.frame;
    if (Math.abs(y - 0.02) < 0.022 && (wide < 0.06 || wide > 0.24)) return paint.frame;
  }
  if (ex * ex * 150 + ey * ey * 520 < 1) {
    return ex * ex + ey * ey < 0.0014 ? paint.iris : paint.white;
  }
  // Upper lid, then brow.
  if (Math.abs(ex) < 0.092 && ey > 0 && ey - 0.034 < 0.02 - ex * ex * 2 && ey > 0.03)
    return paint.brow;
  if (Math.abs(ex + 0.005) < 0.105 && Math.abs(y - 0.115 + ex * ex * 1.5) < 0.026)
    return paint.brow;
  const mouth = y + 0.275;
  if (wide < 0.13 - Math.abs(mouth) * 0.9 && Math.abs(mouth) < 0.034) return paint.lips;
  if (paint.bearded && y < -0.16 - 0.12 * Math.min(1, z) && (wide > 0.05 || y < -0.2))
    return paint.beard;
  if (wide > 0.13 && wide < 0.27 && y > -0.22 && y < -0.07) return paint.cheek;
  return paint.skin;
}
