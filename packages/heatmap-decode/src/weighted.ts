/** The kernel's weighted sum of cells `step` apart. */
export function weighted(
  from: Float64Array,
  start: number,
  step: number,
  kernel: Float64Array,
): number {
  let sum = 0;
  for (let t = 0, i = start; t < kernel.length; t++, i += step) sum += kernel[t]! * from[i]!;
  return sum;
}

/** Four neighbouring ones: they are independent, so the processor works on all at the same time. */
export function weightedFour(
  from: Float64Array,
  start: number,
  step: number,
  kernel: Float64Array,
  to: Float64Array,
  at: number,
): void {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let t = 0, i = start; t < kernel.length; t++, i += step) {
    const weight = kernel[t]!;
    sum0 += weight * from[i]!;
    sum1 += weight * from[i + 1]!;
    sum2 += weight * from[i + 2]!;
    sum3 += weight * from[i + 3]!;
  }
  to[at] = sum0;
  to[at + 1] = sum1;
  to[at + 2] = sum2;
  to[at + 3] = sum3;
}
