import type { Random } from '@pose-distill/internal-random';
import type { Canvas } from './background.js';
import { noiseLattice } from './noise.js';
import { type Colour, drawCloth, drawSkin, drawSurface, fromHue, mixColours } from './palette.js';
import { type Bar, bar, paintShape, type Shape, shape } from './shape.js';

function painter(canvas: Canvas): (item: Shape | Bar) => void {
  const table = noiseLattice();
  return (item) => paintShape(canvas.data, canvas.width, canvas.height, item, table);
}

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

function plant(
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
