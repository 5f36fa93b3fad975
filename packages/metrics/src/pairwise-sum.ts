/**
 * Sum of values[start .. start + count - 1] in the order in which NumPy adds a contiguous float64 array: halves down to
 * blocks of 128, eight running sums within a block. Keeping the order keeps the last bit of the reference's numbers.
 */
export function pairwiseSum(values: ArrayLike<number>, start: number, count: number): number {
  if (count < 8) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[start + i]!;
    return sum;
  }
  if (count > BLOCK) {
    const half = Math.floor(count / 2);
    const left = half - (half % 8);
    return pairwiseSum(values, start, left) + pairwiseSum(values, start + left, count - left);
  }
  return blockSum(values, start, count);
}

const BLOCK = 128;

function blockSum(values: ArrayLike<number>, start: number, count: number): number {
  let a = values[start]!;
  let b = values[start + 1]!;
  let c = values[start + 2]!;
  let d = values[start + 3]!;
  let e = values[start + 4]!;
  let f = values[start + 5]!;
  let g = values[start + 6]!;
  let h = values[start + 7]!;
  const whole = count - (count % 8);
  for (let i = start + 8; i < start + whole; i += 8) {
    a += values[i]!;
    b += values[i + 1]!;
    c += values[i + 2]!;
    d += values[i + 3]!;
    e += values[i + 4]!;
    f += values[i + 5]!;
    g += values[i + 6]!;
    h += values[i + 7]!;
  }
  let sum = a + b + (c + d) + (e + f + (g + h));
  for (let i = start + whole; i < start + count; i++) sum += values[i]!;
  return sum;
}
