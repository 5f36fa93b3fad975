import type { Random } from '@pose-distill/internal-random';
import type { Body } from './body.js';
import { type Colour, drawCloth, drawHair, drawSkin, drawSurface, mixColours } from './palette.js';

/** How the second colour of a material is laid over the first. */
export const PATTERN = {
  plain: 0,
  rings: 1,
  stripes: 2,
  checks: 3,
  plaid: 4,
  blotches: 5,
  dots: 6,
  fade: 7,
  face: 8,
  strands: 9,
  shoe: 10,
  emblem: 11,
} as const;

/** A surface. */
export interface Material {
  readonly pattern: number;
  readonly colour: Colour;
  readonly other: Colour;
  /** Length of one repeat, in heights. */
  readonly period: number;
  /** Share of the second colour in a repeat. */
  readonly duty: number;
  /** Depth of folds and stains, 0..1. */
  readonly folds: number;
  /** Strength of highlights, 0..1. */
  readonly gloss: number;
}

/** Places of the materials in `Outfit.materials`. */
export const MATERIAL = {
  skin: 0,
  face: 1,
  hair: 2,
  top: 3,
  bottom: 4,
  shoe: 5,
  sock: 6,
  hat: 7,
  thing: 8,
  furniture: 9,
  glass: 10,
  /** The top without the print on the chest. */
  plainTop: 11,
} as const;

/** Everything about a person's looks that is not bones. */
export interface Outfit {
  readonly materials: readonly Material[];
  /** Covered share of the arm from the shoulder: 0 none, 1 to the wrist. */
  readonly sleeves: number;
  /** Covered share of the leg from the hip, for trousers and shorts. */
  readonly legs: number;
  /** Covered share of the leg from the hip, or 0 for no skirt. */
  readonly skirt: number;
  /** How far the top reaches below (+) or ends above (-) the hips, in heights. */
  readonly hem: number;
  /** Extra radius of cloth, as a share. */
  readonly loose: number;
  readonly hair: 'bald' | 'short' | 'full' | 'long' | 'tail' | 'bun';
  readonly hat: 'none' | 'cap' | 'beanie' | 'brim' | 'helmet';
  readonly hairline: number;
  readonly beard: number;
  readonly glasses: boolean;
  readonly lips: Colour;
  readonly eyes: Colour;
  readonly thing: 'none' | 'backpack' | 'bag' | 'ball' | 'stick';
  readonly collar: boolean;
}

