import type { Random } from '@pose-distill/internal-random';
import type { Canvas } from './background.js';
import { noiseLattice } from './noise.js';
import { drawCloth, drawSkin, drawSurface, fromHue, mixColours } from './palette.js';
import { bar, paintShape, type Shape, shape } from './shape.js';

/** Paints one thing between the camera and the person and marks it in the mask. */
export function paintOccluder(canvas: Canvas, mask: Float32Array, random: Random): void {
  const { width, height } = canvas;
  const table = noiseLattice();
  const paint = (item: Shape): void => paintShape(canvas.data, width, height, item, table, mask);
  const colour = random.chance(0.5) ? drawSurface(random) : drawCloth(random);
  const dark = mixColours(colour, [12, 12, 14], 0.45);
  const x = random.between(0.1, 0.9) * width;
  const rest = {
    lower: dark,
    grain: random.between(0, 0.25),
    grainSize: height * random.between(0.02, 0.1),
  };
  switch (random.integer(6)) {
    case 0: {
      // A table or a wall over the lower edge.
      const top = height * random.between(0.62, 0.92);
      paint(
        shape(width / 2, top + height, width, height, colour, {
          ...rest,
          turn: random.between(-4, 4),
        }),
      );
      break;
    }
    case 1: {
      const lean = random.between(-0.1, 0.1) * width;
      paint(
        bar(
          x,
          -height * 0.1,
          x + lean,
          height * 1.1,
          width * random.between(0.015, 0.055),
          colour,
          rest,
        ),
      );
      break;
    }
    case 2: {
      const half = height * random.between(0.05, 0.16);
      paint(
        shape(
          x,
          height * random.between(0.35, 0.95),
          half * random.between(0.6, 1.6),
          half,
          colour,
          {
            ...rest,
            turn: random.between(-15, 15),
          },
        ),
      );
      break;
    }
    case 3: {
      const r = height * random.between(0.05, 0.13);
      paint(shape(x, height * random.between(0.3, 0.95), r, r, colour, { ...rest, corner: r }));
      break;
    }
    case 4: {
      const leaf = fromHue(
        random.between(0.17, 0.4),
        random.between(0.3, 0.7),
        random.between(0.2, 0.6),
      );
      for (let i = 0; i < 4; i++) {
        const r = height * random.between(0.05, 0.12);
        paint(
          shape(
            x + width * random.between(-0.25, 0.25),
            height * random.between(0.7, 1.02),
            r,
            r,
            leaf,
            {
              corner: r,
              ragged: r * 0.5,
              grain: 0.6,
              grainSize: r * 0.3,
              lower: mixColours(leaf, [8, 18, 8], 0.5),
            },
          ),
        );
      }
      break;
    }
    default: {
      // Somebody's arm reaching in.
      const skin = random.chance(0.5) ? drawSkin(random) : colour;
      const fromLeft = random.chance(0.5);
      const startX = fromLeft ? -width * 0.05 : width * 1.05;
      const endX = width * (fromLeft ? random.between(0.2, 0.55) : random.between(0.45, 0.8));
      const startY = height * random.between(0.3, 1);
      const endY = startY + height * random.between(-0.25, 0.15);
      const r = height * random.between(0.018, 0.04);
      paint(
        bar(startX, startY, endX, endY, r, skin, { lower: mixColours(skin, [20, 14, 12], 0.4) }),
      );
      paint(shape(endX, endY, r * 1.3, r * 1.3, drawSkin(random), { corner: r * 1.3 }));
    }
  }
}
