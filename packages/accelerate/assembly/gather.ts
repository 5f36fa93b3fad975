/**
 * Rows picked by number: `to[batch][outer][i] = from[batch][outer][indices[batch][i]]`, rows of `bytes` bytes, a multiple of 4.
 */
export function gatherRuns(
  from: usize, to: usize, indices: usize, batch: u32, outer: u32, rows: u32, count: u32, bytes: usize,
): void {
  const whole = bytes & ~15;
  for (let entry: u32 = 0; entry < batch; entry++) {
    for (let o: u32 = 0; o < outer; o++) {
      for (let i: u32 = 0; i < count; i++) {
        const source = from + load<u32>(indices + (i << 2)) * bytes;
        if (bytes > 512) memory.copy(to, source, bytes);
        else {
          for (let at: usize = 0; at < whole; at += 16) v128.store(to + at, v128.load(source + at));
          for (let at = whole; at < bytes; at += 4) store<u32>(to + at, load<u32>(source + at));
        }
        to += bytes;
      }
      from += rows * bytes;
    }
    indices += count << 2;
  }
}
