/** Rows added in single precision before they are added to the sums in double precision. */
const BLOCK: u32 = 64;

/**
 * `y[o][i] = factor * sum over m of x[o][m][i]`, without a transposition.
 *
 * Four rows are taken as one, so that short ones fill vectors too. `partial` holds 4 * inner floats, `sums` 4 * inner doubles.
 */
export function sumMiddle(
  x: usize, y: usize, outer: u32, count: u32, inner: u32, factor: f64, partial: usize, sums: usize,
): void {
  const lanes = inner << 2;
  const bytes: usize = lanes << 2;
  const groups = count >>> 2;
  for (let o: u32 = 0; o < outer; o++) {
    memory.fill(sums, 0, bytes << 1);
    for (let start: u32 = 0; start < groups; start += BLOCK) {
      memory.copy(partial, x, bytes);
      x += bytes;
      const end = min(start + BLOCK, groups);
      for (let group = start + 1; group < end; group++) {
        for (let at: usize = 0; at < bytes; at += 16) {
          v128.store(partial + at, f32x4.add(v128.load(partial + at), v128.load(x + at)));
        }
        x += bytes;
      }
      for (let at: usize = 0; at < bytes; at += 8) {
        const wide = f64x2.promote_low_f32x4(v128.load64_zero(partial + at));
        v128.store(sums + (at << 1), f64x2.add(v128.load(sums + (at << 1)), wide));
      }
    }
    for (let m = groups << 2; m < count; m++) {
      for (let i: u32 = 0; i < inner; i++) {
        const to = sums + (i << 3);
        store<f64>(to, load<f64>(to) + <f64>load<f32>(x));
        x += 4;
      }
    }
    for (let i: u32 = 0; i < inner; i++) {
      let sum: f64 = 0;
      for (let lane = i; lane < lanes; lane += inner) sum += load<f64>(sums + (lane << 3));
      store<f32>(y, <f32>(sum * factor));
      y += 4;
    }
  }
}

/** `y[o] = factor * sum of row o`, rows of `count` floats. */
export function sumRows(x: usize, y: usize, outer: u32, count: u32, factor: f64): void {
  const whole: usize = (count & ~15) << 2;
  for (let o: u32 = 0; o < outer; o++) {
    let sum: f64 = 0;
    let at: usize = 0;
    while (at < whole) {
      let a = f32x4.splat(0);
      let b = a;
      let c = a;
      let d = a;
      const end = min(at + (BLOCK << 6), whole);
      for (; at < end; at += 64) {
        a = f32x4.add(a, v128.load(x + at));
        b = f32x4.add(b, v128.load(x + at, 16));
        c = f32x4.add(c, v128.load(x + at, 32));
        d = f32x4.add(d, v128.load(x + at, 48));
      }
      sum += lanesSum(f32x4.add(a, b)) + lanesSum(f32x4.add(c, d));
    }
    for (const end: usize = count << 2; at < end; at += 4) sum += <f64>load<f32>(x + at);
    store<f32>(y, <f32>(sum * factor));
    x += count << 2;
    y += 4;
  }
}

/** The sum of four lanes in double precision. */
// @ts-ignore: decorator
@inline
export function lanesSum(v: v128): f64 {
  const wide = f64x2.add(
    f64x2.promote_low_f32x4(v), f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 0)),
  );
  return f64x2.extract_lane(wide, 0) + f64x2.extract_lane(wide, 1);
}
