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

/**
 * Adds (x - shift) and (x - shift)^2 of each lane over `rows` virtual rows to `sums` and `squares`.
 *
 * Four parts of the block side by side: memory is read in a few long streams, and the sums are fetched once for all of them.
 */
function shiftedSums(x: usize, rows: u32, lanes: u32, shift: usize, sums: usize, squares: usize): void {
  const rowBytes: usize = lanes << 2;
  const quarter = rows >> 2;
  const gap = rowBytes;
  for (let row: u32 = 0; row < quarter; row++) {
    const row1 = x + gap;
    const row2 = row1 + gap;
    const row3 = row2 + gap;
    for (let lane: usize = 0; lane < rowBytes; lane += 16) {
      const centre = v128.load(shift + lane);
      const d0 = f32x4.sub(v128.load(x + lane), centre);
      const d1 = f32x4.sub(v128.load(row1 + lane), centre);
      const d2 = f32x4.sub(v128.load(row2 + lane), centre);
      const d3 = f32x4.sub(v128.load(row3 + lane), centre);
      const sum = f32x4.add(f32x4.add(d0, d1), f32x4.add(d2, d3));
      const square = f32x4.add(
        multiplyAdd(d0, d0, f32x4.mul(d1, d1)), multiplyAdd(d2, d2, f32x4.mul(d3, d3)),
      );
      v128.store(sums + lane, f32x4.add(v128.load(sums + lane), sum));
      v128.store(squares + lane, f32x4.add(v128.load(squares + lane), square));
    }
    x += 4 * rowBytes;
  }
  for (let row: u32 = 4 * quarter; row < rows; row++) {
    for (let lane: usize = 0; lane < rowBytes; lane += 16) {
      const d = f32x4.sub(v128.load(x + lane), v128.load(shift + lane));
      v128.store(sums + lane, f32x4.add(v128.load(sums + lane), d));
      v128.store(squares + lane, multiplyAdd(d, d, v128.load(squares + lane)));
    }
    x += rowBytes;
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
      memory.fill(sums, 0, lanes << 3);
      shiftedSums(at, count, lanes, shift, sums, squares);
      for (let lane: usize = 0; lane < lanes << 2; lane += 4) {
        store<f32>(shift + lane, load<f32>(shift + lane) + load<f32>(sums + lane) / <f32>count);
      }
    }
    memory.fill(sums, 0, lanes << 3);
    shiftedSums(at, count, lanes, shift, sums, squares);
    const n = <f64>count;
    const inverse = 1 / n;
    const part = n / <f64>(done + count);
    const between = <f64>done * part;
    for (let lane: usize = 0; lane < lanes; lane++) {
      const sum = <f64>load<f32>(sums + (lane << 2));
      const blockMean = <f64>load<f32>(shift + (lane << 2)) + sum * inverse;
      const inside = <f64>load<f32>(squares + (lane << 2)) - sum * sum * inverse;
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

/** Rows that go side by side where tables are read once for all of them: a quarter of the block apart. */
// @ts-ignore: decorator
@inline
function applyBlock(x: usize, y: usize, rows: u32, lanes: u32, tables: usize, activation: u32): void {
  const rowBytes: usize = lanes << 2;
  const scales = tables + rowBytes;
  const betas = scales + rowBytes;
  const quarter = rows >> 2;
  const gap = rowBytes;
  for (let row: u32 = 0; row < quarter; row++) {
    for (let lane: usize = 0; lane < rowBytes; lane += 16) {
      const mean = v128.load(tables + lane);
      const scale = v128.load(scales + lane);
      const beta = v128.load(betas + lane);
      const from = x + lane;
      const to = y + lane;
      const d0 = f32x4.sub(v128.load(from), mean);
      const d1 = f32x4.sub(v128.load(from + gap), mean);
      const d2 = f32x4.sub(v128.load(from + 2 * gap), mean);
      const d3 = f32x4.sub(v128.load(from + 3 * gap), mean);
      v128.store(to, activate(multiplyAdd(d0, scale, beta), activation));
      v128.store(to + gap, activate(multiplyAdd(d1, scale, beta), activation));
      v128.store(to + 2 * gap, activate(multiplyAdd(d2, scale, beta), activation));
      v128.store(to + 3 * gap, activate(multiplyAdd(d3, scale, beta), activation));
    }
    x += 4 * rowBytes;
    y += 4 * rowBytes;
  }
  for (let row: u32 = 4 * quarter; row < rows; row++) {
    for (let lane: usize = 0; lane < rowBytes; lane += 16) {
      const centred = f32x4.sub(v128.load(x + lane), v128.load(tables + lane));
      v128.store(y + lane, activate(multiplyAdd(centred, v128.load(scales + lane), v128.load(betas + lane)), activation));
    }
    x += rowBytes;
    y += rowBytes;
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
  for (let done: u32 = 0; done < virtualRows; done += BLOCK) {
    const count = min(BLOCK, virtualRows - done);
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
  const scales = tables + rowBytes;
  const betas = scales + rowBytes;
  const quarter = rows >> 2;
  const gap = rowBytes;
  for (let row: u32 = 0; row < quarter; row++) {
    for (let lane: usize = 0; lane < rowBytes; lane += 16) {
      const mean = v128.load(tables + lane);
      const scale = v128.load(scales + lane);
      const beta = v128.load(betas + lane);
      const xAt = x + lane;
      const dyAt = dy + lane;
      const centred0 = f32x4.sub(v128.load(xAt), mean);
      const centred1 = f32x4.sub(v128.load(xAt + gap), mean);
      const centred2 = f32x4.sub(v128.load(xAt + 2 * gap), mean);
      const centred3 = f32x4.sub(v128.load(xAt + 3 * gap), mean);
      const g0 = masked(v128.load(dyAt), centred0, scale, beta, activation);
      const g1 = masked(v128.load(dyAt + gap), centred1, scale, beta, activation);
      const g2 = masked(v128.load(dyAt + 2 * gap), centred2, scale, beta, activation);
      const g3 = masked(v128.load(dyAt + 3 * gap), centred3, scale, beta, activation);
      const sum = f32x4.add(f32x4.add(g0, g1), f32x4.add(g2, g3));
      const product = f32x4.add(
        multiplyAdd(g0, centred0, f32x4.mul(g1, centred1)), multiplyAdd(g2, centred2, f32x4.mul(g3, centred3)),
      );
      v128.store(sums + lane, f32x4.add(v128.load(sums + lane), sum));
      v128.store(products + lane, f32x4.add(v128.load(products + lane), product));
    }
    x += 4 * rowBytes;
    dy += 4 * rowBytes;
  }
  for (let row: u32 = 4 * quarter; row < rows; row++) {
    for (let lane: usize = 0; lane < rowBytes; lane += 16) {
      const centred = f32x4.sub(v128.load(x + lane), v128.load(tables + lane));
      const g = masked(v128.load(dy + lane), centred, v128.load(scales + lane), v128.load(betas + lane), activation);
      v128.store(sums + lane, f32x4.add(v128.load(sums + lane), g));
      v128.store(products + lane, multiplyAdd(g, centred, v128.load(products + lane)));
    }
    x += rowBytes;
    dy += rowBytes;
  }
}

// @ts-ignore: decorator
@inline
function gradientApply(x: usize, dy: usize, dx: usize, rows: u32, lanes: u32, tables: usize, activation: u32): void {
  const rowBytes: usize = lanes << 2;
  const scales = tables + rowBytes;
  const betas = scales + rowBytes;
  const slopes = betas + rowBytes;
  const offsets = slopes + rowBytes;
  const half = rows >> 1;
  const gap = rowBytes;
  for (let row: u32 = 0; row < half; row++) {
    for (let lane: usize = 0; lane < rowBytes; lane += 16) {
      const mean = v128.load(tables + lane);
      const scale = v128.load(scales + lane);
      const beta = v128.load(betas + lane);
      const slope = v128.load(slopes + lane);
      const offset = v128.load(offsets + lane);
      const from = x + lane;
      const dyFrom = dy + lane;
      const to = dx + lane;
      const centred0 = f32x4.sub(v128.load(from), mean);
      const centred1 = f32x4.sub(v128.load(from + gap), mean);
      const g0 = masked(v128.load(dyFrom), centred0, scale, beta, activation);
      const g1 = masked(v128.load(dyFrom + gap), centred1, scale, beta, activation);
      v128.store(to, multiplyAdd(g0, scale, multiplyAdd(centred0, slope, offset)));
      v128.store(to + gap, multiplyAdd(g1, scale, multiplyAdd(centred1, slope, offset)));
    }
    x += 2 * rowBytes;
    dy += 2 * rowBytes;
    dx += 2 * rowBytes;
  }
  for (let row: u32 = 2 * half; row < rows; row++) {
    for (let lane: usize = 0; lane < rowBytes; lane += 16) {
      const centred = f32x4.sub(v128.load(x + lane), v128.load(tables + lane));
      const scale = v128.load(scales + lane);
      const g = masked(v128.load(dy + lane), centred, scale, v128.load(betas + lane), activation);
      const rest = multiplyAdd(centred, v128.load(slopes + lane), v128.load(offsets + lane));
      v128.store(dx + lane, multiplyAdd(g, scale, rest));
    }
    x += rowBytes;
    dy += rowBytes;
    dx += rowBytes;
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
  for (let done: u32 = 0; done < virtualRows; done += BLOCK) {
    const count = min(BLOCK, virtualRows - done);
    const at: usize = (done * lanes) << 2;
    memory.fill(sums, 0, 2 * laneBytes);
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

  for (let done: u32 = 0; done < virtualRows; done += BLOCK) {
    const count = min(BLOCK, virtualRows - done);
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
