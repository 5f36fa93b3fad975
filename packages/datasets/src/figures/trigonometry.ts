/**
 * Sine and cosine of an angle in degrees from + - * alone: `Math.sin` may differ between engines in the last bit, and
 * pictures must not.
 */
export function sine(degrees: number): number {
  const quarters = Math.round(degrees / 90);
  const angle = (degrees - quarters * 90) * RADIANS;
  switch (quarters & 3) {
    case 0:
      return sineNearZero(angle);
    case 1:
      return cosineNearZero(angle);
    case 2:
      return -sineNearZero(angle);
    default:
      return -cosineNearZero(angle);
  }
}

/** Cosine of an angle in degrees; see `sine`. */
export function cosine(degrees: number): number {
  return sine(degrees + 90);
}

const RADIANS = 0.017453292519943295;

/** Taylor series, below 1e-12 of error for |x| <= pi/4. */
function sineNearZero(x: number): number {
  const s = x * x;
  return (
    x *
    (1 -
      (s / 6) * (1 - (s / 20) * (1 - (s / 42) * (1 - (s / 72) * (1 - (s / 110) * (1 - s / 156))))))
  );
}

function cosineNearZero(x: number): number {
  const s = x * x;
  return (
    1 - (s / 2) * (1 - (s / 12) * (1 - (s / 30) * (1 - (s / 56) * (1 - (s / 90) * (1 - s / 132)))))
  );
}
