import type { Random } from '@pose-distill/internal-random';
import type { Camera } from './camera.js';
import type { Person } from './person.js';
import { aboutX, aboutY, aboutZ, multiply, type Rotation, type Vector } from './rotation.js';

/** One view of a scene; lengths are heights of an adult, the target is above the middle of the ground. */
export interface SceneView {
  readonly pitch: number;
  readonly base: Rotation;
  /** Distance from the target. */
  readonly distance: number;
}

/** Where somebody is in a scene. */
export interface Stand {
  /** Ground to the right of the middle and towards the camera. */
  readonly x: number;
  readonly z: number;
  /** The way the person is turned, in degrees. */
  readonly yaw: number;
}

/** Height of the target over the ground. */
export const TARGET_HEIGHT = 0.45;

/** Draws a view of a scene: from eye height mostly, crowds more often from above. */
export function drawView(count: number, crowding: number, random: Random): SceneView {
  let pitch = 5 + random.normal() * 6;
  if (random.chance(0.12 + 0.25 * crowding + 0.04 * Math.min(10, count - 1) * (1 - crowding)))
    pitch = random.between(12, 38);
  pitch = Math.max(0, Math.min(42, pitch));
  const tilt = random.normal() * (random.chance(0.08) ? 10 : 2.5);
  const distance = random.between(3.4, 9) + 0.25 * count;
  return { pitch, base: multiply(aboutZ(tilt), aboutX(pitch)), distance };
}

/** Draws the way somebody is turned: to the camera, away, to a side, anywhere; who lies lies across. */
export function drawYaw(person: Person, random: Random): number {
  if (Math.abs(person.pose.lean) > 75)
    return (random.chance(0.5) ? 90 : -90) + random.normal() * 25;
  const ticket = random.uniform();
  if (ticket < 0.5) return random.normal() * 30;
  if (ticket < 0.66) return 180 + random.normal() * 30;
  if (ticket < 0.86) return (random.chance(0.5) ? 90 : -90) + random.normal() * 24;
  return random.between(-180, 180);
}

/** Height of a person in heights of an adult. */
export function statureOf(person: Person): number {
  return 0.52 + 0.48 * person.body.age;
}

/** Place of a person's origin relative to the target, as the camera sees it. */
export function seenFrom(view: SceneView, person: Person, stand: Stand): Vector {
  const y = -person.floor * statureOf(person) - TARGET_HEIGHT;
  const { base } = view;
  return [
    base[0] * stand.x + base[1] * y + base[2] * stand.z,
    base[3] * stand.x + base[4] * y + base[5] * stand.z,
    base[6] * stand.x + base[7] * y + base[8] * stand.z,
  ];
}

/**
 * The camera that shows a person at their place: the one camera of the scene in the person's own frame and unit, so that
 * perspective is that of the scene.
 */
export function cameraFor(
  view: SceneView,
  person: Person,
  stand: Stand,
  frame: { readonly scale: number; readonly x: number; readonly y: number },
): Camera {
  const stature = statureOf(person);
  const turned = multiply(view.base, aboutY(stand.yaw));
  const [x, y, z] = seenFrom(view, person, stand);
  // The target in the person's frame: the way from the person to it, turned back.
  const target: Vector = [
    -(turned[0] * x + turned[3] * y + turned[6] * z) / stature,
    -(turned[1] * x + turned[4] * y + turned[7] * z) / stature,
    -(turned[2] * x + turned[5] * y + turned[8] * z) / stature,
  ];
  return {
    view: turned,
    target,
    distance: view.distance / stature,
    scale: frame.scale * stature,
    x: frame.x,
    y: frame.y,
  };
}
