import { multiplyAdd } from './simd';

/**
 * Train-mode batch normalisation over rows of channels.
 *
 * Channels are handled as `lanes` = lcm(channels, 16) virtual channels, so that any channel count runs in whole vectors: lane l
 * is channel l mod channels, and one virtual row is lanes/channels rows. Rows left over are done one element at a time.
 */

/** Virtual rows whose sums are kept in float32 before they join the float64 totals. */
const BLOCK: u32 = 64;

/** No activation, relu, relu6: the codes shared with `kernels/batch-norm.ts`. */
const RELU: u32 = 1;
const RELU6: u32 = 2;

/** Sums of (x - shift) and (x - shift)^2 of each lane over `rows` virtual rows. */
function shiftedSums(x: usize, rows: u32, lanes: u32, shift: usize, sums: usize, squares: usize): void {
  const rowBytes: usize = lanes << 2;
  for (let lane: usize = 0; lane < rowBytes; lane += 64) {
    const shift0 = v128.load(shift + lane);
    const shift1 = v128.load(shift + lane, 16);
    const shift2 = v128.load(shift + lane, 32);
    const shift3 = v128.load(shift + lane, 48);
    let sum0 = f32x4.splat(0);
    let sum1 = f32x4.splat(0);
    let sum2 = f32x4.splat(0);
    let sum3 = f32x4.splat(0);
    let square0 = f32x4.splat(0);
    let square1 = f32x4.splat(0);
    let square2 = f32x4.splat(0);
    let square3 = f32x4.splat(0);
    let at = x + lane;
    for (let row: u32 = 0; row < rows; row++) {
      const d0 = f32x4.sub(v128.load(at), shift0);
      const d1 = f32x4.sub(v128.load(at, 16), shift1);
      const d2 = f32x4.sub(v128.load(at, 32), shift2);
      const d3 = f32x4.sub(v128.load(at, 48), shift3);
      sum0 = f32x4.add(sum0, d0);
      sum1 = f32x4.add(sum1, d1);
      sum2 = f32x4.add(sum2, d2);
      sum3 = f32x4.add(sum3, d3);
      square0 = multiplyAdd(d0, d0, square0);
      square1 = multiplyAdd(d1, d1, square1);
      square2 = multiplyAdd(d2, d2, square2);
      square3 = multiplyAdd(d3, d3, square3);
      at += rowBytes;
    }
    v128.store(sums + lane, sum0);
    v128.store(sums + lane, sum1, 16);
    v128.store(sums + lane, sum2, 32);
    v128.store(sums + lane, sum3, 48);
    v128.store(squares + lane, square0);
    v128.store(squares + lane, square1, 16);
    v128.store(squares + lane, square2, 32);
    v128.store(squares + lane, square3, 48);
  }
}

/**
 * Mean and biased variance of each channel, in one pass over x.
 *
 * Blocks are summed in float32 around the mean so far and joined in float64 (Chan, Golub and LeVeque's pairwise update), so the
 * error is a few units of float32 of the variance itself, however large the mean.
 * `scratch` holds 28 bytes per lane, 8-byte aligned.
 */
