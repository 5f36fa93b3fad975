/**
 * Copies four-byte values from one regular grid to another.
 *
 * `dims` outer axes are described in `table`, each as (extent, bytes between steps in the source, the same in the target,
 * and a word for the counter); the innermost parts are one of the shapes below.
 */
// @ts-ignore: decorator
@inline
const ENTRY: u32 = 16;

/** Steps the counters of the outer axes once; false when all are through. Addresses move along in the last two words. */
function advance(dims: u32, table: usize): bool {
  const ends = table + dims * ENTRY;
  for (let dim = dims; dim != 0; dim--) {
    const entry = table + (dim - 1) * ENTRY;
    const extent = load<u32>(entry);
    const next = load<u32>(entry, 12) + 1;
    store<u32>(ends, load<u32>(ends) + load<u32>(entry, 4));
    store<u32>(ends, load<u32>(ends, 4) + load<u32>(entry, 8), 4);
    if (next < extent) {
      store<u32>(entry, next, 12);
      return true;
    }
    store<u32>(entry, 0, 12);
    store<u32>(ends, load<u32>(ends) - extent * load<u32>(entry, 4));
    store<u32>(ends, load<u32>(ends, 4) - extent * load<u32>(entry, 8), 4);
  }
  return false;
}

/** Runs of `count` values: one after the other in the target, `step` bytes apart in the source (0 repeats one value). */
export function stridedRuns(from: usize, to: usize, dims: u32, table: usize, count: u32, step: usize): void {
  const ends = table + dims * ENTRY;
  store<u32>(ends, from);
  store<u32>(ends, to, 4);
  const bytes: usize = count << 2;
  const whole = bytes & ~15;
  do {
    from = load<u32>(ends);
    to = load<u32>(ends, 4);
    if (step == 4) {
      if (bytes > 512) memory.copy(to, from, bytes);
      else {
        for (let at: usize = 0; at < whole; at += 16) v128.store(to + at, v128.load(from + at));
        for (let at = whole; at < bytes; at += 4) store<u32>(to + at, load<u32>(from + at));
      }
    } else if (step == 0) {
      const value = v128.load32_splat(from);
      for (let at: usize = 0; at < whole; at += 16) v128.store(to + at, value);
      for (let at = whole; at < bytes; at += 4) v128.store32_lane(to + at, value, 0);
    } else {
      for (let at: usize = 0; at < bytes; at += 4) {
        store<u32>(to + at, load<u32>(from));
        from += step;
      }
    }
  } while (advance(dims, table));
}

/** Source rows worked on at a time, so that they stay in the first-level cache while their columns are done. */
const ROWS: u32 = 64;

/** Columns done at a time: each is a place of its own in the target, and often all fall into one set of the cache. */
const COLUMNS: u32 = 8;

/**
 * Transposed sheets: `rows` x `columns` values that lie along the rows in the source (rows `fromStep` bytes apart) and along
 * the columns in the target (columns `toStep` bytes apart).
 */
export function transposedSheets(
  from: usize, to: usize, dims: u32, table: usize, rows: u32, columns: u32, fromStep: usize, toStep: usize,
): void {
  const ends = table + dims * ENTRY;
  store<u32>(ends, from);
  store<u32>(ends, to, 4);
  do {
    from = load<u32>(ends);
    to = load<u32>(ends, 4);
    if (rows == 2 && toStep == 8) {
      interleave(from, from + fromStep, to, columns);
      continue;
    }
    if (columns == 2 && fromStep == 8) {
      separate(from, to, to + toStep, rows);
      continue;
    }
    for (let top: u32 = 0; top < rows; top += ROWS) {
      const bottom = min(top + ROWS, rows);
      for (let left: u32 = 0; left < columns; left += COLUMNS) {
        const source = from + top * fromStep + (left << 2);
        const target = to + left * toStep + (top << 2);
        transposeBlock(source, target, bottom - top, min(COLUMNS, columns - left), fromStep, toStep);
      }
    }
  } while (advance(dims, table));
}

/** Two rows become pairs. */
function interleave(a: usize, b: usize, to: usize, count: u32): void {
  for (; count >= 4; count -= 4) {
    const first = v128.load(a);
    const second = v128.load(b);
    v128.store(to, i32x4.shuffle(first, second, 0, 4, 1, 5));
    v128.store(to, i32x4.shuffle(first, second, 2, 6, 3, 7), 16);
    a += 16;
    b += 16;
    to += 32;
  }
  for (; count != 0; count--) {
    store<u32>(to, load<u32>(a));
    store<u32>(to, load<u32>(b), 4);
    a += 4;
    b += 4;
    to += 8;
  }
}

/** Pairs become two rows. */
function separate(from: usize, a: usize, b: usize, count: u32): void {
  for (; count >= 4; count -= 4) {
    const first = v128.load(from);
    const second = v128.load(from, 16);
    v128.store(a, i32x4.shuffle(first, second, 0, 2, 4, 6));
    v128.store(b, i32x4.shuffle(first, second, 1, 3, 5, 7));
    from += 32;
    a += 16;
    b += 16;
  }
  for (; count != 0; count--) {
    store<u32>(a, load<u32>(from));
    store<u32>(b, load<u32>(from, 4));
    from += 8;
    a += 4;
    b += 4;
  }
}

/** One block of a sheet, in squares of 4 x 4. */
function transposeBlock(from: usize, to: usize, rows: u32, columns: u32, fromStep: usize, toStep: usize): void {
  const wholeRows = rows & ~3;
  const wholeColumns = columns & ~3;
  for (let row: u32 = 0; row < wholeRows; row += 4) {
    const line = from + row * fromStep;
    let target = to + (row << 2);
    for (let column: u32 = 0; column < wholeColumns; column += 4) {
      const source = line + (column << 2);
      const a = v128.load(source);
      const b = v128.load(source + fromStep);
      const c = v128.load(source + (fromStep << 1));
      const d = v128.load(source + fromStep * 3);
      const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
      const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const cd = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7);
      v128.store(target, i64x2.shuffle(ab, cd, 0, 2));
      v128.store(target + toStep, i64x2.shuffle(ab, cd, 1, 3));
      v128.store(target + (toStep << 1), i64x2.shuffle(abHigh, cdHigh, 0, 2));
      v128.store(target + toStep * 3, i64x2.shuffle(abHigh, cdHigh, 1, 3));
      target += toStep << 2;
    }
    for (let column = wholeColumns; column < columns; column++) {
      const source = line + (column << 2);
      for (let r: u32 = 0; r < 4; r++) store<u32>(target + (r << 2), load<u32>(source + r * fromStep));
      target += toStep;
    }
  }
  for (let row = wholeRows; row < rows; row++) {
    const line = from + row * fromStep;
    let target = to + (row << 2);
    for (let column: u32 = 0; column < columns; column++) {
      store<u32>(target, load<u32>(line + (column << 2)));
      target += toStep;
    }
  }
}
