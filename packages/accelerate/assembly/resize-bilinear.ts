import { multiplyAdd } from './simd';

/**
 * Resizing is done one axis after the other by tables: output position i lies between source positions `low[i]` and `high[i]`,
 * `weight[i]` of the way. `line` is scratch memory for one line of pixels.
 */

/** `to = a + (b - a) * weight` for `bytes` bytes. */
// @ts-ignore: decorator
@inline
function mix(a: usize, b: usize, to: usize, bytes: usize, weight: f32): void {
  const whole = bytes & ~15;
  const factor = f32x4.splat(weight);
  for (let at: usize = 0; at < whole; at += 16) {
    const first = v128.load(a + at);
    v128.store(to + at, multiplyAdd(f32x4.sub(v128.load(b + at), first), factor, first));
  }
  for (let at = whole; at < bytes; at += 4) {
    const first = load<f32>(a + at);
    store<f32>(to + at, first + (load<f32>(b + at) - first) * weight);
  }
}

/** `to += from * weight` for `bytes` bytes. */
// @ts-ignore: decorator
@inline
function addScaled(from: usize, to: usize, bytes: usize, weight: f32): void {
  const whole = bytes & ~15;
  const factor = f32x4.splat(weight);
  for (let at: usize = 0; at < whole; at += 16) {
    v128.store(to + at, multiplyAdd(v128.load(from + at), factor, v128.load(to + at)));
  }
  for (let at = whole; at < bytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at) * weight);
}

/** Bilinear resizing of `[batch, height, width, channels]`. */
export function bilinear(
  x: usize, y: usize, batch: u32, height: u32, width: u32, channels: u32, outHeight: u32, outWidth: u32,
  lowY: usize, highY: usize, weightY: usize, lowX: usize, highX: usize, weightX: usize, line: usize,
): void {
  const pixel: usize = channels << 2;
  const row: usize = pixel * width;
  for (let image: u32 = 0; image < batch; image++) {
    for (let i: usize = 0; i < outHeight << 2; i += 4) {
      mix(x + load<u32>(lowY + i) * row, x + load<u32>(highY + i) * row, line, row, load<f32>(weightY + i));
      for (let j: usize = 0; j < outWidth << 2; j += 4) {
        const low = line + load<u32>(lowX + j) * pixel;
        const high = line + load<u32>(highX + j) * pixel;
        mix(low, high, y, pixel, load<f32>(weightX + j));
        y += pixel;
      }
    }
    x += row * height;
  }
}

/** The transpose of `bilinear`. `dx` is zeroed here. */
export function bilinearGradient(
  dy: usize, dx: usize, batch: u32, height: u32, width: u32, channels: u32, outHeight: u32, outWidth: u32,
  lowY: usize, highY: usize, weightY: usize, lowX: usize, highX: usize, weightX: usize, line: usize,
): void {
  const pixel: usize = channels << 2;
  const row: usize = pixel * width;
  memory.fill(dx, 0, batch * height * row);
  for (let image: u32 = 0; image < batch; image++) {
    for (let i: usize = 0; i < outHeight << 2; i += 4) {
      memory.fill(line, 0, row);
      for (let j: usize = 0; j < outWidth << 2; j += 4) {
        const weight = load<f32>(weightX + j);
        addScaled(dy, line + load<u32>(lowX + j) * pixel, pixel, 1 - weight);
        if (weight != 0) addScaled(dy, line + load<u32>(highX + j) * pixel, pixel, weight);
        dy += pixel;
      }
      const weight = load<f32>(weightY + i);
      addScaled(line, dx + load<u32>(lowY + i) * row, row, 1 - weight);
      if (weight != 0) addScaled(line, dx + load<u32>(highY + i) * row, row, weight);
    }
    dx += row * height;
  }
}
