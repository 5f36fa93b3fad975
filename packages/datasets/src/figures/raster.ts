import { type Camera, project, turnFrame } from './camera.js';
import type { Cone } from './cone.js';
import { allocate, allocateBytes } from './scratch.js';

/** Samples per pixel along each axis. */
export const SAMPLES = 2;

/** A cone as the sampler sees it; coordinates are samples, `s` along the seen axis, `d` across. */
export interface SeenCone {
  readonly cone: Cone;
  readonly scale: number;
  /** s = s0 + sx * x + sy * y, likewise d, and l: the depth that the squeeze takes off. */
  readonly s0: number;
  readonly sx: number;
  readonly sy: number;
  readonly d0: number;
  readonly dx: number;
  readonly dy: number;
  readonly lx: number;
  readonly ly: number;
  readonly z0: number;
  /** Factor from squeezed depth to depth. */
  readonly depth: number;
  readonly length: number;
  readonly radius: number;
  /** Growth of the radius and of the depth along s. */
  readonly growth: number;
  readonly slope: number;
  /** Normals: n = n1 * a + n2 * b + n3 * c. */
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly c: readonly number[];
  /** Image-space axes of the frame and the position of `from`, for materials. */
  readonly axes: readonly number[];
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Depth buffer over samples: which cone is nearest, how near, and where along its axis. */
export interface DepthBuffer {
  readonly width: number;
  readonly height: number;
  readonly depth: Float32Array;
  /** 1 + index of the cone; 0: nothing. */
  readonly index: Uint8Array;
  readonly along: Float32Array;
}

/** An empty depth buffer for a picture; it shares memory with every other, so finish with one before you ask for the next. */
export function openDepthBuffer(width: number, height: number): DepthBuffer {
  const count = width * SAMPLES * height * SAMPLES;
  const depth = allocate('depth', count);
  return {
    width: width * SAMPLES,
    height: height * SAMPLES,
    depth: depth.fill(-1e9, 0, count),
    index: allocateBytes(count),
    along: allocate('along', count),
  };
}

/** Prepares a cone for the sampler. */
export function seeCone(camera: Camera, cone: Cone, width: number, height: number): SeenCone {
  const from = project(camera, cone.from);
  const to = project(camera, cone.to);
  const [fu, fv, fw] = cone.squeeze;
  const axes = turnFrame(camera, cone.frame);
  // M stretches the squeezed solid back to a round one; it is symmetric.
  const iu = 1 / fu;
  const iv = 1 / fv;
  const iw = 1 / fw;
  const entry = (i: number, j: number): number =>
    axes[i * 3]! * axes[j * 3]! * iu +
    axes[i * 3 + 1]! * axes[j * 3 + 1]! * iv +
    axes[i * 3 + 2]! * axes[j * 3 + 2]! * iw;
  const xx = entry(0, 0);
  const xy = entry(0, 1);
  const xz = entry(0, 2);
  const yy = entry(1, 1);
  const yz = entry(1, 2);
  const zz = entry(2, 2);
  const stretch = Math.sqrt(xz * xz + yz * yz + zz * zz);
  const e3 = [xz / stretch, yz / stretch, zz / stretch] as const;

  let ax = (from.x + 0.5) * SAMPLES - 0.5;
  let ay = (from.y + 0.5) * SAMPLES - 0.5;
  let az = from.z * SAMPLES;
  const px = (to.x - from.x) * SAMPLES;
  const py = (to.y - from.y) * SAMPLES;
  const pz = (to.z - from.z) * SAMPLES;
  const ux = xx * px + xy * py + xz * pz;
  const uy = xy * px + yy * py + yz * pz;
  const uz = xz * px + yz * py + zz * pz;
  const rise = ux * e3[0] + uy * e3[1] + uz * e3[2];
  let ex = ux - rise * e3[0];
  let ey = uy - rise * e3[1];
  let ez = uz - rise * e3[2];
  let length = Math.sqrt(ex * ex + ey * ey + ez * ez);
  if (length < 1e-3) {
    // Seen along its axis: any direction across the view will do.
    const flat = Math.abs(e3[0]) < 0.8;
    ex = flat ? 1 - e3[0] * e3[0] : -e3[1] * e3[0];
    ey = flat ? -e3[0] * e3[1] : 1 - e3[1] * e3[1];
    ez = flat ? -e3[0] * e3[2] : -e3[1] * e3[2];
    const norm = Math.sqrt(ex * ex + ey * ey + ez * ez);
    ex /= norm;
    ey /= norm;
    ez /= norm;
    length = 1e-3;
  } else {
    ex /= length;
    ey /= length;
    ez /= length;
  }
  const gx = e3[1] * ez - e3[2] * ey;
  const gy = e3[2] * ex - e3[0] * ez;
  const gz = e3[0] * ey - e3[1] * ex;

  let fromRadius = cone.fromRadius * from.scale * SAMPLES;
  let toRadius = cone.toRadius * to.scale * SAMPLES;
  let slope = rise / length;
  let growth = (toRadius - fromRadius) / length;
  let bx = ax + px;
  let by = ay + py;
  if (growth * growth >= 0.9999 * (1 + slope * slope)) {
    // One ball swallows the other: only the large one is left.
    if (growth > 0) {
      ax = bx;
      ay = by;
      az += pz;
      fromRadius = toRadius;
    } else {
      bx = ax;
      by = ay;
      toRadius = fromRadius;
    }
    growth = 0;
    slope = 0;
    length = 1e-3;
  }
  if (Math.abs(1 - growth * growth) < 1e-6) growth *= 1 - 1e-6;

  const sx = ex * xx + ey * xy + ez * xz;
  const sy = ex * xy + ey * yy + ez * yz;
  const dx = gx * xx + gy * xy + gz * xz;
  const dy = gx * xy + gy * yy + gz * yz;
  const lx = e3[0] * xx + e3[1] * xy + e3[2] * xz;
  const ly = e3[0] * xy + e3[1] * yy + e3[2] * yz;

  const determinant = sx * dy - sy * dx;
  const reachX = Math.sqrt(dy * dy + sy * sy) / Math.abs(determinant);
  const reachY = Math.sqrt(dx * dx + sx * sx) / Math.abs(determinant);
  return {
    cone,
    scale: from.scale * SAMPLES,
    s0: -(sx * ax + sy * ay),
    sx,
    sy,
    d0: -(dx * ax + dy * ay),
    dx,
    dy,
    lx: lx / stretch,
    ly: ly / stretch,
    z0: lx * ax + ly * ay + stretch * az,
    depth: 1 / stretch,
    length,
    radius: fromRadius,
    growth,
    slope,
    a: [sx, sy, ex * xz + ey * yz + ez * zz],
    b: [dx, dy, gx * xz + gy * yz + gz * zz],
    c: [lx, ly, e3[0] * xz + e3[1] * yz + e3[2] * zz],
    axes,
    x: ax,
    y: ay,
    z: az,
    left: Math.max(0, Math.ceil(Math.min(ax - fromRadius * reachX, bx - toRadius * reachX))),
    right: Math.min(
      width * SAMPLES - 1,
      Math.floor(Math.max(ax + fromRadius * reachX, bx + toRadius * reachX)),
    ),
    top: Math.max(0, Math.ceil(Math.min(ay - fromRadius * reachY, by - toRadius * reachY))),
    bottom: Math.min(
      height * SAMPLES - 1,
      Math.floor(Math.max(ay + fromRadius * reachY, by + toRadius * reachY)),
    ),
  };
}

/**
 * Writes a cone into the depth buffer, exactly: at (s, d) the nearest surface point belongs to the ball at `p` that
 * maximises slope * p + sqrt(Q(p)), Q(p) = (radius + growth * p)^2 - d^2 - (s - p)^2, a quadratic, so `p` is in closed form.
 */
export function drawCone(seen: SeenCone, number: number, buffer: DepthBuffer): void {
  const { sx, dx, lx, z0, depth, length, radius, growth, slope, left, right, top, bottom } = seen;
  const { index, along } = buffer;
  const depths = buffer.depth;
  const alpha = 1 - growth * growth;
  const share = alpha / (alpha + slope * slope);
  const lean = slope / alpha;
  for (let y = top; y <= bottom; y++) {
    const rowS = seen.s0 + seen.sy * y;
    const rowD = seen.d0 + seen.dy * y;
    const rowL = seen.ly * y;
    const row = y * buffer.width;
    for (let x = left; x <= right; x++) {
      const d = rowD + dx * x;
      const s = rowS + sx * x;
      const peak = (radius * growth + s) / alpha;
      const height = radius * radius - d * d - s * s + alpha * peak * peak;
      const square = height * share;
      let p: number;
      if (alpha > 0) {
        if (height < 0) continue;
        p = peak + lean * Math.sqrt(square);
        p = Math.min(length, Math.max(0, p));
      } else if (square < 0) {
        // Seen so steeply that the radius grows faster than the axis runs: one of the ends is nearest.
        const far = height - alpha * (length - peak) * (length - peak);
        const near = height - alpha * peak * peak;
        p = slope * length + Math.sqrt(far) > Math.sqrt(near) ? length : 0;
      } else if (slope * growth < 0) {
        p = peak + lean * Math.sqrt(square);
        p = Math.min(length, Math.max(0, p));
      } else {
        // As steep, and the large end is the near one.
        p = growth > 0 ? length : 0;
      }
      const q = height - alpha * (p - peak) * (p - peak);
      if (q < 0) continue;
      const z = (z0 + slope * p + Math.sqrt(q)) * depth - rowL - lx * x;
      const at = row + x;
      if (z > depths[at]!) {
        depths[at] = z;
        index[at] = number;
        along[at] = p;
      }
    }
  }
}
