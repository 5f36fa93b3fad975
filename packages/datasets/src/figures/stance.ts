import type { Random } from '@pose-distill/internal-random';
import type { Pose, SidePose } from './pose.js';

/** Turns a relaxed stance into an action; `near` and `far` are the two sides in random order. */
export type Action = (pose: Pose, random: Random, near: SidePose, far: SidePose) => void;

/** Uniform around a centre. */
export function about(random: Random, centre: number, spread: number): number {
  return centre + spread * (2 * random.uniform() - 1);
}

/** A person at ease, no two alike. */
export function standing(random: Random): Pose {
  const side = (): SidePose => ({
    armForward: about(random, 0, 14),
    armOut: about(random, 10, 9),
    armTwist: about(random, 15, 25),
    elbow: about(random, 18, 17),
    wrist: about(random, 5, 15),
    handSide: about(random, 0, 8),
    legForward: about(random, 1, 6),
    legOut: about(random, 5, 6),
    legTwist: about(random, -6, 12),
    knee: random.between(0, 9),
    ankle: 0,
  });
  const pose: Pose = {
    lean: about(random, 1, 5),
    roll: about(random, 0, 3),
    spineFlex: about(random, 2, 8),
    spineSide: about(random, 0, 6),
    spineTwist: about(random, 0, 12),
    headFlex: about(random, 3, 16),
    headSide: about(random, 0, 10),
    headTwist: random.normal() * 22,
    left: side(),
    right: side(),
    support: 'feet',
  };
  flattenFeet(pose, random);
  return pose;
}

/** Turns the ankles so that the soles lie near the floor. */
export function flattenFeet(pose: Pose, random: Random): void {
  for (const side of [pose.left, pose.right]) {
    side.ankle = side.legForward - side.knee - pose.lean + about(random, 0, 4);
  }
}

/** Places an arm. */
export function arm(
  side: SidePose,
  forward: number,
  out: number,
  twist: number,
  elbow: number,
): void {
  side.armForward = forward;
  side.armOut = out;
  side.armTwist = twist;
  side.elbow = elbow;
}

/** Places a leg. */
export function leg(side: SidePose, forward: number, out: number, knee: number): void {
  side.legForward = forward;
  side.legOut = out;
  side.knee = knee;
}

/** A random arm gesture that suits an upright trunk. */
export function gesture(side: SidePose, random: Random): void {
  const b = (centre: number, spread: number): number => about(random, centre, spread);
  switch (random.integer(10)) {
    case 0: // hand on the hip
      arm(side, b(-18, 8), b(38, 8), b(55, 10), b(92, 12));
      break;
    case 1: // up
      arm(side, b(60, 55), b(130, 25), b(-40, 40), b(30, 28));
      break;
    case 2: // waving
      arm(side, b(20, 15), b(75, 25), b(-80, 14), b(105, 28));
      break;
    case 3: // phone at the ear
      arm(side, b(45, 15), b(25, 14), b(20, 15), b(138, 8));
      break;
    case 4: // holding something before the chest
      arm(side, b(25, 14), b(12, 8), b(35, 14), b(95, 20));
      break;
    case 5: // straight out to the side
      arm(side, b(5, 14), b(88, 16), b(0, 30), b(12, 12));
      break;
    case 6: // pointing forward
      arm(side, b(80, 20), b(14, 16), b(15, 25), b(14, 14));
      break;
    case 7: // hand behind the back
      arm(side, b(-42, 8), b(14, 6), b(86, 9), b(80, 18));
      break;
    case 8: // hand at the face or the head
      arm(side, b(70, 25), b(45, 30), b(15, 30), b(132, 14));
      break;
    default:
      break;
  }
}
