import { createRandom } from '@pose-distill/internal-random';
import { drawPose } from './actions.js';
import { buildFigure } from './anatomy.js';
import { type Body, drawBody } from './body.js';
import { type Camera, project, turnFrame } from './camera.js';
import { type Cone, PART } from './cone.js';
import { mixFacePaint } from './face.js';
import { type Joints, poseBody } from './kinematics.js';
import type { Light } from './light.js';
import { noiseLattice } from './noise.js';
import { drawOutfit, type Outfit } from './outfit.js';
import type { Pose } from './pose.js';
import { buildSeat, buildThing } from './props.js';
import { type DepthBuffer, drawCone, SAMPLES, type SeenCone, seeCone } from './raster.js';
import type { Rotation } from './rotation.js';
import { type Layer, shadeCone } from './shade.js';

/** A dressed, posed person in body space, with what carries them. */
export interface Person {
  readonly body: Body;
  readonly outfit: Outfit;
  readonly pose: Pose;
  readonly joints: Joints;
  readonly solids: readonly Cone[];
  /** Height of the floor, in body space. */
  readonly floor: number;
  readonly foldOffset: number;
}

/** Draws a whole person from the streams of one picture; `who` tells several people in it apart. */
export function drawPerson(seed: number, index: number, who: number): Person {
  const body = drawBody(createRandom(seed, 'figure.body', index, who));
  const outfit = drawOutfit(createRandom(seed, 'figure.outfit', index, who), body);
  const pose = drawPose(createRandom(seed, 'figure.pose', index, who));
  const random = createRandom(seed, 'figure.things', index, who);
  const joints = poseBody(body, pose);
  const solids = buildFigure(body, outfit, joints);
  let floor = lowest(solids);
  if (pose.support === 'air') floor -= random.between(0.03, 0.25);
  solids.push(...buildThing(body, outfit, joints, random), ...buildSeat(body, pose, floor, random));
  return { body, outfit, pose, joints, solids, floor, foldOffset: random.between(0, 64) };
}

/** Height of the lowest point of a set of solids. */
function lowest(solids: readonly Cone[]): number {
  let low = 1e9;
  for (const { from, to, fromRadius, toRadius, squeeze, frame } of solids) {
    // Support of the squeezed ball straight down.
    const reach = Math.sqrt(
      squeeze[0] * frame[3] * (squeeze[0] * frame[3]) +
        squeeze[1] * frame[4] * (squeeze[1] * frame[4]) +
        squeeze[2] * frame[5] * (squeeze[2] * frame[5]),
    );
    low = Math.min(low, from[1] - fromRadius * reach, to[1] - toRadius * reach);
  }
  return low;
}

/** How far something reaches, x right and y up. */
export interface Reach {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** Extent of a person in a view, in heights around the body's origin; furniture is left out. */
export function extentOf(person: Person, view: Rotation, distance: number): Reach {
  return extentThrough(person, { view, target: [0, 0, 0], distance, scale: 1, x: 0, y: 0 });
}

/** Extent of a person as a camera sees it, y up; furniture is left out. */
export function extentThrough(person: Person, camera: Camera): Reach {
  const extent = { left: 1e9, right: -1e9, bottom: 1e9, top: -1e9 };
  for (const solid of person.solids) {
    if (solid.part === PART.furniture) continue;
    const axes = turnFrame(camera, solid.frame);
    const [fu, fv, fw] = solid.squeeze;
    const reach = (i: number): number => {
      const a = axes[i]! * fu;
      const b = axes[i + 1]! * fv;
      const c = axes[i + 2]! * fw;
      return Math.sqrt(a * a + b * b + c * c);
    };
    const wide = reach(0);
    const high = reach(3);
    for (const [end, radius] of [
      [solid.from, solid.fromRadius],
      [solid.to, solid.toRadius],
    ] as const) {
      const seen = project(camera, end);
      const r = radius * seen.scale;
      extent.left = Math.min(extent.left, seen.x - r * wide);
      extent.right = Math.max(extent.right, seen.x + r * wide);
      extent.bottom = Math.min(extent.bottom, -seen.y - r * high);
      extent.top = Math.max(extent.top, -seen.y + r * high);
    }
  }
  return extent;
}

/** Renders a person into a depth buffer and a layer. */
export function renderPerson(
  person: Person,
  camera: Camera,
  light: Light,
  buffer: DepthBuffer,
  layer: Layer,
): readonly SeenCone[] {
  const { body, outfit, joints } = person;
  const seen = person.solids.map((solid) => seeCone(camera, solid, layer.width, layer.height));
  for (let i = 0; i < seen.length; i++) drawCone(seen[i]!, i + 1, buffer);
  const at = project(camera, joints.head);
  const context = {
    materials: outfit.materials,
    paint: mixFacePaint(outfit),
    head: {
      x: (at.x + 0.5) * SAMPLES - 0.5,
      y: (at.y + 0.5) * SAMPLES - 0.5,
      z: at.z * SAMPLES,
      axes: turnFrame(camera, joints.headFrame),
      across: (body.headWidth / 0.73) * at.scale * SAMPLES,
      up: body.headHeight * at.scale * SAMPLES,
    },
    light,
    table: noiseLattice(),
    offset: person.foldOffset,
  };
  for (let i = 0; i < seen.length; i++) shadeCone(seen[i]!, i + 1, buffer, layer, context);
  return seen;
}
