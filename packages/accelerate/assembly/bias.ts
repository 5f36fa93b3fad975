/** Adds `bias` (n floats, or none where 0) to each of `pixels` runs of n values, and keeps them between `low` and `high`, in place. */
export function biasActivation(y: usize, pixels: u32, n: u32, bias: usize, low: f32, high: f32): void {
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  const whole: usize = (n & ~3) << 2;
  const bytes: usize = n << 2;
  for (let pixel: u32 = 0; pixel < pixels; pixel++) {
    for (let c: usize = 0; c < whole; c += 16) {
      let value = v128.load(y + c);
      if (bias != 0) value = f32x4.add(value, v128.load(bias + c));
      v128.store(y + c, f32x4.pmin(f32x4.pmax(value, lows), highs));
    }
    for (let c = whole; c < bytes; c += 4) {
      let value = load<f32>(y + c);
      if (bias != 0) value += load<f32>(bias + c);
      // Written so that NaN stays.
      if (value < low) value = low;
      if (value > high) value = high;
      store<f32>(y + c, value);
    }
    y += bytes;
  }
}
