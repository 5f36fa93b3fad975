import type { Random } from '@pose-distill/internal-random';
import { limitPose, type Pose, type SidePose } from './pose.js';

type Action = (pose: Pose, random: Random, near: SidePose, far: SidePose) => void;

/** Draws an action, then a pose of it. `near` and `far` are the two sides in random order. */
export function drawPose(random: Random): Pose {
  const pose = standing(random);
  let ticket = random.uniform() * TOTAL;
  let chosen: Action = () => {};
  for (const [weight, action] of ACTIONS) {
    chosen = action;
    ticket -= weight;
    if (ticket < 0) break;
  }
  const leftFirst = random.chance(0.5);
  chosen(pose, random, leftFirst ? pose.left : pose.right, leftFirst ? pose.right : pose.left);
  return limitPose(pose);
}

/** Uniform around a centre. */
function about(random: Random, centre: number, spread: number): number {
  return centre + spread * (2 * random.uniform() - 1);
}

function standing(random: Random): Pose {
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
function flattenFeet(pose: Pose, random: Random): void {
  for (const side of [pose.left, pose.right]) {
    side.ankle = side.legForward - side.knee - pose.lean + about(random, 0, 4);
  }
}

function arm(side: SidePose, forward: number, out: number, twist: number, elbow: number): void {
  side.armForward = forward;
  side.armOut = out;
  side.armTwist = twist;
  side.elbow = elbow;
}

function leg(side: SidePose, forward: number, out: number, knee: number): void {
  side.legForward = forward;
  side.legOut = out;
  side.knee = knee;
}

/** A random arm gesture that suits an upright trunk. */
function gesture(side: SidePose, random: Random): void {
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
      arm(side, b(-32, 8), b(14, 6), b(60, 15), b(62, 22));
      break;
    case 8: // hand at the face or the head
      arm(side, b(70, 25), b(45, 30), b(15, 30), b(132, 14));
      break;
    default:
      break;
  }
}

const walk: Action = (pose, random, near, far) => {
  const stride = random.between(12, 32);
  leg(near, stride, about(random, 2, 2), random.between(2, 16));
  leg(far, -stride * random.between(0.6, 0.9), about(random, 2, 2), random.between(5, 34));
  arm(
    near,
    -stride * random.between(0.5, 1.1),
    about(random, 9, 5),
    about(random, 15, 15),
    random.between(8, 35),
  );
  arm(
    far,
    stride * random.between(0.5, 1.2),
    about(random, 8, 5),
    about(random, 20, 15),
    random.between(10, 45),
  );
  pose.spineTwist = (near === pose.left ? 1 : -1) * stride * 0.35;
  pose.lean = random.between(0, 7);
  flattenFeet(pose, random);
  far.ankle = about(random, 12, 14);
  if (random.chance(0.25)) gesture(random.chance(0.5) ? near : far, random);
};

const run: Action = (pose, random, near, far) => {
  const stride = random.between(25, 62);
  leg(near, stride, about(random, 2, 3), random.between(25, 100));
  leg(far, -stride * random.between(0.25, 0.55), about(random, 2, 3), random.between(10, 105));
  arm(
    near,
    -random.between(25, 52),
    about(random, 16, 8),
    about(random, 10, 15),
    random.between(70, 115),
  );
  arm(
    far,
    random.between(15, 65),
    about(random, 14, 10),
    about(random, 25, 15),
    random.between(70, 120),
  );
  pose.spineTwist = (near === pose.left ? 1 : -1) * random.between(4, 18);
  pose.lean = random.between(4, 20);
  near.ankle = about(random, 0, 15);
  far.ankle = about(random, 22, 18);
  if (random.chance(0.4)) pose.support = 'air';
};

const sit: Action = (pose, random, near, far) => {
  const legs = random.integer(4);
  for (const side of [near, far]) {
    leg(side, about(random, 86, 8), about(random, 12, 12), about(random, 84, 14));
    if (legs === 1) leg(side, about(random, 82, 6), about(random, 8, 8), random.between(25, 60));
  }
  pose.lean = about(random, -4, 9);
  pose.spineFlex = about(random, 14, 16);
  flattenFeet(pose, random);
  if (legs === 2) {
    leg(near, about(random, 98, 5), about(random, -8, 5), about(random, 72, 10)); // crossed over
    near.ankle = random.between(5, 35);
  }
  const hands = random.integer(4);
  for (const side of [near, far]) {
    if (hands === 0)
      arm(
        side,
        about(random, 32, 10),
        about(random, 12, 8),
        about(random, 25, 15),
        about(random, 52, 18),
      );
    else if (hands === 1) gesture(side, random);
    else if (hands === 2)
      arm(
        side,
        about(random, 42, 10),
        about(random, 14, 6),
        about(random, 35, 10),
        about(random, 80, 14),
      );
  }
  pose.support = 'seat';
};

