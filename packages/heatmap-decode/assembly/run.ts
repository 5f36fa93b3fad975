/**
 * First of the pixels from `from` on (to `to`) for which start + step * x lies in [0, limit), or, for `last`, the one after
 * the last of them.
 */
export function inside(start: f64, step: f64, limit: f64, from: i32, to: i32, last: bool): i32 {
  if (step == 0) return (start >= 0 && start < limit) == last ? to : from;
  const zero = -start / step;
  const end = (limit - start) / step;
  // Rounding may be a pixel off; the ends are tried.
  const estimate = last ? Math.floor(Math.max(zero, end)) + 2 : Math.ceil(Math.min(zero, end)) - 1;
  let x = <i32>Math.max(<f64>from, Math.min(<f64>to, estimate));
  if (last) {
    while (x > from && !within(start + step * <f64>(x - 1), limit)) x--;
  } else {
    while (x < to && !within(start + step * <f64>x, limit)) x++;
  }
  return x;
}

// @ts-ignore: decorator
@inline
function within(position: f64, limit: f64): bool {
  return position >= 0 && position < limit;
}