export function batchMoments(
  x: usize, rows: u32, channels: u32, lanes: u32, mean: usize, variance: usize, scratch: usize,
): void {
  const means = scratch;
  const spreads = means + (lanes << 3);
  const shift = spreads + (lanes << 3);
  const sums = shift + (lanes << 2);
  const squares = sums + (lanes << 2);
  const fold = lanes / channels;
  const virtualRows = rows / fold;
  memory.fill(scratch, 0, lanes * 28);

  let at = x;
  for (let done: u32 = 0; done < virtualRows; ) {
    const count = min(BLOCK, virtualRows - done);
    if (done == 0) {
      // The first block has no mean before it: take one around its first row.
      memory.copy(shift, at, lanes << 2);
      shiftedSums(at, count, lanes, shift, sums, squares);
      for (let lane: usize = 0; lane < lanes << 2; lane += 4) {
        store<f32>(shift + lane, load<f32>(shift + lane) + load<f32>(sums + lane) / <f32>count);
      }
    }
    shiftedSums(at, count, lanes, shift, sums, squares);
    const n = <f64>count;
    const part = n / <f64>(done + count);
    const between = <f64>done * part;
    for (let lane: usize = 0; lane < lanes; lane++) {
      const sum = <f64>load<f32>(sums + (lane << 2));
      const blockMean = <f64>load<f32>(shift + (lane << 2)) + sum / n;
      const inside = <f64>load<f32>(squares + (lane << 2)) - (sum * sum) / n;
      const before = load<f64>(means + (lane << 3));
      const delta = blockMean - before;
      const after = before + delta * part;
      store<f64>(means + (lane << 3), after);
      store<f64>(spreads + (lane << 3), load<f64>(spreads + (lane << 3)) + inside + delta * delta * between);
      store<f32>(shift + (lane << 2), <f32>after);
    }
    done += count;
    at += (count * lanes) << 2;
  }

  for (let channel: u32 = 0; channel < channels; channel++) {
    let count: f64 = <f64>virtualRows;
    let total: f64 = load<f64>(means + (channel << 3));
    let spread: f64 = load<f64>(spreads + (channel << 3));
    if (virtualRows != 0) {
      for (let lane = channel + channels; lane < lanes; lane += channels) {
        const n = <f64>virtualRows;
        const delta = load<f64>(means + (lane << 3)) - total;
        total += (delta * n) / (count + n);
        spread += load<f64>(spreads + (lane << 3)) + (delta * delta * count * n) / (count + n);
        count += n;
      }
    }
    for (let row = virtualRows * fold; row < rows; row++) {
      const delta = <f64>load<f32>(x + ((row * channels + channel) << 2)) - total;
      count += 1;
      total += delta / count;
      spread += delta * delta * ((count - 1) / count);
    }
    store<f32>(mean + (channel << 2), <f32>total);
    // Not max(): it must let a NaN through.
    const value = spread / count;
    store<f32>(variance + (channel << 2), value < 0 ? 0 : <f32>value);
  }
}

/** Repeats a per-channel vector over all lanes. */
// @ts-ignore: decorator
@inline
function repeat(table: usize, channels: u32, lanes: u32): void {
  for (let lane = channels; lane < lanes; lane++) {
    store<f32>(table + (lane << 2), load<f32>(table + ((lane - channels) << 2)));
  }
}

/** scale = gamma / sqrt(variance + epsilon), for all lanes; so too mean and beta. */
function lanesOf(
  mean: usize, variance: usize, gamma: usize, beta: usize, epsilon: f64, channels: u32, lanes: u32, tables: usize,
): void {
  const laneBytes: usize = lanes << 2;
  for (let channel: u32 = 0; channel < channels; channel++) {
    const at: usize = channel << 2;
    const deviation = Math.sqrt(<f64>load<f32>(variance + at) + epsilon);
    store<f32>(tables + at, load<f32>(mean + at));
    store<f32>(tables + laneBytes + at, <f32>(<f64>load<f32>(gamma + at) / deviation));
    store<f32>(tables + 2 * laneBytes + at, load<f32>(beta + at));
  }
  repeat(tables, channels, lanes);
  repeat(tables + laneBytes, channels, lanes);
  repeat(tables + 2 * laneBytes, channels, lanes);
}

/** The activation of four values; a NaN stays a NaN. */
// @ts-ignore: decorator
@inline
function activate(value: v128, activation: u32): v128 {
  if (activation != 0) {
    value = f32x4.pmax(value, f32x4.splat(0));
    if (activation == RELU6) value = f32x4.pmin(value, f32x4.splat(6));
  }
  return value;
}

// @ts-ignore: decorator
@inline
function applyBlock(x: usize, y: usize, rows: u32, lanes: u32, tables: usize, activation: u32): void {
  const rowBytes: usize = lanes << 2;
  for (let lane: usize = 0; lane < rowBytes; lane += 64) {
    const mean = tables + lane;
    const scale = mean + rowBytes;
    const beta = scale + rowBytes;
    const mean0 = v128.load(mean);
    const mean1 = v128.load(mean, 16);
    const mean2 = v128.load(mean, 32);
    const mean3 = v128.load(mean, 48);
    const scale0 = v128.load(scale);
    const scale1 = v128.load(scale, 16);
    const scale2 = v128.load(scale, 32);
    const scale3 = v128.load(scale, 48);
    const beta0 = v128.load(beta);
    const beta1 = v128.load(beta, 16);
    const beta2 = v128.load(beta, 32);
    const beta3 = v128.load(beta, 48);
    let from = x + lane;
    let to = y + lane;
    for (let row: u32 = 0; row < rows; row++) {
      v128.store(to, activate(multiplyAdd(f32x4.sub(v128.load(from), mean0), scale0, beta0), activation));
      v128.store(to, activate(multiplyAdd(f32x4.sub(v128.load(from, 16), mean1), scale1, beta1), activation), 16);
      v128.store(to, activate(multiplyAdd(f32x4.sub(v128.load(from, 32), mean2), scale2, beta2), activation), 32);
      v128.store(to, activate(multiplyAdd(f32x4.sub(v128.load(from, 48), mean3), scale3, beta3), activation), 48);
      from += rowBytes;
      to += rowBytes;
    }
  }
}

