import type { Random } from '@pose-distill/internal-random';
import type { Canvas } from './background.js';
import { painter, plant } from './clutter.js';
import { type Colour, drawSurface, fromHue, mixColours } from './palette.js';
import { bar, shape } from './shape.js';
/** Hills, houses, trees, poles, fences and bushes on a horizon in row `foot`. */
export function furnishOutdoors(
  canvas: Canvas,
  random: Random,
  foot: number,
  scale: number,
  green: Colour,
): void {
  const paint = painter(canvas);
  const { width, height } = canvas;
  const unit = Math.max(scale, height * 0.25);
  const place = (): number => random.between(-0.15, 1.15) * width;
  if (random.chance(0.45)) {
    const hill = mixColours(green, [150, 165, 190], random.between(0.2, 0.75));
    const high = unit * random.between(0.05, 0.6);
    paint(
      shape(width / 2, foot, width, high, hill, {
        ragged: high * 0.55,
        grainSize: width * random.between(0.12, 0.4),
        lower: mixColours(hill, [220, 220, 220], 0.2),
      }),
    );
  }
  const houses = random.chance(0.4) ? 1 + random.integer(4) : 0;
  for (let i = 0; i < houses; i++) {
    const wall = drawSurface(random);
    const w = unit * random.between(0.2, 0.7);
    const h = unit * random.between(0.2, 1.1);
    const x = place();
    paint(
      shape(x, foot - h, w, h, wall, { lower: mixColours(wall, [20, 20, 22], 0.15), grain: 0.06 }),
    );
    const pane = mixColours(wall, random.chance(0.6) ? [30, 36, 48] : [230, 236, 240], 0.65);
    const step = unit * random.between(0.12, 0.22);
    for (let wy = foot - 2 * h + step * 0.7; wy < foot - step * 0.5; wy += step) {
      for (let wx = x - w + step * 0.6; wx < x + w - step * 0.3; wx += step)
        paint(shape(wx, wy, step * 0.27, step * 0.33, pane));
    }
  }
  const trees = random.integer(5);
  for (let i = 0; i < trees; i++) {
    const x = place();
    const y = foot + unit * random.between(-0.02, 0.14);
    const high = unit * random.between(0.4, 1.5);
    const bark = mixColours(fromHue(0.08, 0.4, random.between(0.2, 0.5)), green, 0.1);
    paint(
      bar(
        x,
        y,
        x + unit * random.between(-0.08, 0.08),
        y - high,
        unit * random.between(0.015, 0.05),
        bark,
        { grain: 0.3, grainSize: 4 },
      ),
    );
    const leaf = mixColours(
      green,
      fromHue(random.between(0.08, 0.36), 0.6, 0.5),
      random.between(0, 0.6),
    );
    const blobs = 2 + random.integer(4);
    for (let k = 0; k < blobs; k++) {
      const r = high * random.between(0.15, 0.4);
      paint(
        shape(
          x + high * random.between(-0.3, 0.3),
          y - high * random.between(0.75, 1.15),
          r,
          r,
          mixColours(leaf, [245, 250, 200], 0.12),
          {
            corner: r,
            ragged: r * 0.45,
            grain: 0.55,
            grainSize: Math.max(3, r * 0.25),
            lower: mixColours(leaf, [10, 20, 10], 0.45),
          },
        ),
      );
    }
  }
  const poles = random.chance(0.35) ? 1 + random.integer(3) : 0;
  for (let i = 0; i < poles; i++) {
    const x = place();
    paint(
      bar(
        x,
        foot + unit * 0.05,
        x,
        foot - unit * random.between(0.5, 2),
        Math.max(0.6, unit * random.between(0.008, 0.03)),
        drawSurface(random),
      ),
    );
  }
  if (random.chance(0.25)) {
    const fence = drawSurface(random);
    const high = unit * random.between(0.12, 0.35);
    for (let x = 0; x < width; x += unit * 0.1)
      paint(bar(x, foot, x, foot - high, Math.max(0.5, unit * 0.01), fence));
    paint(bar(0, foot - high * 0.8, width, foot - high * 0.8, Math.max(0.5, unit * 0.012), fence));
  }
  const bushes = random.integer(4);
  for (let i = 0; i < bushes; i++)
    plant(paint, random, place(), foot + unit * 0.08, unit * random.between(0.12, 0.4));
}
