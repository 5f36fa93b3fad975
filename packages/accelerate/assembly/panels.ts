import { gather16, gather4, gather8 } from '../build/tiles';

let isPairing: bool = false;

/** Whether two panels of columns are done together: where the engine makes vectors of 256 bits of two of 128. */
export function pairPanels(on: bool): void {
  isPairing = on;
}

/** Columns, out of n, that are done sixteen at a time. */
// @ts-ignore: decorator
@inline
export function pairedColumns(n: u32): u32 {
  return isPairing ? n & ~15 : 0;
}

/**
 * Runs `groups` groups of `rows` rows through all panels of a packed filter, whose panels have `panelRows` rows; the first
 * `skipRows` of them after the bias are left out.
 */
export function gatherPanels(
  rows: u32, groups: u32, pointers: usize, outputs: usize, taps: u32, k: u32, packed: usize, panelRows: u32, skipRows: u32, n: u32,
): void {
  if (groups == 0) return;
  const paired = pairedColumns(n);
  // Columns done eight at a time; up to four left over are done by fours.
  const wide = (n & 7) - 1 < 4 ? n & ~7 : n;
  const panelBytes: usize = panelRows << 5;
  const skip: usize = skipRows << 5;
  if (paired != 0) gather16(rows, groups, pointers, outputs, taps, k, packed, panelBytes, skip, 0, paired);
  if (paired < wide) {
    gather8(rows, groups, pointers, outputs, taps, k, packed + (paired >> 3) * panelBytes, panelBytes, skip, paired, wide);
  }
  if (wide < n) {
    gather4(rows, groups, pointers, outputs, taps, k, packed + (panelRows * wide << 2), 0, skipRows << 4, wide, n);
  }
}