function applyNone(x: usize, y: usize, rows: u32, lanes: u32, tables: usize): void {
  applyBlock(x, y, rows, lanes, tables, 0);
}

function applyRelu(x: usize, y: usize, rows: u32, lanes: u32, tables: usize): void {
  applyBlock(x, y, rows, lanes, tables, RELU);
}

function applyRelu6(x: usize, y: usize, rows: u32, lanes: u32, tables: usize): void {
  applyBlock(x, y, rows, lanes, tables, RELU6);
}

/** y = activation((x - mean) * gamma / sqrt(variance + epsilon) + beta). `tables` holds 12 bytes per lane. */
export function batchNormApply(
  x: usize, y: usize, rows: u32, channels: u32, lanes: u32, mean: usize, variance: usize, gamma: usize, beta: usize,
  epsilon: f64, activation: u32, tables: usize,
): void {
  lanesOf(mean, variance, gamma, beta, epsilon, channels, lanes, tables);
  const virtualRows = rows / (lanes / channels);
  const block = blockRows(lanes);
  for (let done: u32 = 0; done < virtualRows; done += block) {
    const count = min(block, virtualRows - done);
    const offset: usize = (done * lanes) << 2;
    if (activation == 0) applyNone(x + offset, y + offset, count, lanes, tables);
    else if (activation == RELU) applyRelu(x + offset, y + offset, count, lanes, tables);
    else applyRelu6(x + offset, y + offset, count, lanes, tables);
  }
  const scale = tables + (lanes << 2);
  const shift = tables + (lanes << 3);
  const start: usize = (virtualRows * lanes) << 2;
  const end: usize = (rows * channels) << 2;
  for (let at = start; at < end; at += 4) {
    const lane = at - start;
    let value = (load<f32>(x + at) - load<f32>(tables + lane)) * load<f32>(scale + lane) + load<f32>(shift + lane);
    if (activation != 0 && value < 0) value = 0;
    if (activation == RELU6 && value > 6) value = 6;
    store<f32>(y + at, value);
  }
}

/** Virtual rows that stay in the first-level cache while their lanes are done in turn. */
// @ts-ignore: decorator
@inline
function blockRows(lanes: u32): u32 {
  return max<u32>(8, min<u32>(BLOCK, 4096 / lanes));
}

/** dy where the activation passed the gradient, 0 elsewhere. */
// @ts-ignore: decorator
@inline
function masked(dy: v128, centred: v128, scale: v128, beta: v128, activation: u32): v128 {
  if (activation == 0) return dy;
  const value = multiplyAdd(centred, scale, beta);
  let pass = f32x4.gt(value, f32x4.splat(0));
  if (activation == RELU6) pass = v128.and(pass, f32x4.lt(value, f32x4.splat(6)));
  return v128.and(dy, pass);
}

// @ts-ignore: decorator
@inline
function gradientSums(
  x: usize, dy: usize, rows: u32, lanes: u32, tables: usize, sums: usize, products: usize, activation: u32,
): void {
  const rowBytes: usize = lanes << 2;
  for (let lane: usize = 0; lane < rowBytes; lane += 32) {
    const mean = tables + lane;
    const scale = mean + rowBytes;
    const beta = scale + rowBytes;
    const mean0 = v128.load(mean);
    const mean1 = v128.load(mean, 16);
    const scale0 = v128.load(scale);
    const scale1 = v128.load(scale, 16);
    const beta0 = v128.load(beta);
    const beta1 = v128.load(beta, 16);
    let sum0 = f32x4.splat(0);
    let sum1 = f32x4.splat(0);
    let product0 = f32x4.splat(0);
    let product1 = f32x4.splat(0);
    let xAt = x + lane;
    let dyAt = dy + lane;
    for (let row: u32 = 0; row < rows; row++) {
      const centred0 = f32x4.sub(v128.load(xAt), mean0);
      const centred1 = f32x4.sub(v128.load(xAt, 16), mean1);
      const g0 = masked(v128.load(dyAt), centred0, scale0, beta0, activation);
      const g1 = masked(v128.load(dyAt, 16), centred1, scale1, beta1, activation);
      sum0 = f32x4.add(sum0, g0);
      sum1 = f32x4.add(sum1, g1);
      product0 = multiplyAdd(g0, centred0, product0);
      product1 = multiplyAdd(g1, centred1, product1);
      xAt += rowBytes;
      dyAt += rowBytes;
    }
    v128.store(sums + lane, sum0);
    v128.store(sums + lane, sum1, 16);
    v128.store(products + lane, product0);
    v128.store(products + lane, product1, 16);
  }
}

