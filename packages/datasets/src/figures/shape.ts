import { addNoiseRow } from './noise.js';
import type { Colour } from './palette.js';
import { allocate } from './scratch.js';
import { cosine, sine } from './trigonometry.js';

/** A flat shape in the picture: a box with round corners, from a bar to a disc. Lengths are pixels. */
export interface Shape {
  readonly x: number;
  readonly y: number;
  /** Half width and half height before turning. */
  readonly halfWidth: number;
  readonly halfHeight: number;
  /** Radius of the corners; at most the smaller half side. */
  readonly corner: number;
  /** Degrees, clockwise in the picture. */
  readonly turn: number;
  readonly colour: Colour;
  /** Colour at the lower end. */
  readonly lower: Colour;
  readonly opacity: number;
  /** Width of the edge in pixels; 1 is sharp. */
  readonly soft: number;
  /** Strength of blotches, 0..1, and their size in pixels. */
  readonly grain: number;
  readonly grainSize: number;
  /** Ragged outline, in pixels. */
  readonly ragged: number;
}

/** A shape from its place and size; the rest is plain. */
export function shape(
  x: number,
  y: number,
  halfWidth: number,
  halfHeight: number,
  colour: Colour,
  rest: Partial<Shape> = {},
): Shape {
  return {
    x,
    y,
    halfWidth,
    halfHeight,
    corner: 0,
    turn: 0,
    colour,
    lower: colour,
    opacity: 1,
    soft: 1,
    grain: 0,
    grainSize: 8,
    ragged: 0,
    ...rest,
  };
}

/** A bar with round ends from one point to another. */
export function bar(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  radius: number,
  colour: Colour,
  rest: Partial<Shape> = {},
): Bar {
  return {
    ...shape((x0 + x1) / 2, (y0 + y1) / 2, 0, radius, colour, rest),
    dx: x1 - x0,
    dy: y1 - y0,
  };
}

/** A shape whose direction is given by a vector in place of an angle. */
export interface Bar extends Shape {
  readonly dx: number;
  readonly dy: number;
}

/** Paints a shape over a picture of floats, where given; `mask`, where given, keeps the largest opacity painted. */
export function paintShape(
  image: Float32Array | null,
  width: number,
  height: number,
  item: Shape | Bar,
  table: Float32Array,
  mask?: Float32Array,
): void {
  let { halfWidth, corner } = item;
  const { halfHeight, soft, ragged, grain, colour, lower, opacity } = item;
  let c = 1;
  let s = 0;
  if ('dx' in item) {
    const size = Math.sqrt(item.dx * item.dx + item.dy * item.dy);
    if (size > 1e-6) {
      c = item.dx / size;
      s = item.dy / size;
    }
    halfWidth = size / 2 + halfHeight;
    corner = halfHeight;
  } else if (item.turn !== 0) {
    c = cosine(item.turn);
    s = sine(item.turn);
  }
  const margin = soft + ragged;
  const reachX = Math.abs(c) * halfWidth + Math.abs(s) * halfHeight + margin;
  const reachY = Math.abs(s) * halfWidth + Math.abs(c) * halfHeight + margin;
  const top = Math.max(0, Math.ceil(item.y - reachY));
  const bottom = Math.min(height - 1, Math.floor(item.y + reachY));
  const left = Math.max(0, Math.ceil(item.x - reachX));
  const right = Math.min(width - 1, Math.floor(item.x + reachX));
  const inner = halfWidth - corner;
  const innerHeight = halfHeight - corner;
  const fine = 1 / item.grainSize;
  const noisy = grain > 0 || ragged > 0;
  const grains = allocate('row.shape', width);
  const columns = Math.max(0, right - left + 1);
  for (let y = top; y <= bottom; y++) {
    if (noisy) {
      grains.fill(-0.5, 0, columns);
      addNoiseRow(
        table,
        grains,
        columns,
        (left + item.halfWidth) * fine,
        fine,
        (y + item.halfHeight) * fine,
        1,
      );
    }
    for (let x = left; x <= right; x++) {
      const px = x - item.x;
      const py = y - item.y;
      const along = px * c + py * s;
      const across = py * c - px * s;
      const qx = Math.abs(along) - inner;
      const qy = Math.abs(across) - innerHeight;
      let distance: number;
      if (qx > 0 && qy > 0) distance = Math.sqrt(qx * qx + qy * qy) - corner;
      else distance = Math.max(qx, qy) - corner;
      if (distance > margin) continue;
      const noise = noisy ? grains[x - left]! : 0;
      if (ragged > 0) distance += noise * 2 * ragged;
      let cover = 0.5 - distance / soft;
      if (cover <= 0) continue;
      cover = Math.min(1, cover) * opacity;
      if (mask && cover > mask[y * width + x]!) mask[y * width + x] = cover;
      if (!image) continue;
      const t = halfHeight > 0 ? 0.5 + (0.5 * across) / halfHeight : 0;
      const light = 1 + grain * 2 * noise;
      const at = (y * width + x) * 3;
      image[at] =
        image[at]! + ((colour[0] + (lower[0] - colour[0]) * t) * light - image[at]!) * cover;
      image[at + 1] =
        image[at + 1]! +
        ((colour[1] + (lower[1] - colour[1]) * t) * light - image[at + 1]!) * cover;
      image[at + 2] =
        image[at + 2]! +
        ((colour[2] + (lower[2] - colour[2]) * t) * light - image[at + 2]!) * cover;
    }
  }
}
