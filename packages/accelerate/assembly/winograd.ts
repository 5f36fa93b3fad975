import { MOST_ROWS, outer16, outer4, outer8 } from '../build/tiles';
import { CONSTANT_BYTES, storeConstants, TEMPORARY_BYTES, toPixels, toPlanes } from '../build/winograd';
import { gatherPanels, pairedColumns } from './panels';
import { transpose4 } from './simd';

/** Bytes of work memory that the functions here share; `winogradBegin` prepares it. */
export function winogradWorkBytes(): usize {
  return CONSTANT_BYTES + TEMPORARY_BYTES + 1024;
}

/** Prepares the work memory: constants, values between two axes, addresses of a tile's pixels. */
export function winogradBegin(work: usize): void {
  storeConstants(work);
}

/** Addresses of `size * size` pixels at the listed rows and columns, `outside` for those that are -1 (0 for whole rows of them). */
function pointAt(
  table: usize, base: usize, rowBytes: usize, pixelBytes: usize, ys: usize, xs: usize, size: u32, outside: usize, outsideRow: usize,
): void {
  for (let i: u32 = 0; i < size; i++) {
    const y = load<i32>(ys + (i << 2));
    const row = base + y * rowBytes;
    for (let j: u32 = 0; j < size; j++) {
      const x = load<i32>(xs + (j << 2));
      store<usize>(table, y < 0 ? outsideRow : x < 0 ? outside : row + x * pixelBytes);
      table += 4;
    }
  }
}

/**
 * Transforms tiles of an image: `size` rows and columns, listed for each row (`ys`) and column (`xs`) of tiles, -1 for zeros.
 *
 * Value c of tile t goes to plane p at `p * planeBytes + t * tileBytes`, and there two vectors of channels at `pairBytes`,
 * the second of each `secondBytes` further.
 */
export function winogradTiles(
  which: u32, size: u32, source: usize, imageBytes: usize, rowBytes: usize, pixelBytes: usize, bytes: usize,
  ys: usize, tilesY: u32, xs: usize, tilesX: u32, first: u32, count: u32, zeros: usize, work: usize,
  to: usize, planeBytes: usize, tileBytes: usize, pairBytes: usize, secondBytes: usize,
): void {
  const temporary = work + CONSTANT_BYTES;
  const table = temporary + TEMPORARY_BYTES;
  for (let tile = first; tile < first + count; tile++) {
    const row = tile / tilesX;
    const image = row / tilesY;
    pointAt(
      table, source + image * imageBytes, rowBytes, pixelBytes, ys + (row % tilesY) * (size << 2), xs + (tile % tilesX) * (size << 2),
      size, zeros, zeros,
    );
    toPlanes(which, table, bytes, temporary, work, to, planeBytes, pairBytes, secondBytes);
    to += tileBytes;
  }
}

/** The way back: planes of products to the pixels of an image; pixels that are -1 go to `junk`, of `bytes` bytes. */
export function winogradPixels(
  which: u32, size: u32, target: usize, imageBytes: usize, rowBytes: usize, pixelBytes: usize, bytes: usize,
  ys: usize, tilesY: u32, xs: usize, tilesX: u32, first: u32, count: u32, junk: usize, work: usize,
  from: usize, planeBytes: usize, tileBytes: usize,
): void {
  const temporary = work + CONSTANT_BYTES;
  const table = temporary + TEMPORARY_BYTES;
  for (let tile = first; tile < first + count; tile++) {
    const row = tile / tilesX;
    const image = row / tilesY;
    pointAt(
      table, target + image * imageBytes, rowBytes, pixelBytes, ys + (row % tilesY) * (size << 2), xs + (tile % tilesX) * (size << 2),
      size, junk, 0,
    );
    toPixels(which, table, bytes, temporary, work, from, planeBytes, 32, 16);
    from += tileBytes;
  }
}

/** Addresses of one input and output channel of every tap. */
function pointAtTaps(table: usize, filter: usize, taps: u32, stepBytes: usize): void {
  for (let tap: u32 = 0; tap < taps; tap++) {
    store<usize>(table, filter);
    table += 4;
    filter += stepBytes;
  }
}

/**
 * Transforms `n` columns of a filter `[taps][k][..]`, whose rows lie `rowBytes` apart, into planes packed as for `convGather`
 * with one tap.
 */
export function winogradFilter(
  which: u32, taps: u32, filter: usize, rowBytes: usize, k: u32, n: u32, work: usize, packed: usize, planeBytes: usize, planes: u32,
): void {
  const temporary = work + CONSTANT_BYTES;
  const table = temporary + TEMPORARY_BYTES;
  const wide = n & ~7;
  const panelBytes: usize = (k + 1) << 5;
  const rest = packed + (wide >> 3) * panelBytes;
  for (let plane: u32 = 0; plane < planes; plane++) {
    const at = packed + plane * planeBytes;
    for (let column: u32 = 0; column < wide; column += 8) memory.fill(at + (column >> 3) * panelBytes, 0, 32);
    if (wide < n) memory.fill(rest + plane * planeBytes, 0, 16);
  }
  for (let i: u32 = 0; i < k; i++) {
    pointAtTaps(table, filter + i * rowBytes, taps, k * rowBytes);
    toPlanes(which, table, wide << 2, temporary, work, packed + ((i + 1) << 5), planeBytes, panelBytes, 16);
    if (wide < n) {
      pointAtTaps(table, filter + i * rowBytes + (wide << 2), taps, k * rowBytes);
      toPlanes(which, table, 16, temporary, work, rest + ((i + 1) << 4), planeBytes, 0, 0);
    }
  }
}