// @ts-ignore: decorator
@inline
function gradientApply(x: usize, dy: usize, dx: usize, rows: u32, lanes: u32, tables: usize, activation: u32): void {
  const rowBytes: usize = lanes << 2;
  for (let lane: usize = 0; lane < rowBytes; lane += 32) {
    const mean = tables + lane;
    const scale = mean + rowBytes;
    const beta = scale + rowBytes;
    const slope = beta + rowBytes;
    const offset = slope + rowBytes;
    const mean0 = v128.load(mean);
    const mean1 = v128.load(mean, 16);
    const scale0 = v128.load(scale);
    const scale1 = v128.load(scale, 16);
    const beta0 = v128.load(beta);
    const beta1 = v128.load(beta, 16);
    const slope0 = v128.load(slope);
    const slope1 = v128.load(slope, 16);
    const offset0 = v128.load(offset);
    const offset1 = v128.load(offset, 16);
    let xAt = x + lane;
    let dyAt = dy + lane;
    let dxAt = dx + lane;
    for (let row: u32 = 0; row < rows; row++) {
      const centred0 = f32x4.sub(v128.load(xAt), mean0);
      const g0 = masked(v128.load(dyAt), centred0, scale0, beta0, activation);
      v128.store(dxAt, multiplyAdd(g0, scale0, multiplyAdd(centred0, slope0, offset0)));
      const centred1 = f32x4.sub(v128.load(xAt, 16), mean1);
      const g1 = masked(v128.load(dyAt, 16), centred1, scale1, beta1, activation);
      v128.store(dxAt, multiplyAdd(g1, scale1, multiplyAdd(centred1, slope1, offset1)), 16);
      xAt += rowBytes;
      dyAt += rowBytes;
      dxAt += rowBytes;
    }
  }
}

function sumsNone(x: usize, dy: usize, rows: u32, lanes: u32, tables: usize, sums: usize, products: usize): void {
  gradientSums(x, dy, rows, lanes, tables, sums, products, 0);
}

function sumsRelu(x: usize, dy: usize, rows: u32, lanes: u32, tables: usize, sums: usize, products: usize): void {
  gradientSums(x, dy, rows, lanes, tables, sums, products, RELU);
}

function sumsRelu6(x: usize, dy: usize, rows: u32, lanes: u32, tables: usize, sums: usize, products: usize): void {
  gradientSums(x, dy, rows, lanes, tables, sums, products, RELU6);
}

function gradientNone(x: usize, dy: usize, dx: usize, rows: u32, lanes: u32, tables: usize): void {
  gradientApply(x, dy, dx, rows, lanes, tables, 0);
}

function gradientRelu(x: usize, dy: usize, dx: usize, rows: u32, lanes: u32, tables: usize): void {
  gradientApply(x, dy, dx, rows, lanes, tables, RELU);
}

function gradientRelu6(x: usize, dy: usize, dx: usize, rows: u32, lanes: u32, tables: usize): void {
  gradientApply(x, dy, dx, rows, lanes, tables, RELU6);
}

/**
 * Gradients of `batchNormApply(batchMoments(x))` with respect to x, gamma and beta.
 *
 * `scratch` holds 44 bytes per lane, 8-byte aligned.
 */
