import type { Random } from '@pose-distill/internal-random';
import type { Canvas } from './background.js';
import { noiseGrains } from './noise.js';
import { allocate } from './scratch.js';

/** Blurs a canvas in place with two passes of a box of the given radius in pixels (fractions allowed). */
export function blurCanvas(canvas: Canvas, radius: number): void {
  const { width, height, data } = canvas;
  const spare = allocate('blur', width * height * 3);
  for (let y = 0; y < height; y++) blurLine(data, spare, y * width * 3, 3, width, radius);
  for (let x = 0; x < width; x++) blurLine(spare, data, x * 3, width * 3, height, radius);
}

/** Running mean over 2 * radius + 1 pixels of one line, all three channels, edges repeated. */
function blurLine(
  from: Float32Array,
  to: Float32Array,
  start: number,
  stride: number,
  count: number,
  radius: number,
): void {
  const whole = Math.floor(radius);
  const part = radius - whole;
  const scale = 1 / (2 * radius + 1);
  const last = count - 1;
  for (let c = 0; c < 3; c++) {
    const base = start + c;
    let sum = 0;
    for (let k = -whole; k <= whole; k++)
      sum += from[base + Math.min(last, Math.max(0, k)) * stride]!;
    for (let i = 0; i < count; i++) {
      const before = from[base + Math.max(0, i - whole - 1) * stride]!;
      const after = from[base + Math.min(last, i + whole + 1) * stride]!;
      to[base + i * stride] = (sum + part * (before + after)) * scale;
      sum += after - from[base + Math.max(0, i - whole) * stride]!;
    }
  }
}

/** What a camera makes of a scene: blur, colour cast, contrast, vignette, noise, 8 bits. */
export function takePhotograph(canvas: Canvas, random: Random): Uint8ClampedArray {
  const { width, height, data } = canvas;
  const unit = height / 160;
  if (random.chance(0.45))
    blurCanvas(canvas, random.between(0.15, random.chance(0.2) ? 1.2 : 0.55) * unit);
  const contrast = random.between(0.75, 1.22);
  const brightness = random.between(0.75, 1.2);
  const grey = random.chance(0.06) ? 1 : random.between(-0.15, 0.3);
  const redCast = random.between(0.91, 1.09) * contrast;
  const greenCast = random.between(0.95, 1.05) * contrast;
  const blueCast = random.between(0.91, 1.09) * contrast;
  const vignette = random.chance(0.4) ? random.between(0, 0.45) : 0;
  const noise = random.uniform() * random.uniform() * 14;
  const grains = noiseGrains();
  const colourNoise = noise * random.between(0.2, 1);
  let place = random.integer(4096);
  const pixels = new Uint8ClampedArray(width * height * 3);
  const centreX = (width - 1) / 2;
  const centreY = (height - 1) / 2;
  const corner = 1 / (centreX * centreX + centreY * centreY + 1);
  for (let y = 0; y < height; y++) {
    // Rows start anywhere in the table, so its period never shows.
    place = (place * 5 + y * 97 + 1013) & 4095;
    const dy = y - centreY;
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const dx = x - centreX;
      const gain = brightness * (1 - vignette * (dx * dx + dy * dy) * corner);
      const red = data[at]!;
      const green = data[at + 1]!;
      const blue = data[at + 2]!;
      const luma = red * 0.3 + green * 0.59 + blue * 0.11;
      const add = 128 - 128 * contrast + grains[(place + x) & 4095]! * noise;
      const own = place + x * 3;
      // The array clamps and rounds.
      pixels[at] =
        (red + (luma - red) * grey) * gain * redCast + add + grains[own & 4095]! * colourNoise;
      pixels[at + 1] =
        (green + (luma - green) * grey) * gain * greenCast +
        add +
        grains[(own + 1) & 4095]! * colourNoise;
      pixels[at + 2] =
        (blue + (luma - blue) * grey) * gain * blueCast +
        add +
        grains[(own + 2) & 4095]! * colourNoise;
    }
  }
  return pixels;
}
