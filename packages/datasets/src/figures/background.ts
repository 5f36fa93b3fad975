import type { Random } from '@pose-distill/internal-random';
import type { Camera } from './camera.js';
import { scatter } from './clutter.js';
import { type Ground, seeGround } from './ground.js';
import { addRoughRow, noiseLattice } from './noise.js';
import { furnishOutdoors } from './outdoors.js';
import { type Colour, drawCloth, drawSurface, fromHue, mixColours } from './palette.js';
import { furnishRoom } from './room.js';
import { allocate } from './scratch.js';
import { drawTexture, type Texture, textureRow } from './texture.js';

/** A picture of floats, red green blue in 0..255. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** Paints surroundings over the whole canvas: a room, a place outdoors, a plain wall, or a blurred tangle of colours. */
export function paintBackground(
  canvas: Canvas,
  camera: Camera,
  pitch: number,
  floor: number,
  random: Random,
): void {
  const ground = seeGround(camera, pitch, floor);
  const kind = random.uniform();
  if (kind < 0.42) paintRoom(canvas, camera, ground, random);
  else if (kind < 0.76) paintOutdoors(canvas, camera, ground, random);
  else if (kind < 0.86) paintPlain(canvas, ground, random);
  else paintTangle(canvas, random);
  if (random.chance(0.3)) scatter(canvas, random, random.integer(7));
}

function paintRoom(canvas: Canvas, camera: Camera, ground: Ground, random: Random): void {
  const wall = drawTexture(random, [
    'noise',
    'noise',
    'bricks',
    'stripes',
    'tiles',
    'planks',
    'rough',
  ]);
  const floor = drawTexture(random, ['planks', 'planks', 'tiles', 'noise', 'rough', 'stripes']);
  const back = -random.between(0.25, 2.2);
  const horizon = paintGround(canvas, camera, ground, floor, back, random.between(0, 0.35));
  paintWall(canvas, camera, wall, horizon, ground.scale(back), random);
  furnishRoom(canvas, random, horizon, ground.scale(back));
}

function paintOutdoors(canvas: Canvas, camera: Camera, ground: Ground, random: Random): void {
  const green = fromHue(
    random.between(0.18, 0.36),
    random.between(0.2, 0.7),
    random.between(0.25, 0.7),
  );
  const grey = drawSurface(random);
  const soil = random.chance(0.5) ? green : mixColours(grey, [150, 145, 135], 0.5);
  const floor = drawTexture(random, ['rough', 'noise', 'rough', 'tiles'], soil);
  const back = -random.between(2, 14);
  const horizon = paintGround(canvas, camera, ground, floor, back, random.between(0, 0.3));
  const sky = fromHue(random.between(0.54, 0.63), random.uniform() * 0.6, random.between(0.6, 1));
  const haze = mixColours(sky, [246, 240, 228], random.between(0.3, 0.9));
  const { width, height, data } = canvas;
  const table = noiseLattice();
  const cloud = random.uniform() * 0.9;
  const shift = random.between(0, 64);
  const puff = allocate('row', width);
  for (let y = 0; y < Math.min(height, horizon); y++) {
    const t = y / Math.max(1, horizon);
    puff.fill(-0.42, 0, width);
    addRoughRow(table, puff, width, shift, 3 / width, (y / height) * 7 + shift, 1);
    for (let x = 0; x < width; x++) {
      const white = Math.max(0, Math.min(1, puff[x]! * 3)) * cloud;
      const at = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) {
        const base = sky[c]! + (haze[c]! - sky[c]!) * t;
        data[at + c] = base + (250 - base) * white;
      }
    }
  }
  furnishOutdoors(canvas, random, horizon, ground.scale(back), green);
}

