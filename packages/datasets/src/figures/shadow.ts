import type { Canvas } from './background.js';
import { type Camera, project } from './camera.js';
import type { Light } from './light.js';
import { noiseLattice } from './noise.js';
import type { Person } from './person.js';
import { aboutY, pointIn, type Vector } from './rotation.js';
import { allocate } from './scratch.js';
import { bar, paintShape, shape } from './shape.js';

/** Darkens the ground where the person keeps the light off it. */
export function paintShadow(
  canvas: Canvas,
  person: Person,
  camera: Camera,
  yaw: number,
  pitch: number,
  light: Light,
): void {
  if (pitch < 2) return;
  const { width, height, data } = canvas;
  const { joints, floor, body } = person;
  const table = noiseLattice();
  const mask = allocate('shadow', width * height).fill(0, 0, width * height);
  // The light in body space: turned back by the view's yaw, steep enough to keep the shadow near.
  const [lx, ly, lz] = pointIn([0, 0, 0], aboutY(-yaw), light.x, Math.max(0.35, -light.y), light.z);
  const cast = (point: Vector): Vector => {
    const t = (point[1] - floor) / ly;
    return [point[0] - lx * t, floor, point[2] - lz * t];
  };
  const flat = 0.45 + pitch / 60;
  const fall = (a: Vector, b: Vector, radius: number): void => {
    const from = project(camera, cast(a));
    const to = project(camera, cast(b));
    const r = radius * from.scale * Math.min(1, flat);
    paintShape(
      null,
      width,
      height,
      bar(from.x, from.y, to.x, to.y, r, [0, 0, 0], {
        opacity: light.shadow * 0.6,
        soft: r * 1.2 + 1,
      }),
      table,
      mask,
    );
  };
  fall(joints.pelvis, joints.neck, body.hipRadius);
  fall(joints.head, joints.head, body.headHeight * 0.42);
  for (const side of [joints.left, joints.right]) {
    fall(side.hip, side.knee, 0.05);
    fall(side.knee, side.ankle, 0.03);
    fall(side.shoulder, side.elbow, 0.03);
    fall(side.elbow, side.wrist, 0.022);
    // Contact: the nearer the foot to the ground, the darker.
    const height0 = side.ankle[1] - floor - body.ankleHeight;
    if (height0 > 0.12) continue;
    const foot = project(camera, [side.ankle[0], floor, side.ankle[2]]);
    const r = 0.075 * foot.scale;
    paintShape(
      null,
      width,
      height,
      shape(foot.x, foot.y, r, r * 0.5, [0, 0, 0], {
        corner: r * 0.5,
        soft: r * 0.7 + 1,
        opacity: 0.55 * (1 - height0 / 0.12),
      }),
      table,
      mask,
    );
  }
  for (let i = 0; i < width * height; i++) {
    const m = mask[i]!;
    if (m === 0) continue;
    const keep = 1 - m;
    data[i * 3] = data[i * 3]! * keep;
    data[i * 3 + 1] = data[i * 3 + 1]! * keep;
    data[i * 3 + 2] = data[i * 3 + 2]! * keep;
  }
}
