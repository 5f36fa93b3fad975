/**
 * Pooling over NHWC. Windows are clipped to the image, so padding never takes part: not in a maximum, not in a mean's count.
 */

// @ts-ignore: decorator
@inline
function clippedStart(index: i32, stride: i32, pad: i32): i32 {
  return max(0, index * stride - pad);
}

// @ts-ignore: decorator
@inline
function clippedEnd(index: i32, stride: i32, pad: i32, filter: i32, size: i32): i32 {
  return min(size, index * stride - pad + filter);
}

/** The largest value of each window; NaN does not count, as with `value > largest`. */
export function maxPool(
  x: usize, y: usize, batch: u32, height: i32, width: i32, channels: u32, outHeight: i32, outWidth: i32,
  filterHeight: i32, filterWidth: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32,
): void {
  const pixel: usize = channels << 2;
  const row: usize = pixel * width;
  const vectors = pixel & ~15;
  const pairs = pixel & ~31;
  for (let image: u32 = 0; image < batch; image++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = clippedStart(oy, strideY, padTop);
      const rows = clippedEnd(oy, strideY, padTop, filterHeight, height) - top;
      for (let ox = 0; ox < outWidth; ox++) {
        const left = clippedStart(ox, strideX, padLeft);
        const columns = clippedEnd(ox, strideX, padLeft, filterWidth, width) - left;
        const corner = x + top * row + left * pixel;
        let at: usize = 0;
        for (; at < pairs; at += 32) {
          let low = f32x4.splat(-Infinity);
          let high = low;
          let line = corner + at;
          for (let r = rows; r > 0; r--) {
            let from = line;
            for (let c = columns; c > 0; c--) {
              low = f32x4.pmax(low, v128.load(from));
              high = f32x4.pmax(high, v128.load(from, 16));
              from += pixel;
            }
            line += row;
          }
          v128.store(y + at, low);
          v128.store(y + at, high, 16);
        }
        for (; at < vectors; at += 16) {
          let most = f32x4.splat(-Infinity);
          let line = corner + at;
          for (let r = rows; r > 0; r--) {
            let from = line;
            for (let c = columns; c > 0; c--) {
              most = f32x4.pmax(most, v128.load(from));
              from += pixel;
            }
            line += row;
          }
          v128.store(y + at, most);
        }
        for (; at < pixel; at += 4) {
          let most: f32 = -Infinity;
          for (let r = 0; r < rows; r++) {
            for (let c = 0; c < columns; c++) {
              const value = load<f32>(corner + r * row + c * pixel + at);
              if (value > most) most = value;
            }
          }
          store<f32>(y + at, most);
        }
        y += pixel;
      }
    }
    x += height * row;
  }
}

/**
 * Gradient of the maximum: the first largest pixel of each window, in row-major order, takes the window's whole gradient.
 *
 * The position is found again from x and the pooled y. `dx` is zeroed here.
 */
export function maxPoolGradient(
  x: usize, y: usize, dy: usize, dx: usize, batch: u32, height: i32, width: i32, channels: u32, outHeight: i32, outWidth: i32,
  filterHeight: i32, filterWidth: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32,
): void {
  const pixel: usize = channels << 2;
  const row: usize = pixel * width;
  const vectors = pixel & ~15;
  memory.fill(dx, 0, batch * height * row);
  for (let image: u32 = 0; image < batch; image++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = clippedStart(oy, strideY, padTop);
      const rows = clippedEnd(oy, strideY, padTop, filterHeight, height) - top;
      for (let ox = 0; ox < outWidth; ox++) {
        const left = clippedStart(ox, strideX, padLeft);
        const columns = clippedEnd(ox, strideX, padLeft, filterWidth, width) - left;
        const corner = top * row + left * pixel;
        for (let at: usize = 0; at < vectors; at += 16) {
          const most = v128.load(y + at);
          const unknown = f32x4.ne(most, most);
          let open = v128.load(dy + at);
          let line = corner + at;
          for (let r = rows; r > 0; r--) {
            let offset = line;
            for (let c = columns; c > 0; c--) {
              const value = v128.load(x + offset);
              const hit = v128.or(f32x4.eq(value, most), v128.and(unknown, f32x4.ne(value, value)));
              v128.store(dx + offset, f32x4.add(v128.load(dx + offset), v128.and(hit, open)));
              open = v128.andnot(open, hit);
              offset += pixel;
            }
            line += row;
          }
        }
        for (let at = vectors; at < pixel; at += 4) {
          const most = load<f32>(y + at);
          const hit = firstEqual(x + corner + at, most, rows, columns, row, pixel);
          if (hit < 0) continue;
          const to = dx + corner + at + hit;
          store<f32>(to, load<f32>(to) + load<f32>(dy + at));
        }
        y += pixel;
        dy += pixel;
      }
    }
    x += height * row;
    dx += height * row;
  }
}