const sitOnGround: Action = (pose, random, near, far) => {
  const style = random.integer(3);
  for (const side of [near, far]) {
    if (style === 0) {
      leg(side, about(random, 78, 8), about(random, 62, 8), about(random, 122, 12)); // cross-legged
      side.legTwist = about(random, -48, 8);
    } else if (style === 1)
      leg(side, about(random, 84, 6), about(random, 10, 9), random.between(3, 25));
    else leg(side, about(random, 118, 8), about(random, 9, 7), about(random, 122, 12)); // hugged knees
    side.ankle = about(random, 12, 14);
    if (style === 1)
      arm(
        side,
        about(random, -30, 12),
        about(random, 22, 12),
        about(random, -20, 20),
        random.between(3, 25),
      );
    else
      arm(
        side,
        about(random, 48, 14),
        about(random, 16, 12),
        about(random, 25, 20),
        about(random, 52, 26),
      );
  }
  pose.lean = style === 1 ? about(random, -18, 10) : about(random, 0, 8);
  pose.spineFlex = about(random, 20, 15);
  pose.support = 'ground';
};

const squat: Action = (pose, random, near, far) => {
  const depth = random.between(0.35, 1);
  for (const side of [near, far]) {
    leg(side, depth * about(random, 112, 8), about(random, 18, 12), depth * about(random, 122, 10));
    if (random.chance(0.5))
      arm(
        side,
        about(random, 78, 15),
        about(random, 14, 12),
        about(random, 10, 20),
        random.between(5, 50),
      );
    else
      arm(
        side,
        about(random, 48, 12),
        about(random, 12, 8),
        about(random, 35, 15),
        about(random, 82, 25),
      );
  }
  pose.lean = depth * about(random, 26, 8);
  pose.spineFlex = about(random, 12, 12);
  pose.headFlex = about(random, -14, 14);
  flattenFeet(pose, random);
};

const bend: Action = (pose, random, near, far) => {
  pose.lean = random.between(25, 72);
  pose.spineFlex = random.between(15, 60);
  pose.headFlex = about(random, -5, 25);
  for (const side of [near, far]) {
    leg(side, pose.lean + about(random, 2, 8), about(random, 5, 5), random.between(0, 35));
    arm(
      side,
      random.between(40, 105),
      about(random, 8, 10),
      about(random, 20, 20),
      random.between(3, 50),
    );
  }
  if (random.chance(0.3))
    arm(far, about(random, -20, 20), about(random, 20, 12), 20, random.between(10, 90));
  flattenFeet(pose, random);
};

const lunge: Action = (pose, random, near, far) => {
  const depth = random.between(0.5, 1);
  leg(near, depth * about(random, 85, 8), about(random, 8, 8), depth * about(random, 88, 8));
  leg(far, -depth * about(random, 22, 8), about(random, 6, 5), random.between(5, 75) * depth);
  pose.lean = about(random, 5, 10);
  flattenFeet(pose, random);
  far.ankle = about(random, 0, 20);
  gesture(near, random);
  gesture(far, random);
};

const jump: Action = (pose, random, near, far) => {
  const tuck = random.uniform();
  for (const side of [near, far]) {
    leg(
      side,
      about(random, tuck * 62, 18),
      about(random, 14, 14),
      about(random, 20 + tuck * 75, 20),
    );
    arm(
      side,
      random.between(-20, 110),
      random.between(20, 130),
      about(random, 0, 35),
      random.between(5, 75),
    );
    side.ankle = about(random, 26, 18);
  }
  pose.spineFlex = about(random, 0, 20);
  pose.lean = about(random, 5, 14);
  pose.support = 'air';
};

const kick: Action = (pose, random, near, far) => {
  leg(near, random.between(25, 98), about(random, 10, 14), random.between(0, 45));
  leg(far, about(random, 2, 6), about(random, 4, 4), random.between(3, 25));
  pose.lean = about(random, -10, 10);
  arm(near, about(random, -28, 14), about(random, 35, 22), 10, random.between(5, 45));
  arm(far, about(random, 35, 25), about(random, 50, 30), 10, random.between(5, 55));
  flattenFeet(pose, random);
  near.ankle = about(random, 22, 18);
};

const swingArm: Action = (pose, random, near, far) => {
  // Throwing, serving, a racket or bat behind the shoulder.
  leg(near, random.between(-25, 15), about(random, 12, 8), random.between(5, 40));
  leg(far, random.between(5, 45), about(random, 12, 8), random.between(5, 45));
  arm(
    near,
    random.between(-25, 75),
    random.between(70, 140),
    random.between(-90, -30),
    random.between(40, 115),
  );
  arm(
    far,
    random.between(25, 100),
    random.between(10, 80),
    about(random, 10, 30),
    random.between(10, 80),
  );
  pose.spineTwist = (near === pose.left ? 1 : -1) * random.between(0, 38);
  pose.spineFlex = about(random, 4, 18);
  pose.spineSide = about(random, 0, 16);
  pose.lean = about(random, 5, 10);
  flattenFeet(pose, random);
};

