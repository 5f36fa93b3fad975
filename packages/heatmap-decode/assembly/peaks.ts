/** Cells after which maxima are compared with the best so far; in which run of them the best lies is all that is kept. */
const RUN: u32 = 64;
/** -Infinity. */
const LOWEST: f32 = -f32.MAX_VALUE * 2;

// @ts-ignore: decorator
@inline
function across(v: v128): f32 {
  const half = f32x4.pmax(v, i64x2.shuffle(v, v, 1, 0));
  const all = f32x4.pmax(half, i32x4.shuffle(half, half, 1, 0, 3, 2));
  return f32x4.extract_lane(all, 0);
}

/** The least of four numbers without a sign. */
// @ts-ignore: decorator
@inline
function least(v: v128): u32 {
  const half = i32x4.min_u(v, i64x2.shuffle(v, v, 1, 0));
  return i32x4.extract_lane(i32x4.min_u(half, i32x4.shuffle(half, half, 1, 0, 3, 2)), 0);
}

/** Cell in [from, to) that equals `best` first, where one is known to. */
// @ts-ignore: decorator
@inline
function first(map: usize, from: u32, to: u32, step: usize, best: f32): u32 {
  let at = map + <usize>from * step;
  while (from < to && load<f32>(at) != best) {
    from++;
    at += step;
  }
  return from;
}

/**
 * For each of `count` maps of adjacent cells, one after the other: the first cell with the largest value, -1 where no cell is above
 * -Infinity. Cells that are NaN never win.
 */
export function planarPeaks(maps: usize, count: u32, cells: u32, places: usize): void {
  for (let n: u32 = 0; n < count; n++) {
    const map = maps + <usize>n * cells * 4;
    let bests = f32x4.splat(LOWEST);
    let starts = i32x4.splat(0);
    let cell: u32 = 0;
    for (; cell + RUN <= cells; cell += RUN) {
      const from = map + <usize>cell * 4;
      let a = bests;
      let b = bests;
      let c = bests;
      let d = bests;
      // Written out: a loop costs as much as what it would do. The known number first: a NaN in the second place loses.
      a = f32x4.pmax(a, v128.load(from));
      b = f32x4.pmax(b, v128.load(from, 16));
      c = f32x4.pmax(c, v128.load(from, 32));
      d = f32x4.pmax(d, v128.load(from, 48));
      a = f32x4.pmax(a, v128.load(from, 64));
      b = f32x4.pmax(b, v128.load(from, 80));
      c = f32x4.pmax(c, v128.load(from, 96));
      d = f32x4.pmax(d, v128.load(from, 112));
      a = f32x4.pmax(a, v128.load(from, 128));
      b = f32x4.pmax(b, v128.load(from, 144));
      c = f32x4.pmax(c, v128.load(from, 160));
      d = f32x4.pmax(d, v128.load(from, 176));
      a = f32x4.pmax(a, v128.load(from, 192));
      b = f32x4.pmax(b, v128.load(from, 208));
      c = f32x4.pmax(c, v128.load(from, 224));
      d = f32x4.pmax(d, v128.load(from, 240));
      a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
      // Without a branch: whether a run has something larger cannot be foreseen.
      starts = v128.bitselect(i32x4.splat(cell), starts, f32x4.gt(a, bests));
      bests = a;
    }
    let best = across(bests);
    const holds = f32x4.eq(bests, f32x4.splat(best));
    let start = least(v128.bitselect(starts, i32x4.splat(-1), holds));
    for (let last = cell; cell < cells; cell++) {
      const value = load<f32>(map + <usize>cell * 4);
      if (value > best) {
        best = value;
        start = last;
      }
    }
    const end = min(start + RUN, cells);
    store<i32>(places + <usize>n * 4, best > LOWEST ? first(map, start, end, 4, best) : -1);
  }
}

/**
 * The same for the `count` (4 or more) interleaved maps of one image. `work` has room for `count` floats and as many starts.
 */
export function interleavedPeaks(image: usize, count: u32, cells: u32, places: usize, work: usize): void {
  const step = <usize>count * 4;
  const starts = work + step;
  for (let k: usize = 0; k < step; k += 4) {
    store<f32>(work + k, LOWEST);
    store<u32>(starts + k, 0);
  }
  for (let cell: u32 = 0; cell < cells; cell += RUN) {
    const length = min(RUN, cells - cell);
    const run = image + <usize>cell * step;
    for (let group: u32 = 0; group < count; group += 4) {
      // The last four may repeat some of those before them, which changes nothing.
      const k = <usize>min(group, count - 4) * 4;
      const bests = v128.load(work + k);
      let a = bests;
      let b = bests;
      let c = bests;
      let d = bests;
      let at = run + k;
      let i: u32 = 0;
      for (; i + 4 <= length; i += 4) {
        a = f32x4.pmax(a, v128.load(at));
        b = f32x4.pmax(b, v128.load(at + step));
        c = f32x4.pmax(c, v128.load(at + 2 * step));
        d = f32x4.pmax(d, v128.load(at + 3 * step));
        at += 4 * step;
      }
      for (; i < length; i++) {
        a = f32x4.pmax(a, v128.load(at));
        at += step;
      }
      a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
      const above = f32x4.gt(a, bests);
      v128.store(work + k, a);
      v128.store(starts + k, v128.bitselect(i32x4.splat(cell), v128.load(starts + k), above));
    }
  }
  for (let k: u32 = 0; k < count; k++) {
    const best = load<f32>(work + <usize>k * 4);
    const start = load<u32>(starts + <usize>k * 4);
    const end = min(start + RUN, cells);
    store<i32>(places + <usize>k * 4, best > LOWEST ? first(image + <usize>k * 4, start, end, step, best) : -1);
  }
}
