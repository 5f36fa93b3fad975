import { type FacePaint, paintFace } from './face.js';
import type { Light } from './light.js';
import { type Material, PATTERN } from './outfit.js';
import { patternAt } from './pattern.js';
import { type DepthBuffer, SAMPLES, type SeenCone } from './raster.js';

/** A picture of floats with how much of every pixel it covers; colours are multiplied by the coverage. */
export interface Layer {
  readonly width: number;
  readonly height: number;
  readonly colour: Float32Array;
  readonly cover: Float32Array;
}

/** Where the head is in samples, and its axes: faces are painted in its coordinates. */
export interface HeadPlace {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly axes: readonly number[];
  /** Samples per unit of head width and height. */
  readonly across: number;
  readonly up: number;
}

/** What shading needs besides the solids. */
export interface ShadeContext {
  readonly materials: readonly Material[];
  readonly paint: FacePaint;
  readonly head: HeadPlace;
  readonly light: Light;
  readonly table: Float32Array;
  /** Place of this person's folds in the noise. */
  readonly offset: number;
}

const WEIGHT = 1 / (SAMPLES * SAMPLES);

/** Adds the samples that a cone owns in the depth buffer to a layer. */
export function shadeCone(
  seen: SeenCone,
  number: number,
  buffer: DepthBuffer,
  layer: Layer,
  context: ShadeContext,
): void {
  const { cone, axes, a, b, c, length, radius, growth, depth, z0, slope } = seen;
  const { light, head, paint, table, offset } = context;
  const { index, along, depth: depths, width } = buffer;
  const first = context.materials[cone.material]!;
  const second = context.materials[cone.otherMaterial]!;
  const inverse = 1 / seen.scale;
  const { ambient } = light;
  const [tintRed, tintGreen, tintBlue] = light.tint;
  const [fillRed, fillGreen, fillBlue] = light.fill;
  const soft = 1.2 * inverse;
  // Cast shadows: look along the light a few samples away for something well above this surface.
  const flat = Math.sqrt(light.x * light.x + light.y * light.y) + 1e-6;
  const reach = seen.scale * 0.035;
  const shiftX = Math.round((light.x / flat) * reach);
  const shiftY = Math.round((light.y / flat) * reach);
  const climb = Math.min(2.5, light.z / flat) * reach + seen.scale * 0.012;
  const cap = climb + seen.scale * 0.22;
  for (let y = seen.top; y <= seen.bottom; y++) {
    const row = y * width;
    const pixelRow = (y >> 1) * layer.width;
    for (let x = seen.left; x <= seen.right; x++) {
      const at = row + x;
      if (index[at] !== number) continue;
      const p = along[at]!;
      const z = depths[at]!;
      const s = seen.s0 + seen.sx * x + seen.sy * y;
      const d = seen.d0 + seen.dx * x + seen.dy * y;
      const third = (z + seen.ly * y + seen.lx * x) / depth - z0 - slope * p;
      const size = 1 / (radius + growth * p);
      const n1 = (s - p) * size;
      const n2 = d * size;
      const n3 = third * size;
      let nx = n1 * a[0]! + n2 * b[0]! + n3 * c[0]!;
      let ny = n1 * a[1]! + n2 * b[1]! + n3 * c[1]!;
      let nz = n1 * a[2]! + n2 * b[2]! + n3 * c[2]!;
      const norm = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
      nx *= norm;
      ny *= norm;
      nz *= norm;

      const px = (x - seen.x) * inverse;
      const py = (y - seen.y) * inverse;
      const pz = (z - seen.z) * inverse;
      const u = px * axes[0]! + py * axes[3]! + pz * axes[6]!;
      const v = px * axes[1]! + py * axes[4]! + pz * axes[7]! + cone.shift;
      const w = px * axes[2]! + py * axes[5]! + pz * axes[8]!;

      const material = p < cone.split * length ? first : second;
      let colour = material.colour;
      let other = 0;
      if (material.pattern === PATTERN.face) {
        const hx = x - head.x;
        const hy = y - head.y;
        const hz = z - head.z;
        const m = head.axes;
        colour = paintFace(
          paint,
          (hx * m[0]! + hy * m[3]! + hz * m[6]!) / head.across,
          (hx * m[1]! + hy * m[4]! + hz * m[7]!) / head.up,
          (hx * m[2]! + hy * m[5]! + hz * m[8]!) / head.up,
        );
      } else if (material.pattern !== PATTERN.plain) {
        other = patternAt(material, table, u, v, w, soft);
      }
      const far = material.other;
      const red = colour[0] + (far[0] - colour[0]) * other;
      const green = colour[1] + (far[1] - colour[1]) * other;
      const blue = colour[2] + (far[2] - colour[2]) * other;

      // Folds: noise drawn out along the limb, written out here because this is the innermost loop.
      const across = u * 42 + w * 17 + offset;
      const down = v * 21 + w * 9 + offset;
      const column = Math.floor(across);
      const line = Math.floor(down);
      const fx = across - column;
      const fy = down - line;
      const l = column & 63;
      const r = (column + 1) & 63;
      const t = (line & 63) << 6;
      const under = ((line + 1) & 63) << 6;
      const upper = table[t + l]! + (table[t + r]! - table[t + l]!) * fx;
      const lower = table[under + l]! + (table[under + r]! - table[under + l]!) * fx;
      const fold = 1 + material.folds * 2 * (upper + (lower - upper) * fy - 0.5);
      let direct = nx * light.x + ny * light.y + nz * light.z;
      const shine = direct > 0 ? direct * direct : 0;
      direct = (direct + 0.25) * 0.8;
      if (direct < 0) direct = 0;
      const sx = x + shiftX;
      const sy = y + shiftY;
      if (sx >= 0 && sy >= 0 && sx < width && sy < buffer.height) {
        const there = sy * width + sx;
        const above = depths[there]! - z;
        if (above > climb && above < cap && index[there] !== number) direct *= 1 - light.shadow;
      }
      const fill = ambient * (0.72 + 0.28 * (nz - 0.6 * ny)) * fold;
      const sun = (1.12 - ambient * 0.75) * direct * fold;
      const gleam = material.gloss * shine * shine * shine * shine * 110;
      const pixel = pixelRow + (x >> 1);
      const to = pixel * 3;
      const colours = layer.colour;
      colours[to] = colours[to]! + WEIGHT * (red * (fill * fillRed + sun * tintRed) + gleam);
      colours[to + 1] =
        colours[to + 1]! + WEIGHT * (green * (fill * fillGreen + sun * tintGreen) + gleam);
      colours[to + 2] =
        colours[to + 2]! + WEIGHT * (blue * (fill * fillBlue + sun * tintBlue) + gleam);
      layer.cover[pixel] = layer.cover[pixel]! + WEIGHT;
    }
  }
}
