/** Copies `lines` lines of `bytes` bytes into a black frame of `left` and `right` bytes and `above` and `below` lines. */
export function frame(
  from: usize,
  stride: usize,
  to: usize,
  bytes: usize,
  lines: u32,
  left: usize,
  right: usize,
  above: u32,
  below: u32,
): void {
  const whole = left + bytes + right;
  memory.fill(to, 0, whole * above);
  to += whole * above;
  for (let line: u32 = 0; line < lines; line++) {
    memory.fill(to, 0, left);
    memory.copy(to + left, from, bytes);
    memory.fill(to + left + bytes, 0, right);
    to += whole;
    from += stride;
  }
  memory.fill(to, 0, whole * below);
}
