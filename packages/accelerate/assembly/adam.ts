/** Positions in the `scalars` of `adamUpdate`. */
const LEARNING_RATE: usize = 0;
const BETA1: usize = 4;
const BETA2: usize = 8;
const EPSILON: usize = 12;
const WEIGHT_DECAY: usize = 16;
const CORRECTION1: usize = 20;
const CORRECTION2: usize = 24;

/**
 * One Adam step with decoupled weight decay over flat parameters; the results are new arrays.
 *
 * `mask` (0 for none) scales the decay of each weight.
 */
export function adamUpdate(
  weights: usize, m: usize, v: usize, gradient: usize, scalars: usize, mask: usize, newWeights: usize, newM: usize, newV: usize,
  count: u32,
): void {
  const rate = load<f32>(scalars, LEARNING_RATE);
  const beta1 = load<f32>(scalars, BETA1);
  const beta2 = load<f32>(scalars, BETA2);
  const epsilon = load<f32>(scalars, EPSILON);
  const decay = load<f32>(scalars, WEIGHT_DECAY);
  const correction1 = load<f32>(scalars, CORRECTION1);
  const correction2 = load<f32>(scalars, CORRECTION2);
  const bytes: usize = count << 2;
  const whole = bytes & ~15;
  for (let at: usize = 0; at < whole; at += 16) {
    const g = v128.load(gradient + at);
    const w = v128.load(weights + at);
    const mean = f32x4.add(
      f32x4.mul(f32x4.splat(beta1), v128.load(m + at)), f32x4.mul(f32x4.splat(1 - beta1), g),
    );
    const square = f32x4.add(
      f32x4.mul(f32x4.splat(beta2), v128.load(v + at)), f32x4.mul(f32x4.splat(1 - beta2), f32x4.mul(g, g)),
    );
    let step = f32x4.div(
      f32x4.mul(mean, f32x4.splat(correction1)),
      f32x4.add(f32x4.sqrt(f32x4.mul(square, f32x4.splat(correction2))), f32x4.splat(epsilon)),
    );
    let shrink = f32x4.mul(f32x4.splat(decay), w);
    if (mask != 0) shrink = f32x4.mul(shrink, v128.load(mask + at));
    step = f32x4.add(step, shrink);
    v128.store(newM + at, mean);
    v128.store(newV + at, square);
    v128.store(newWeights + at, f32x4.sub(w, f32x4.mul(f32x4.splat(rate), step)));
  }
  for (let at = whole; at < bytes; at += 4) {
    const g = load<f32>(gradient + at);
    const w = load<f32>(weights + at);
    const mean: f32 = beta1 * load<f32>(m + at) + (1 - beta1) * g;
    const square: f32 = beta2 * load<f32>(v + at) + (1 - beta2) * (g * g);
    let shrink: f32 = decay * w;
    if (mask != 0) shrink *= load<f32>(mask + at);
    const step: f32 = (mean * correction1) / (sqrt<f32>(square * correction2) + epsilon) + shrink;
    store<f32>(newM + at, mean);
    store<f32>(newV + at, square);
    store<f32>(newWeights + at, w - rate * step);
  }
}
