import type { Random } from '@pose-distill/internal-random';
import type { Canvas } from './background.js';
import { painter, plant } from './clutter.js';
import { drawCloth, drawSurface, fromHue, mixColours } from './palette.js';
import { bar, shape } from './shape.js';
/** Skirting, pictures, windows, doors, boxes, lamps and plants along a wall that meets the floor in row `foot`. */
export function furnishRoom(canvas: Canvas, random: Random, foot: number, scale: number): void {
  const paint = painter(canvas);
  const { width } = canvas;
  const place = (): number => random.between(-0.1, 1.1) * width;
  if (random.chance(0.6)) {
    const high = scale * random.between(0.012, 0.04);
    const white = mixColours(drawSurface(random), [240, 238, 232], 0.6);
    paint(
      shape(width / 2, foot - high, width, high, white, {
        lower: mixColours(white, [30, 30, 30], 0.2),
      }),
    );
  }
  const things = random.integer(6);
  for (let i = 0; i < things; i++) {
    const x = place();
    const colour = drawSurface(random);
    const dark = mixColours(colour, [12, 12, 14], random.between(0.2, 0.6));
    switch (random.integer(6)) {
      case 0: {
        const w = scale * random.between(0.06, 0.25);
        const h = scale * random.between(0.06, 0.25);
        const y = foot - scale * random.between(0.6, 1.2);
        paint(shape(x, y, w, h, dark));
        paint(
          shape(x, y, w * 0.86, h * 0.86, drawCloth(random), {
            lower: drawCloth(random),
            grain: 0.4,
            grainSize: w * 0.4,
          }),
        );
        break;
      }
      case 1: {
        const w = scale * random.between(0.14, 0.35);
        const h = scale * random.between(0.2, 0.4);
        const y = foot - scale * random.between(0.75, 1.1);
        const sky = fromHue(0.58, random.between(0, 0.4), random.between(0.75, 1));
        paint(shape(x, y, w * 1.1, h * 1.1, mixColours(colour, [250, 250, 250], 0.6)));
        paint(
          shape(x, y, w, h, sky, {
            lower: mixColours(sky, [120, 150, 110], 0.4),
            grain: 0.15,
            grainSize: 14,
          }),
        );
        paint(shape(x, y, w * 0.05, h, mixColours(colour, [250, 250, 250], 0.5)));
        paint(shape(x, y, w, w * 0.05, mixColours(colour, [250, 250, 250], 0.5)));
        break;
      }
      case 2: {
        const w = scale * random.between(0.16, 0.26);
        const h = scale * random.between(0.5, 0.62);
        paint(shape(x, foot - h, w, h, colour, { lower: dark, grain: 0.05 }));
        paint(shape(x, foot - h * 1.42, w * 0.72, h * 0.42, mixColours(colour, dark, 0.35)));
        paint(shape(x, foot - h * 0.48, w * 0.72, h * 0.36, mixColours(colour, dark, 0.35)));
        break;
      }
      case 3: {
        const w = scale * random.between(0.1, 0.5);
        const h = scale * random.between(0.08, 0.4);
        const y = foot + scale * random.between(-0.02, 0.12);
        paint(shape(x, y - h, w, h, colour, { lower: dark, grain: 0.12 }));
        paint(
          shape(x, y - 2 * h, w * 1.04, scale * 0.02, mixColours(colour, [255, 255, 255], 0.25)),
        );
        const rows = random.integer(4);
        for (let r = 1; r <= rows; r++) paint(shape(x, y - (2 * h * r) / (rows + 1), w, 0.6, dark));
        break;
      }
      case 4: {
        const h = scale * random.between(0.6, 1);
        paint(bar(x, foot, x, foot - h, Math.max(0.6, scale * 0.01), dark));
        const shade = mixColours(colour, [255, 236, 190], 0.6);
        paint(
          shape(x, foot - h, scale * 0.11, scale * 0.08, shade, {
            corner: scale * 0.04,
            lower: [255, 240, 205],
          }),
        );
        break;
      }
      default:
        plant(paint, random, x, foot + scale * 0.05, scale * random.between(0.2, 0.6));
    }
  }
}
