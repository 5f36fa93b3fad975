import type { Random } from '@pose-distill/internal-random';
import type { Canvas } from './background.js';
import { noiseLattice } from './noise.js';
import { drawCloth, drawSkin, drawSurface, fromHue, mixColours } from './palette.js';
import { type Bar, bar, paintShape, type Shape, shape } from './shape.js';

/** A function that paints shapes on a canvas. */
export function painter(canvas: Canvas): (item: Shape | Bar) => void {
  const table = noiseLattice();
  return (item) => paintShape(canvas.data, canvas.width, canvas.height, item, table);
}

/** Random shapes anywhere: colour patches, bars, discs, and now and then limbs of nobody. */
export function scatter(canvas: Canvas, random: Random, count: number): void {
  const paint = painter(canvas);
  const { width, height } = canvas;
  for (let i = 0; i < count; i++) {
    const x = random.between(-0.1, 1.1) * width;
    const y = random.between(-0.1, 1.1) * height;
    const size = height * random.between(0.02, 0.2) * random.between(0.4, 1);
    const colour = drawCloth(random);
    const rest = {
      lower: mixColours(colour, drawSurface(random), 0.4),
      grain: random.between(0, 0.3),
      turn: random.between(0, 180),
      soft: random.chance(0.3) ? size * 0.3 + 1 : 1,
      opacity: random.between(0.5, 1),
    };
    switch (random.integer(4)) {
      case 0:
        paint(shape(x, y, size * random.between(0.4, 2), size, colour, rest));
        break;
      case 1:
        paint(
          shape(x, y, size, size, colour, {
            ...rest,
            corner: size,
            ragged: random.chance(0.5) ? size * 0.3 : 0,
          }),
        );
        break;
      case 2:
        paint(
          bar(
            x,
            y,
            x + height * random.between(-0.4, 0.4),
            y + height * random.between(-0.4, 0.4),
            size * 0.2 + 0.5,
            colour,
            rest,
          ),
        );
        break;
      default: {
        const limb = random.chance(0.4) ? drawSkin(random) : colour;
        const ex = x + height * random.between(-0.2, 0.2);
        const ey = y + height * random.between(-0.2, 0.2);
        const r = height * random.between(0.012, 0.035);
        paint(bar(x, y, ex, ey, r, limb, { lower: mixColours(limb, [20, 15, 12], 0.35) }));
        paint(
          bar(
            ex,
            ey,
            ex + height * random.between(-0.18, 0.18),
            ey + height * random.between(-0.18, 0.18),
            r * 0.75,
            limb,
            { lower: mixColours(limb, [20, 15, 12], 0.35) },
          ),
        );
      }
    }
  }
}

/** A bush with its foot in row `foot`. */
export function plant(
  paint: (item: Shape | Bar) => void,
  random: Random,
  x: number,
  foot: number,
  size: number,
): void {
  const leaf = fromHue(
    random.between(0.17, 0.4),
    random.between(0.3, 0.75),
    random.between(0.2, 0.65),
  );
  const blobs = 3 + random.integer(4);
  for (let k = 0; k < blobs; k++) {
    const r = size * random.between(0.2, 0.45);
    paint(
      shape(
        x + size * random.between(-0.5, 0.5),
        foot - size * random.between(0.2, 0.9),
        r,
        r,
        mixColours(leaf, [240, 250, 190], 0.15),
        {
          corner: r,
          ragged: r * 0.5,
          grain: 0.6,
          grainSize: Math.max(2.5, r * 0.3),
          lower: mixColours(leaf, [8, 18, 8], 0.5),
        },
      ),
    );
  }
}