export function batchNormGradient(
  x: usize, dy: usize, dx: usize, rows: u32, channels: u32, lanes: u32, mean: usize, variance: usize, gamma: usize, beta: usize,
  dGamma: usize, dBeta: usize, epsilon: f64, activation: u32, scratch: usize,
): void {
  const laneBytes: usize = lanes << 2;
  const sumTotals = scratch;
  const productTotals = sumTotals + 2 * laneBytes;
  const sums = productTotals + 2 * laneBytes;
  const products = sums + laneBytes;
  const tables = products + laneBytes;
  const slope = tables + 3 * laneBytes;
  const offset = slope + laneBytes;
  memory.fill(sumTotals, 0, 4 * laneBytes);
  lanesOf(mean, variance, gamma, beta, epsilon, channels, lanes, tables);

  const virtualRows = rows / (lanes / channels);
  const block = blockRows(lanes);
  for (let done: u32 = 0; done < virtualRows; done += block) {
    const count = min(block, virtualRows - done);
    const at: usize = (done * lanes) << 2;
    if (activation == 0) sumsNone(x + at, dy + at, count, lanes, tables, sums, products);
    else if (activation == RELU) sumsRelu(x + at, dy + at, count, lanes, tables, sums, products);
    else sumsRelu6(x + at, dy + at, count, lanes, tables, sums, products);
    for (let lane: usize = 0; lane < laneBytes; lane += 8) {
      const sumAt = sumTotals + (lane << 1);
      const productAt = productTotals + (lane << 1);
      v128.store(sumAt, f64x2.add(v128.load(sumAt), f64x2.promote_low_f32x4(v128.load64_zero(sums + lane))));
      v128.store(productAt, f64x2.add(v128.load(productAt), f64x2.promote_low_f32x4(v128.load64_zero(products + lane))));
    }
  }

  const start: usize = (virtualRows * lanes) << 2;
  const end: usize = (rows * channels) << 2;
  for (let at = start; at < end; at += 4) {
    const lane = at - start;
    const centred = load<f32>(x + at) - load<f32>(tables + lane);
    const g = <f64>maskedOne(load<f32>(dy + at), centred, tables + lane, laneBytes, activation);
    store<f64>(sumTotals + (lane << 1), load<f64>(sumTotals + (lane << 1)) + g);
    store<f64>(productTotals + (lane << 1), load<f64>(productTotals + (lane << 1)) + g * <f64>centred);
  }

  for (let channel: u32 = 0; channel < channels; channel++) {
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let lane = channel; lane < lanes; lane += channels) {
      sum += load<f64>(sumTotals + (lane << 3));
      product += load<f64>(productTotals + (lane << 3));
    }
    const at: usize = channel << 2;
    const deviation = Math.sqrt(<f64>load<f32>(variance + at) + epsilon);
    const scale = <f64>load<f32>(gamma + at) / deviation;
    store<f32>(dBeta + at, <f32>sum);
    store<f32>(dGamma + at, <f32>(product / deviation));
    store<f32>(slope + at, <f32>((-scale * product) / (deviation * deviation) / <f64>rows));
    store<f32>(offset + at, <f32>((-scale * sum) / <f64>rows));
  }
  repeat(slope, channels, lanes);
  repeat(offset, channels, lanes);

  for (let done: u32 = 0; done < virtualRows; done += block) {
    const count = min(block, virtualRows - done);
    const at: usize = (done * lanes) << 2;
    if (activation == 0) gradientNone(x + at, dy + at, dx + at, count, lanes, tables);
    else if (activation == RELU) gradientRelu(x + at, dy + at, dx + at, count, lanes, tables);
    else gradientRelu6(x + at, dy + at, dx + at, count, lanes, tables);
  }
  for (let at = start; at < end; at += 4) {
    const lane = at - start;
    const centred = load<f32>(x + at) - load<f32>(tables + lane);
    const g = maskedOne(load<f32>(dy + at), centred, tables + lane, laneBytes, activation);
    store<f32>(dx + at, g * load<f32>(tables + laneBytes + lane) + (centred * load<f32>(slope + lane) + load<f32>(offset + lane)));
  }
}

/** `masked` for one element; `table` points at its lane of the means, scale and beta follow `laneBytes` apart. */
function maskedOne(dy: f32, centred: f32, table: usize, laneBytes: usize, activation: u32): f32 {
  if (activation == 0) return dy;
  const value = centred * load<f32>(table + laneBytes) + load<f32>(table + 2 * laneBytes);
  if (!(value > 0)) return 0;
  return activation == RELU6 && !(value < 6) ? 0 : dy;
}
