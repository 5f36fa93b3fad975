/** Turns numbers of `size` bytes, in place, from one byte order to the other. */
export function swapBytes(out: Uint8Array, size: number): void {
  if (size < 2) return;
  for (let i = 0; i < out.length; i += size) out.subarray(i, i + size).reverse();
}
