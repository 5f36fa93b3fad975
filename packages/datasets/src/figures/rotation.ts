import { cosine, sine } from './trigonometry.js';

/** A point or direction in three dimensions. Body axes: x to the person's left, y up, z forward. */
export type Vector = readonly [number, number, number];

/** A 3x3 rotation, row-major; its columns are the images of the axes. */
export type Rotation = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

export const IDENTITY: Rotation = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Right-handed rotation about x: y turns towards z. */
export function aboutX(degrees: number): Rotation {
  const c = cosine(degrees);
  const s = sine(degrees);
  return [1, 0, 0, 0, c, -s, 0, s, c];
}

/** Right-handed rotation about y: z turns towards x. */
export function aboutY(degrees: number): Rotation {
  const c = cosine(degrees);
  const s = sine(degrees);
  return [c, 0, s, 0, 1, 0, -s, 0, c];
}

/** Right-handed rotation about z: x turns towards y. */
export function aboutZ(degrees: number): Rotation {
  const c = cosine(degrees);
  const s = sine(degrees);
  return [c, -s, 0, s, c, 0, 0, 0, 1];
}

/**
 * Swings a hanging limb (-y) by `forward` degrees towards +z and `sideways` degrees towards +x at once, without twist:
 * one turn about the axis (-forward, 0, sideways), so there is no gimbal lock below 180 degrees.
 */
export function swing(forward: number, sideways: number): Rotation {
  const angle = Math.sqrt(forward * forward + sideways * sideways);
  if (angle < 1e-9) return IDENTITY;
  const x = -forward / angle;
  const z = sideways / angle;
  const c = cosine(angle);
  const s = sine(angle);
  const t = 1 - c;
  return [t * x * x + c, -s * z, t * x * z, s * z, c, -s * x, t * x * z, s * x, t * z * z + c];
}

/** a after b. */
export function multiply(a: Rotation, b: Rotation): Rotation {
  return [
    a[0] * b[0] + a[1] * b[3] + a[2] * b[6],
    a[0] * b[1] + a[1] * b[4] + a[2] * b[7],
    a[0] * b[2] + a[1] * b[5] + a[2] * b[8],
    a[3] * b[0] + a[4] * b[3] + a[5] * b[6],
    a[3] * b[1] + a[4] * b[4] + a[5] * b[7],
    a[3] * b[2] + a[4] * b[5] + a[5] * b[8],
    a[6] * b[0] + a[7] * b[3] + a[8] * b[6],
    a[6] * b[1] + a[7] * b[4] + a[8] * b[7],
    a[6] * b[2] + a[7] * b[5] + a[8] * b[8],
  ];
}

/** The point (x, y, z) of a frame with the given origin and axes, in the space of the origin. */
export function pointIn(origin: Vector, frame: Rotation, x: number, y: number, z: number): Vector {
  return [
    origin[0] + frame[0] * x + frame[1] * y + frame[2] * z,
    origin[1] + frame[3] * x + frame[4] * y + frame[5] * z,
    origin[2] + frame[6] * x + frame[7] * y + frame[8] * z,
  ];
}

/** The point at fraction t from a to b. */
export function between(a: Vector, b: Vector, t: number): Vector {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** A frame whose -y runs along `direction` and whose x lies as near `sideways` as it can. */
export function frameAlong(direction: Vector, sideways: Vector): Rotation {
  const size = Math.sqrt(
    direction[0] * direction[0] + direction[1] * direction[1] + direction[2] * direction[2] + 1e-24,
  );
  const vx = -direction[0] / size;
  const vy = -direction[1] / size;
  const vz = -direction[2] / size;
  const inner = vx * sideways[0] + vy * sideways[1] + vz * sideways[2];
  let ux = sideways[0] - inner * vx;
  let uy = sideways[1] - inner * vy;
  let uz = sideways[2] - inner * vz;
  const norm = Math.sqrt(ux * ux + uy * uy + uz * uz) + 1e-12;
  ux /= norm;
  uy /= norm;
  uz /= norm;
  return [ux, vx, uy * vz - uz * vy, uy, vy, uz * vx - ux * vz, uz, vz, ux * vy - uy * vx];
}