/** One product of matrices for each plane: `count` tiles of k channels with the packed filter, to n channels. */
export function winogradProducts(
  tiles: usize, tilePlaneBytes: usize, count: u32, k: u32, packed: usize, packedPlaneBytes: usize, n: u32,
  products: usize, productPlaneBytes: usize, planes: u32, table: usize,
): void {
  const groups = (count + MOST_ROWS - 1) / MOST_ROWS;
  const large = (count + groups - 1) / groups;
  const largeGroups = groups - (large * groups - count);
  const smallGroups = groups - largeGroups;
  const skipped = (large * largeGroups) << 2;
  const outputs = table + (count << 2);
  for (let plane: u32 = 0; plane < planes; plane++) {
    for (let row: u32 = 0; row < count; row++) {
      store<usize>(table + (row << 2), tiles + row * (k << 2));
      store<usize>(outputs + (row << 2), products + row * (n << 2));
    }
    gatherPanels(large, largeGroups, table, outputs, 1, k, packed, k + 1, 0, n);
    gatherPanels(large - 1, smallGroups, table + skipped, outputs + skipped, 1, k, packed, k + 1, 0, n);
    tiles += tilePlaneBytes;
    products += productPlaneBytes;
    packed += packedPlaneBytes;
  }
}

/**
 * Adds `x' dy` over `count` tiles to the sums of each plane. Tiles of x lie in columns of 4 channels, of dy in columns of 8, the
 * sums in the order of the tiles of `convFilterGradient`.
 */
export function winogradOuter(
  x: usize, xPlaneBytes: usize, dy: usize, dyPlaneBytes: usize, count: u32, k: u32, n: u32, sums: usize, sumPlaneBytes: usize, planes: u32,
): void {
  for (let plane: u32 = 0; plane < planes; plane++) {
    const paired = pairedColumns(n);
    const dyPanelBytes: usize = count << 5;
    let sum = sums;
    let dyAt = dy;
    for (let j: u32 = 0; j < n; ) {
      const columns: u32 = j < paired ? 16 : min<u32>(8, n - j);
      for (let i: u32 = 0; i < k; i += 4) {
        const xAt = x + (i >> 2) * (count << 4);
        if (columns == 16) {
          outer16(4, xAt, dyAt, 1, count, 16, 32, 0, 0, sum, dyAt + dyPanelBytes, sum + (k << 5));
          sum += 128;
          continue;
        }
        if (columns == 8) outer8(4, xAt, dyAt, 1, count, 16, 32, 0, 0, sum);
        else outer4(4, xAt, dyAt, 1, count, 16, 32, 0, 0, sum);
        sum += columns << 4;
      }
      if (columns == 16) sum += k << 5;
      dyAt += columns == 16 ? 2 * dyPanelBytes : dyPanelBytes;
      j += columns;
    }
    x += xPlaneBytes;
    dy += dyPlaneBytes;
    sums += sumPlaneBytes;
  }
}

/** Transforms the sums of `winogradOuter` to n columns of a filter gradient. */
export function winogradFilterGradient(
  which: u32, taps: u32, filter: usize, rowBytes: usize, k: u32, n: u32, work: usize, sums: usize, planeBytes: usize,
): void {
  const temporary = work + CONSTANT_BYTES;
  const table = temporary + TEMPORARY_BYTES;
  const wide = n & ~7;
  const rest = sums + (wide * k << 2);
  for (let i: u32 = 0; i < k; i++) {
    pointAtTaps(table, filter + i * rowBytes, taps, k * rowBytes);
    toPixels(which, table, wide << 2, temporary, work, sums + (i << 5), planeBytes, k << 5, 16);
    if (wide < n) {
      pointAtTaps(table, filter + i * rowBytes + (wide << 2), taps, k * rowBytes);
      toPixels(which, table, 16, temporary, work, rest + (i << 4), planeBytes, 0, 0);
    }
  }
}

/**
 * Turns n rows of a filter `[taps][..][k]`, whose taps and rows lie so many bytes apart, around: last tap first, `[taps][k][n]`.
 * Both counts are multiples of 4.
 */
export function turnFilter(filter: usize, tapBytes: usize, rowBytes: usize, to: usize, taps: u32, n: u32, k: u32): void {
  for (let tap = taps; tap != 0; tap--) {
    const from = filter + (tap - 1) * tapBytes;
    for (let j: u32 = 0; j < n; j += 4) {
      for (let i: u32 = 0; i < k; i += 4) {
        transpose4(from + j * rowBytes + (i << 2), rowBytes, to + ((i * n + j) << 2), n << 2);
      }
    }
    to += n * k << 2;
  }
}
