import type { Random } from '@pose-distill/internal-random';
import { type Camera, viewFrom } from './camera.js';
import { extentOf, type Person } from './person.js';

/** A camera and the angles it was made from, in degrees. */
export interface Shot {
  readonly camera: Camera;
  readonly yaw: number;
  readonly pitch: number;
}

/** Draws a view of a person and a camera that frames them: whole mostly, sometimes cut off or far. */
export function frameShot(person: Person, width: number, height: number, random: Random): Shot {
  const ticket = random.uniform();
  let yaw: number;
  if (ticket < 0.48) yaw = random.normal() * 28;
  else if (ticket < 0.66) yaw = 180 + random.normal() * 28;
  else if (ticket < 0.86) yaw = (random.chance(0.5) ? 90 : -90) + random.normal() * 22;
  else yaw = random.between(-180, 180);
  let pitch = 5 + random.normal() * 7;
  if (random.chance(0.08)) pitch = random.between(15, 42);
  // Not from below the floor.
  pitch = Math.max(-1, Math.min(45, pitch));
  const lying = Math.abs(person.pose.lean) > 75;
  if (lying) {
    // Across the picture, a little from above.
    yaw = (random.chance(0.5) ? 90 : -90) + random.normal() * 25;
    pitch = random.between(8, 55);
  }
  const tilt = random.normal() * (random.chance(0.1) ? 14 : 3.5);
  const distance = random.between(2.6, 9);
  const view = viewFrom(yaw, pitch, tilt);
  const extent = extentOf(person, view, distance);
  const wide = extent.right - extent.left;
  const high = extent.top - extent.bottom;

  const style = random.uniform();
  let fill = random.between(0.72, 0.93);
  if (style < 0.1) fill = random.between(0.5, 0.72);
  const cut = style > 0.86;
  if (cut) fill = random.between(1.05, 1.7);
  const scale = fill * Math.min(width / wide, height / high);
  const slackX = Math.max(0, width - wide * scale);
  const slackY = Math.max(0, height - high * scale);
  let x = width / 2 + (random.uniform() - 0.5) * (slackX * 0.5 + width * 0.03);
  let y = height / 2 + (random.uniform() - 0.5) * (slackY * 0.6 + height * 0.03);
  if (cut) {
    // Keep the upper body in most cut pictures.
    y += Math.max(0, high * scale - height) * random.between(-0.25, 0.55);
    x += Math.max(0, wide * scale - width) * random.between(-0.3, 0.3);
  }
  const camera: Camera = {
    view,
    target: [0, 0, 0],
    distance,
    scale,
    x: x - 0.5 - ((extent.left + extent.right) / 2) * scale,
    y: y - 0.5 + ((extent.top + extent.bottom) / 2) * scale,
  };
  return { camera, yaw, pitch };
}
