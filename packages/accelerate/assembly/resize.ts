/**
 * Gradient of nearest-neighbour enlargement by whole factors: each input pixel gets the sum of the pixels it was copied to.
 */
export function enlargeGradient(
  dy: usize, dx: usize, batch: u32, height: u32, width: u32, channels: u32, factorY: u32, factorX: u32,
): void {
  const pixelBytes: usize = channels << 2;
  const vectorBytes = pixelBytes & ~15;
  const dyRow: usize = pixelBytes * width * factorX;
  for (let row: u32 = 0; row < batch * height; row++) {
    for (let column: u32 = 0; column < width; column++) {
      const from = dy + row * factorY * dyRow + column * factorX * pixelBytes;
      for (let at: usize = 0; at < vectorBytes; at += 16) {
        let sum = f32x4.splat(0);
        for (let y: u32 = 0; y < factorY; y++) {
          const line = from + y * dyRow + at;
          for (let x: u32 = 0; x < factorX; x++) sum = f32x4.add(sum, v128.load(line + x * pixelBytes));
        }
        v128.store(dx + at, sum);
      }
      for (let at = vectorBytes; at < pixelBytes; at += 4) {
        let sum: f32 = 0;
        for (let y: u32 = 0; y < factorY; y++) {
          const line = from + y * dyRow + at;
          for (let x: u32 = 0; x < factorX; x++) sum += load<f32>(line + x * pixelBytes);
        }
        store<f32>(dx + at, sum);
      }
      dx += pixelBytes;
    }
  }
}

/**
 * Gradient of nearest-neighbour resizing by index tables: pixel (y, x) of dy was copied from (rowOf[y], columnOf[x]).
 *
 * `dx` is zeroed here.
 */
export function nearestGradient(
  dy: usize, dx: usize, batch: u32, height: u32, width: u32, channels: u32, outHeight: u32, outWidth: u32, rowOf: usize,
  columnOf: usize,
): void {
  const pixelBytes: usize = channels << 2;
  memory.fill(dx, 0, batch * height * width * pixelBytes);
  for (let image: u32 = 0; image < batch; image++) {
    for (let y: u32 = 0; y < outHeight; y++) {
      const row = dx + (image * height + load<u32>(rowOf + (y << 2))) * width * pixelBytes;
      for (let x: u32 = 0; x < outWidth; x++) {
        const to = row + load<u32>(columnOf + (x << 2)) * pixelBytes;
        for (let at: usize = 0; at < pixelBytes; at += 4) store<f32>(to + at, load<f32>(to + at) + load<f32>(dy + at));
        dy += pixelBytes;
      }
    }
  }
}

/** Nearest-neighbour resizing by index tables: output pixel (y, x) copies (rowOf[y], columnOf[x]). */
export function nearest(
  x: usize, y: usize, batch: u32, height: u32, width: u32, channels: u32, outHeight: u32, outWidth: u32, rowOf: usize,
  columnOf: usize,
): void {
  const pixel: usize = channels << 2;
  const vectors = pixel & ~15;
  const outRow: usize = outWidth * pixel;
  for (let image: u32 = 0; image < batch; image++) {
    let before: u32 = 0;
    for (let i: u32 = 0; i < outHeight; i++) {
      const source = load<u32>(rowOf + (i << 2));
      if (i > 0 && source == before) {
        memory.copy(y, y - outRow, outRow);
        y += outRow;
        continue;
      }
      before = source;
      const line = x + source * width * pixel;
      for (let j: u32 = 0; j < outWidth; j++) {
        const from = line + load<u32>(columnOf + (j << 2)) * pixel;
        for (let at: usize = 0; at < vectors; at += 16) v128.store(y + at, v128.load(from + at));
        for (let at = vectors; at < pixel; at += 4) store<u32>(y + at, load<u32>(from + at));
        y += pixel;
      }
    }
    x += height * width * pixel;
  }
}
