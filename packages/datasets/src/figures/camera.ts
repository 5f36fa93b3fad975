import { aboutX, aboutY, aboutZ, multiply, type Rotation, type Vector } from './rotation.js';

/** A weak-perspective camera that looks at a point; image y runs down, depth z towards the viewer. */
export interface Camera {
  readonly view: Rotation;
  readonly target: Vector;
  /** Distance from the target in person heights. */
  readonly distance: number;
  /** Pixels per person height at the target. */
  readonly scale: number;
  /** Where the target appears, in image pixels (pixel centres at integers). */
  readonly x: number;
  readonly y: number;
}

/** View from `yaw` degrees around the person (0: face on, 90: we see the person's right side), `pitch` above, tilted by `tilt`. */
export function viewFrom(yaw: number, pitch: number, tilt: number): Rotation {
  return multiply(aboutZ(tilt), multiply(aboutX(pitch), aboutY(yaw)));
}

/** A point in the picture: pixels, depth in pixels (greater is nearer), and pixels per height there. */
export interface Projected {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly scale: number;
}

/** Projects a point of body space. */
export function project(camera: Camera, point: Vector): Projected {
  const { view, target, distance } = camera;
  const dx = point[0] - target[0];
  const dy = point[1] - target[1];
  const dz = point[2] - target[2];
  const x = view[0] * dx + view[1] * dy + view[2] * dz;
  const y = view[3] * dx + view[4] * dy + view[5] * dz;
  const z = view[6] * dx + view[7] * dy + view[8] * dz;
  const scale = (camera.scale * distance) / Math.max(0.3, distance - z);
  return { x: camera.x + scale * x, y: camera.y - scale * y, z: scale * z, scale };
}

/** The axes of a body frame as seen in the picture: row-major, columns are axes, y down. */
export function turnFrame(camera: Camera, frame: Rotation): Rotation {
  const seen = multiply(camera.view, frame);
  return [seen[0], seen[1], seen[2], -seen[3], -seen[4], -seen[5], seen[6], seen[7], seen[8]];
}