/** Offset of the first value of a window that equals `most` (or is NaN, as it is), or -1. */
function firstEqual(from: usize, most: f32, rows: i32, columns: i32, row: usize, pixel: usize): i32 {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const offset = r * row + c * pixel;
      const value = load<f32>(from + offset);
      if (value == most || (most != most && value != value)) return <i32>offset;
    }
  }
  return -1;
}

/** The mean of each window's pixels inside the image. */
export function averagePool(
  x: usize, y: usize, batch: u32, height: i32, width: i32, channels: u32, outHeight: i32, outWidth: i32,
  filterHeight: i32, filterWidth: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32,
): void {
  const pixel: usize = channels << 2;
  const row: usize = pixel * width;
  const vectors = pixel & ~15;
  const pairs = pixel & ~31;
  for (let image: u32 = 0; image < batch; image++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = clippedStart(oy, strideY, padTop);
      const rows = max(0, clippedEnd(oy, strideY, padTop, filterHeight, height) - top);
      for (let ox = 0; ox < outWidth; ox++) {
        const left = clippedStart(ox, strideX, padLeft);
        const columns = max(0, clippedEnd(ox, strideX, padLeft, filterWidth, width) - left);
        const corner = x + top * row + left * pixel;
        const count = <f32>(rows * columns);
        let at: usize = 0;
        for (; at < pairs; at += 32) {
          let low = f32x4.splat(0);
          let high = low;
          let line = corner + at;
          for (let r = rows; r > 0; r--) {
            let from = line;
            for (let c = columns; c > 0; c--) {
              low = f32x4.add(low, v128.load(from));
              high = f32x4.add(high, v128.load(from, 16));
              from += pixel;
            }
            line += row;
          }
          v128.store(y + at, f32x4.div(low, f32x4.splat(count)));
          v128.store(y + at, f32x4.div(high, f32x4.splat(count)), 16);
        }
        for (; at < vectors; at += 16) {
          let sum = f32x4.splat(0);
          let line = corner + at;
          for (let r = rows; r > 0; r--) {
            let from = line;
            for (let c = columns; c > 0; c--) {
              sum = f32x4.add(sum, v128.load(from));
              from += pixel;
            }
            line += row;
          }
          v128.store(y + at, f32x4.div(sum, f32x4.splat(count)));
        }
        for (; at < pixel; at += 4) {
          let sum: f32 = 0;
          for (let r = 0; r < rows; r++) {
            for (let c = 0; c < columns; c++) sum += load<f32>(corner + r * row + c * pixel + at);
          }
          store<f32>(y + at, sum / count);
        }
        y += pixel;
      }
    }
    x += height * row;
  }
}

/** Gradient of the mean: each pixel inside the image gets an equal part of its windows' gradients. `dx` is zeroed here. */
export function averagePoolGradient(
  dy: usize, dx: usize, batch: u32, height: i32, width: i32, channels: u32, outHeight: i32, outWidth: i32,
  filterHeight: i32, filterWidth: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32,
): void {
  const pixel: usize = channels << 2;
  const row: usize = pixel * width;
  const vectors = pixel & ~15;
  memory.fill(dx, 0, batch * height * row);
  for (let image: u32 = 0; image < batch; image++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = clippedStart(oy, strideY, padTop);
      const rows = clippedEnd(oy, strideY, padTop, filterHeight, height) - top;
      for (let ox = 0; ox < outWidth; ox++) {
        const left = clippedStart(ox, strideX, padLeft);
        const columns = clippedEnd(ox, strideX, padLeft, filterWidth, width) - left;
        const corner = dx + top * row + left * pixel;
        const count = <f32>(rows * columns);
        for (let at: usize = 0; at < vectors; at += 16) {
          const part = f32x4.div(v128.load(dy + at), f32x4.splat(count));
          let line = corner + at;
          for (let r = rows; r > 0; r--) {
            let to = line;
            for (let c = columns; c > 0; c--) {
              v128.store(to, f32x4.add(v128.load(to), part));
              to += pixel;
            }
            line += row;
          }
        }
        for (let at = vectors; at < pixel; at += 4) {
          const part = load<f32>(dy + at) / count;
          for (let r = 0; r < rows; r++) {
            for (let c = 0; c < columns; c++) {
              const to = corner + r * row + c * pixel + at;
              store<f32>(to, load<f32>(to) + part);
            }
          }
        }
        dy += pixel;
      }
    }
    dx += height * row;
  }
}