/** Draws clothes, hair and things to carry. */
export function drawOutfit(random: Random, body: Body): Outfit {
  const skin = drawSkin(random);
  const hair = drawHair(random);
  const feminine = body.curves > 0.5;
  const sport = random.chance(0.25);
  const top = drawClothUnlike(random, skin);
  const dressed = feminine && random.chance(0.3);
  const suit = random.chance(0.12);
  const bottom = suit ? top : drawClothUnlike(random, skin);
  const dress = dressed && random.chance(0.5);
  const sleeves = sport
    ? random.pick([0, 0.22, 0.24])
    : random.pick([0, 0.22, 0.25, 0.3, 0.5, 1, 1, 1]);
  const legs = sport
    ? random.between(0.18, 0.45)
    : random.chance(0.72)
      ? 1
      : random.between(0.22, 0.6);
  const barefoot = random.chance(legs < 0.5 ? 0.25 : 0.05);
  const topMaterial = drawMaterial(random, top, 0.14);
  const plainTop =
    topMaterial.pattern === PATTERN.emblem
      ? { ...topMaterial, pattern: PATTERN.plain }
      : topMaterial;
  const bottomMaterial = drawMaterial(random, bottom, 0.12);

  const plain = (
    colour: Colour,
    folds: number,
    gloss: number,
    pattern = 0,
    other = colour,
  ): Material => ({
    pattern,
    colour,
    other,
    period: 0.05,
    duty: 0.5,
    folds,
    gloss,
  });
  const shoe = barefoot ? skin : drawCloth(random);
  const sole = random.chance(0.5)
    ? ([228, 226, 220] as const)
    : mixColours(shoe, [20, 18, 18], 0.7);
  return {
    materials: [
      plain(skin, 0.05, 0.12),
      plain(skin, 0.04, 0.12, PATTERN.face, hair),
      plain(hair, 0.3, 0.2, PATTERN.strands, mixColours(hair, [255, 240, 210], 0.25)),
      topMaterial,
      dress ? topMaterial : bottomMaterial,
      barefoot ? plain(skin, 0.05, 0.1) : plain(shoe, 0.1, 0.25, PATTERN.shoe, sole),
      barefoot
        ? plain(skin, 0.05, 0.1)
        : plain(random.chance(0.6) ? [225, 225, 222] : shoe, 0.08, 0),
      drawMaterial(random, drawCloth(random), 0.08),
      drawMaterial(random, drawCloth(random), 0.1),
      drawMaterial(random, drawSurface(random), 0.1),
      plain(random.chance(0.5) ? [22, 22, 25] : [96, 74, 58], 0, 0.5),
      plainTop,
    ],
    sleeves,
    legs,
    skirt: dressed ? random.between(0.22, 0.9) : 0,
    hem: dress
      ? -0.5
      : random.chance(0.5)
        ? random.between(0.015, 0.05)
        : -random.between(0.02, 0.05),
    loose: random.uniform() * random.between(0.1, 0.32),
    hair: feminine
      ? random.pick(['short', 'full', 'long', 'long', 'long', 'tail', 'bun'] as const)
      : random.pick(['bald', 'short', 'short', 'short', 'full', 'full', 'long'] as const),
    hat: random.chance(0.2)
      ? random.pick(['cap', 'cap', 'beanie', 'brim', 'helmet'] as const)
      : 'none',
    hairline: random.between(0.2, 0.34),
    beard: feminine || body.age < 0.8 || random.chance(0.6) ? 0 : random.between(0.25, 0.9),
    glasses: random.chance(0.12),
    lips: mixColours(skin, [176, 52, 62], random.between(0.25, feminine ? 0.8 : 0.45)),
    eyes: random.pick([
      [38, 26, 22],
      [60, 40, 28],
      [50, 72, 88],
      [58, 70, 48],
    ] as const),
    thing: random.chance(0.2) ? random.pick(['backpack', 'bag', 'ball', 'stick'] as const) : 'none',
    collar: random.chance(0.35),
  };
}

/** A cloth with a pattern or without. */
function drawMaterial(random: Random, colour: Colour, folds: number): Material {
  const fancy = random.chance(0.45);
  const pattern = fancy
    ? random.pick([
        PATTERN.rings,
        PATTERN.rings,
        PATTERN.stripes,
        PATTERN.checks,
        PATTERN.plaid,
        PATTERN.blotches,
        PATTERN.dots,
        PATTERN.fade,
        PATTERN.emblem,
        PATTERN.emblem,
      ])
    : PATTERN.plain;
  return {
    pattern,
    colour,
    other: random.chance(0.3) ? mixColours(colour, [255, 255, 255], 0.7) : drawCloth(random),
    period: pattern === PATTERN.fade ? random.between(0.2, 0.6) : random.between(0.025, 0.085),
    duty: random.between(0.2, 0.6),
    folds: folds * random.between(0.6, 2.2),
    gloss: random.chance(0.2) ? random.between(0, 0.35) : 0,
  };
}

/** A cloth colour that nobody takes for bare skin: of another hue, or much lighter or darker. */
function drawClothUnlike(random: Random, [r, g, b]: Colour): Colour {
  for (let i = 0; i < 12; i++) {
    const cloth = drawCloth(random);
    const [red, green, blue] = cloth;
    const hue =
      Math.abs(red / (green + 8) - r / (g + 8)) + Math.abs(blue / (green + 8) - b / (g + 8));
    const light = Math.abs(red + green + blue - r - g - b);
    if (hue > 0.35 || light > 260) return cloth;
  }
  return [44, 62, 110];
}
