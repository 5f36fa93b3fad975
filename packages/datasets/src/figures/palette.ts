import type { Random } from '@pose-distill/internal-random';

/** Red, green, blue in 0..255. */
export type Colour = readonly [number, number, number];

/** Hue in turns, saturation and value in 0..1. */
export function fromHue(hue: number, saturation: number, value: number): Colour {
  const sector = (hue - Math.floor(hue)) * 6;
  const channel = (offset: number): number => {
    const place = (sector + offset) % 6;
    const ramp = Math.min(1, Math.max(0, Math.min(place, 4 - place)));
    return 255 * value * (1 - saturation * ramp);
  };
  return [channel(5), channel(3), channel(1)];
}

/** From a (t = 0) to b (t = 1). */
export function mixColours(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

const SKIN: readonly Colour[] = [
  [250, 220, 198],
  [236, 192, 160],
  [216, 163, 124],
  [184, 126, 88],
  [140, 92, 62],
  [98, 62, 44],
  [66, 43, 34],
];

/** A skin tone from pale to dark, with a little red or yellow in it. */
export function drawSkin(random: Random): Colour {
  const place = random.uniform() * (SKIN.length - 1.001);
  const step = Math.floor(place);
  const [r, g, b] = mixColours(SKIN[step]!, SKIN[step + 1]!, place - step);
  return [
    r * random.between(0.94, 1.03),
    g * random.between(0.95, 1.03),
    b * random.between(0.92, 1.05),
  ];
}

const HAIR: readonly Colour[] = [
  [24, 20, 19],
  [46, 32, 25],
  [78, 51, 34],
  [120, 82, 52],
  [188, 150, 96],
  [222, 196, 146],
  [140, 66, 36],
  [142, 138, 134],
  [206, 202, 196],
];

/** A hair colour; dark ones are the most common. */
export function drawHair(random: Random): Colour {
  const place = random.chance(0.55) ? random.integer(3) : random.integer(HAIR.length);
  return mixColours(HAIR[place]!, [random.between(20, 200), 90, 70], random.between(0, 0.12));
}

/** A colour of cloth: whites, greys, blacks, blues, and everything else. */
export function drawCloth(random: Random): Colour {
  switch (random.integer(6)) {
    case 0: {
      const grey = random.between(18, 245);
      return [grey * random.between(0.95, 1.04), grey, grey * random.between(0.94, 1.06)];
    }
    case 1:
      return fromHue(
        random.between(0.56, 0.68),
        random.between(0.25, 0.85),
        random.between(0.18, 0.85),
      );
    case 2:
      return fromHue(
        random.between(0.04, 0.14),
        random.between(0.15, 0.6),
        random.between(0.2, 0.85),
      );
    default:
      return fromHue(random.uniform(), random.between(0.2, 0.95), random.between(0.25, 0.97));
  }
}

/** A colour of walls, furniture and other surroundings; greyer than cloth. */
export function drawSurface(random: Random): Colour {
  if (random.chance(0.12)) return drawCloth(random);
  return fromHue(
    random.uniform(),
    random.uniform() * random.uniform() * 0.75,
    random.between(0.18, 0.97),
  );
}