function paintPlain(canvas: Canvas, ground: Ground, random: Random): void {
  const { width, height, data } = canvas;
  const a = drawSurface(random);
  const b = mixColours(a, drawSurface(random), random.between(0.05, 0.5));
  const edge = random.chance(0.5) ? ground.row(-random.between(0.1, 1)) : height * 2;
  const across = random.between(-1, 1);
  const table = noiseLattice();
  const stain = random.between(0, 20);
  const noise = allocate('row', width);
  const down = 1 - Math.abs(across);
  for (let y = 0; y < height; y++) {
    const lit = y > edge ? 0.88 : 1;
    noise.fill(-0.5 * stain, 0, width);
    addRoughRow(table, noise, width, 0, 0.05, y * 0.05 + stain, stain);
    for (let x = 0; x < width; x++) {
      const place = 0.5 + (y / height - 0.5) * down + (x / width - 0.5) * across;
      const t = Math.max(0, Math.min(1, place));
      const at = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) data[at + c] = (a[c]! + (b[c]! - a[c]!) * t) * lit + noise[x]!;
    }
  }
}

function paintTangle(canvas: Canvas, random: Random): void {
  const { width, height, data } = canvas;
  const colours: Colour[] = [drawSurface(random), drawCloth(random), drawSurface(random)];
  const table = noiseLattice();
  const size = random.between(4, 40) * (height / 160);
  const shift = random.between(0, 64);
  const [a, b, c] = colours as [Colour, Colour, Colour];
  const first = allocate('row', width);
  const second = allocate('row.second', width);
  const fine = 1 / size;
  const coarse = 0.6 / size;
  for (let y = 0; y < height; y++) {
    first.fill(0, 0, width);
    second.fill(0, 0, width);
    addRoughRow(table, first, width, shift, fine, y * fine, 1);
    addRoughRow(table, second, width, 0, coarse, y * coarse + shift, 1);
    for (let x = 0; x < width; x++) {
      const u = first[x]!;
      const v = second[x]! * second[x]!;
      const at = (y * width + x) * 3;
      for (let k = 0; k < 3; k++) {
        const base = a[k]! + (b[k]! - a[k]!) * u;
        data[at + k] = base + (c[k]! - base) * v;
      }
    }
  }
  scatter(canvas, random, 3 + random.integer(18));
}

/** Fills the ground from the bottom up to where it ends; gives that row. */
function paintGround(
  canvas: Canvas,
  camera: Camera,
  ground: Ground,
  texture: Texture,
  back: number,
  fade: number,
): number {
  const { width, height, data } = canvas;
  const table = noiseLattice();
  const { colour, other } = texture;
  const shares = allocate('row', width);
  let y = height - 1;
  for (; y >= 0; y--) {
    const seen = ground.at(y);
    if (!seen || seen.z < back) break;
    const { z, pixel } = seen;
    const lit = 1 - fade * Math.min(1, Math.max(0, z / back));
    textureRow(texture, table, shares, width, -camera.x * pixel, z, pixel);
    for (let x = 0; x < width; x++) {
      const t = shares[x]!;
      const at = (y * width + x) * 3;
      data[at] = (colour[0] + (other[0] - colour[0]) * t) * lit;
      data[at + 1] = (colour[1] + (other[1] - colour[1]) * t) * lit;
      data[at + 2] = (colour[2] + (other[2] - colour[2]) * t) * lit;
    }
  }
  return y + 1;
}

function paintWall(
  canvas: Canvas,
  camera: Camera,
  texture: Texture,
  foot: number,
  scale: number,
  random: Random,
): void {
  const { width, height, data } = canvas;
  const table = noiseLattice();
  const { colour, other } = texture;
  const shares = allocate('row', width);
  const pixel = 1 / scale;
  const glowX = random.between(0, width);
  const glow = random.between(0, 0.35);
  for (let y = 0; y < Math.min(height, foot); y++) {
    textureRow(texture, table, shares, width, -camera.x * pixel, (y - foot) * pixel, pixel);
    for (let x = 0; x < width; x++) {
      const t = shares[x]!;
      const dx = (x - glowX) / width;
      const dy = y / height - 0.3;
      const lit = 1 + glow * (0.4 - dx * dx - dy * dy);
      const at = (y * width + x) * 3;
      data[at] = (colour[0] + (other[0] - colour[0]) * t) * lit;
      data[at + 1] = (colour[1] + (other[1] - colour[1]) * t) * lit;
      data[at + 2] = (colour[2] + (other[2] - colour[2]) * t) * lit;
    }
  }
}
