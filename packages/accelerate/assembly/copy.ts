/** Copies `blocks` runs of `bytes` bytes, whose starts lie `fromStep` and `toStep` bytes apart. */
export function copyBlocks(from: usize, to: usize, blocks: u32, bytes: usize, fromStep: usize, toStep: usize): void {
  if (bytes > 256 || (bytes & 3) != 0) {
    for (let block: u32 = 0; block < blocks; block++) {
      memory.copy(to, from, bytes);
      from += fromStep;
      to += toStep;
    }
    return;
  }
  const whole = bytes & ~15;
  for (let block: u32 = 0; block < blocks; block++) {
    for (let at: usize = 0; at < whole; at += 16) v128.store(to + at, v128.load(from + at));
    for (let at = whole; at < bytes; at += 4) store<u32>(to + at, load<u32>(from + at));
    from += fromStep;
    to += toStep;
  }
}