const lie: Action = (pose, random, near, far) => {
  pose.lean = (random.chance(0.65) ? -1 : 1) * about(random, 88, 6);
  pose.roll = 0;
  pose.headFlex = about(random, pose.lean < 0 ? 12 : -12, 14);
  for (const side of [near, far]) {
    leg(
      side,
      random.chance(0.5) ? about(random, 4, 6) : random.between(10, 60),
      about(random, 8, 8),
      0,
    );
    side.knee = Math.max(0, side.legForward * about(random, 1.7, 0.4));
    arm(
      side,
      about(random, 10, 30),
      random.between(8, 150),
      about(random, 0, 30),
      random.between(5, 110),
    );
    side.ankle = about(random, 25, 12);
  }
  pose.support = 'ground';
};

const balance: Action = (pose, random, near, far) => {
  if (random.chance(0.5)) {
    leg(near, about(random, 55, 10), about(random, 45, 10), about(random, 128, 8)); // foot at the other knee
    near.legTwist = -50;
  } else {
    leg(near, -random.between(10, 36), about(random, 5, 6), random.between(5, 90));
    pose.lean = random.between(0, 60);
  }
  leg(far, pose.lean + about(random, 1, 3), 3, random.between(0, 10));
  const both = random.chance(0.5);
  gesture(near, random);
  if (both)
    Object.assign(far, {
      armForward: near.armForward,
      armOut: near.armOut,
      armTwist: near.armTwist,
      elbow: near.elbow,
    });
  else gesture(far, random);
  flattenFeet(pose, random);
  near.ankle = 25;
};

const armsUp: Action = (pose, random, near, far) => {
  const forward = random.between(-15, 110);
  const out = random.between(75, 150);
  const elbow = random.between(5, 80);
  for (const side of [near, far])
    arm(
      side,
      about(random, forward, 12),
      about(random, out, 12),
      about(random, -35, 30),
      about(random, elbow, 14),
    );
  leg(near, about(random, 0, 8), about(random, 12, 10), random.between(0, 15));
  pose.spineFlex = about(random, -5, 12);
  pose.headFlex = about(random, -8, 18);
  flattenFeet(pose, random);
};

const crossedArms: Action = (pose, random, near, far) => {
  arm(
    near,
    about(random, 32, 6),
    about(random, -2, 5),
    about(random, 72, 8),
    about(random, 108, 8),
  );
  arm(far, about(random, 40, 6), about(random, -2, 5), about(random, 70, 8), about(random, 112, 8));
  pose.spineFlex = about(random, 2, 6);
};

const stand: Action = (pose, random, near, far) => {
  // Weight on one leg.
  if (random.chance(0.5)) {
    near.legForward = random.between(0, 22);
    near.knee = random.between(5, 32);
    pose.roll = (near === pose.left ? -1 : 1) * random.between(0, 6);
    pose.spineSide = -pose.roll * 1.5;
    far.legOut = about(random, 3, 3);
  }
  flattenFeet(pose, random);
  if (random.chance(0.55)) gesture(near, random);
  if (random.chance(0.35)) gesture(far, random);
};

const kneel: Action = (pose, random, near, far) => {
  const both = random.chance(0.4);
  leg(
    near,
    both ? about(random, 8, 8) : about(random, 86, 8),
    about(random, 6, 6),
    both ? about(random, 100, 10) : about(random, 88, 8),
  );
  leg(far, about(random, 4, 10), about(random, 6, 6), about(random, 98, 12));
  pose.lean = about(random, 3, 8);
  flattenFeet(pose, random);
  far.ankle = 48;
  if (both) near.ankle = 48;
  gesture(near, random);
  gesture(far, random);
  pose.support = 'ground';
};

const free: Action = (pose, random, near, far) => {
  // Dance: anything within comfortable limits.
  for (const side of [near, far]) {
    leg(side, random.between(-25, 60), random.between(0, 35), random.between(0, 80));
    arm(
      side,
      random.between(-40, 120),
      random.between(0, 120),
      random.between(-70, 70),
      random.between(0, 130),
    );
    side.ankle = about(random, 10, 25);
  }
  pose.lean = about(random, 8, 18);
  pose.roll = about(random, 0, 12);
  pose.spineFlex = about(random, 8, 25);
  pose.spineSide = about(random, 0, 24);
  pose.spineTwist = about(random, 0, 32);
};

const ACTIONS: readonly (readonly [number, Action])[] = [
  [22, stand],
  [5, crossedArms],
  [16, walk],
  [9, run],
  [9, armsUp],
  [10, sit],
  [4, sitOnGround],
  [4, squat],
  [5, bend],
  [4, lunge],
  [5, jump],
  [4, kick],
  [7, swingArm],
  [2.5, lie],
  [3, balance],
  [3, kneel],
  [7, free],
];

const TOTAL = ACTIONS.reduce((sum, [weight]) => sum + weight, 0);
