import { MOST_ROWS } from '../build/tiles';
import { gatherPanels } from './panels';
import { transpose4 } from './simd';

/**
 * Packs a filter `[tap][inner][outer]` for `convGather`, summing over `inner` (a forward convolution). Rows lie `rowBytes` apart, more
 * than the `n` columns where they are some of a wider filter's.
 *
 * Panels of 8 columns (4 where no more than 4 are left), each a row of bias and then its taps in the listed order.
 */
export function packForward(
  filter: usize, rowBytes: usize, packed: usize, taps: u32, tapList: usize, k: u32, n: u32, bias: usize,
): void {
  for (let column: u32 = 0; column < n; column += 8) {
    const used = min<u32>(8, n - column);
    const width: u32 = used <= 4 ? 4 : 8;
    for (let j: u32 = 0; j < width; j++) {
      store<f32>(packed, bias != 0 && j < used ? load<f32>(bias + ((column + j) << 2)) : 0);
      packed += 4;
    }
    for (let tap: u32 = 0; tap < taps; tap++) {
      let from = filter + load<u32>(tapList + (tap << 2)) * k * rowBytes + (column << 2);
      for (let i: u32 = 0; i < k; i++) {
        if (used == 8) {
          v128.store(packed, v128.load(from));
          v128.store(packed, v128.load(from, 16), 16);
          packed += 32;
        } else {
          for (let j: u32 = 0; j < width; j++) {
            store<f32>(packed, j < used ? load<f32>(from + (j << 2)) : 0);
            packed += 4;
          }
        }
        from += rowBytes;
      }
    }
  }
}

/** As `packForward` for the transposed filter: sums over `outer`, of which there are `k`. */
export function packTransposed(
  filter: usize, rowBytes: usize, packed: usize, taps: u32, tapList: usize, k: u32, n: u32,
): void {
  for (let column: u32 = 0; column < n; column += 8) {
    const used = min<u32>(8, n - column);
    const width: u32 = used <= 4 ? 4 : 8;
    for (let j: u32 = 0; j < width; j++) {
      store<f32>(packed, 0);
      packed += 4;
    }
    for (let tap: u32 = 0; tap < taps; tap++) {
      const from = filter + (load<u32>(tapList + (tap << 2)) * n + column) * rowBytes;
      const whole = used == 8 ? k & ~3 : 0;
      for (let i: u32 = 0; i < whole; i += 4) {
        transpose4(from + (i << 2), rowBytes, packed, 32);
        transpose4(from + 4 * rowBytes + (i << 2), rowBytes, packed + 16, 32);
        packed += 128;
      }
      for (let i = whole; i < k; i++) {
        for (let j: u32 = 0; j < width; j++) {
          store<f32>(packed, j < used ? load<f32>(from + j * rowBytes + (i << 2)) : 0);
          packed += 4;
        }
      }
    }
  }
}

/**
 * One dense convolution over a regular grid of output pixels.
 *
 * Output pixel (row i, column j) sums, over taps (ty, tx), the source pixel (offsetsY[ty] + i * stepY, offsetsX[tx] + j * stepX)
 * times the packed filter. A forward convolution is one such grid; an input gradient is one grid per stride phase.
 * `k` floats are read from each source pixel, and pixels lie `pixelBytes` apart (less than 4k where a row of taps is one run).
 * Sources outside the image are read from `zeros` (k floats), so no border case reaches the inner loop.
 */
export function convGather(
  source: usize, sourceHeight: i32, sourceWidth: i32, pixelBytes: usize, k: u32, batch: u32, sourceBatchBytes: usize, sourceRowBytes: usize,
  target: usize, targetBatchBytes: usize, targetRowBytes: usize, targetColumnBytes: usize, rows: u32, columns: u32,
  tapsY: u32, offsetsY: usize, stepY: i32, tapsX: u32, offsetsX: usize, stepX: i32,
  packed: usize, n: u32, zeros: usize, table: usize, chunk: u32,
): void {
  const panelRows = tapsY * tapsX * k + 1;
  for (let image: u32 = 0; image < batch; image++) {
    for (let row: u32 = 0; row < rows; row++) {
      // Taps whose source row lies outside the image are left out; they are at the ends of the list.
      let first: u32 = 0;
      while (first < tapsY && outside(load<i32>(offsetsY + (first << 2)) + <i32>row * stepY, sourceHeight)) first++;
      let end = tapsY;
      while (end > first && outside(load<i32>(offsetsY + ((end - 1) << 2)) + <i32>row * stepY, sourceHeight)) end--;
      const taps = (end - first) * tapsX;
      const skipRows = first * tapsX * k;
      const targetRow = target + image * targetBatchBytes + row * targetRowBytes;
      for (let start: u32 = 0; start < columns; start += chunk) {
        const count = min(chunk, columns - start);
        const groups = (count + MOST_ROWS - 1) / MOST_ROWS;
        const large = (count + groups - 1) / groups;
        const largeGroups = groups - (large * groups - count);
        const smallPointers = table + largeGroups * large * taps * 4;
        const outputs = table + count * taps * 4;

        let at = table;
        let pixel = start;
        for (let group: u32 = 0; group < groups; group++) {
          const size = group < largeGroups ? large : large - 1;
          for (let ty = first; ty < end; ty++) {
            const y = load<i32>(offsetsY + (ty << 2)) + <i32>row * stepY;
            const sourceRow = source + image * sourceBatchBytes + y * sourceRowBytes;
            for (let tx: u32 = 0; tx < tapsX; tx++) {
              let x = load<i32>(offsetsX + (tx << 2)) + <i32>pixel * stepX;
              for (let m: u32 = 0; m < size; m++) {
                store<usize>(at, outside(x, sourceWidth) ? zeros : sourceRow + x * pixelBytes);
                at += 4;
                x += stepX;
              }
            }
          }
          pixel += size;
        }
        for (let j: u32 = 0; j < count; j++) {
          store<usize>(outputs + (j << 2), targetRow + (start + j) * targetColumnBytes);
        }
        const smallOutputs = outputs + ((largeGroups * large) << 2);

        gatherPanels(large, largeGroups, table, outputs, taps, k, packed, panelRows, skipRows, n);
        gatherPanels(large - 1, groups - largeGroups, smallPointers, smallOutputs, taps, k, packed, panelRows, skipRows, n);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function outside(index: i32, size: i32): bool {
  return <u32>index >= <u32>size;
}
