/** Two products in float64, rounded to the two low float32 lanes. */
// @ts-ignore: decorator
@inline
function products(a: v128, b: v128): v128 {
  return f32x4.demote_f64x2_zero(f64x2.mul(a, b));
}

// @ts-ignore: decorator
@inline
function four(a: v128, b: v128): v128 {
  return i64x2.shuffle(a, b, 0, 2);
}

/** Writes `count` maps, each the product of a column of `rows` and a row of `columns` (float64, map after map). */
export function planarProducts(columns: usize, width: u32, rows: usize, height: u32, count: u32, out: usize): void {
  for (let n: u32 = 0; n < count; n++) {
    for (let y: u32 = 0; y < height; y++) {
      const row = load<f64>(rows);
      rows += 8;
      const factor = f64x2.splat(row);
      let at = columns;
      let x: u32 = 0;
      for (; x + 4 <= width; x += 4) {
        const low = products(factor, v128.load(at));
        const high = products(factor, v128.load(at, 16));
        v128.store(out, four(low, high));
        at += 32;
        out += 16;
      }
      for (; x < width; x++) {
        store<f32>(out, <f32>(row * load<f64>(at)));
        at += 8;
        out += 4;
      }
    }
    columns += <usize>width * 8;
  }
}

/** The same with everything interleaved: a cell of all maps, then the next. */
export function interleavedProducts(columns: usize, width: u32, rows: usize, height: u32, count: u32, out: usize): void {
  for (let y: u32 = 0; y < height; y++) {
    let at = columns;
    for (let x: u32 = 0; x < width; x++) {
      let row = rows;
      let k: u32 = 0;
      for (; k + 4 <= count; k += 4) {
        const low = products(v128.load(row), v128.load(at));
        const high = products(v128.load(row, 16), v128.load(at, 16));
        v128.store(out, four(low, high));
        row += 32;
        at += 32;
        out += 16;
      }
      for (; k < count; k++) {
        store<f32>(out, <f32>(load<f64>(row) * load<f64>(at)));
        row += 8;
        at += 8;
        out += 4;
      }
    }
    rows += <usize>count * 8;
  }
}
