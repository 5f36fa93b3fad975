import type { Canvas } from './background.js';
import { allocate } from './scratch.js';
import type { Layer } from './shade.js';

/** An empty layer; it shares memory with every other, so composite one before you open the next. */
export function openLayer(width: number, height: number): Layer {
  const count = width * height;
  return {
    width,
    height,
    colour: allocate('layer', count * 3).fill(0, 0, count * 3),
    cover: allocate('cover', count).fill(0, 0, count),
  };
}

/** Lays a layer over a canvas of the same size. */
export function composite(canvas: Canvas, layer: Layer): void {
  const { data } = canvas;
  const { colour, cover } = layer;
  const count = canvas.width * canvas.height;
  for (let i = 0; i < count; i++) {
    const part = cover[i]!;
    if (part === 0) continue;
    const keep = 1 - part;
    data[i * 3] = data[i * 3]! * keep + colour[i * 3]!;
    data[i * 3 + 1] = data[i * 3 + 1]! * keep + colour[i * 3 + 1]!;
    data[i * 3 + 2] = data[i * 3 + 2]! * keep + colour[i * 3 + 2]!;
  }
}
