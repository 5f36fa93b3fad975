import { type Action, about, arm, flattenFeet, gesture, leg } from './stance.js';

export const walk: Action = (pose, random, near, far) => {
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

export const run: Action = (pose, random, near, far) => {
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

export const jump: Action = (pose, random, near, far) => {
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

export const kick: Action = (pose, random, near, far) => {
  leg(near, random.between(25, 98), about(random, 10, 14), random.between(0, 45));
  leg(far, about(random, 2, 6), about(random, 4, 4), random.between(3, 25));
  pose.lean = about(random, -10, 10);
  arm(near, about(random, -28, 14), about(random, 35, 22), 10, random.between(5, 45));
  arm(far, about(random, 35, 25), about(random, 50, 30), 10, random.between(5, 55));
  flattenFeet(pose, random);
  near.ankle = about(random, 22, 18);
};

export const swingArm: Action = (pose, random, near, far) => {
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

export const balance: Action = (pose, random, near, far) => {
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

export const armsUp: Action = (pose, random, near, far) => {
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

export const crossedArms: Action = (pose, random, near, far) => {
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

export const stand: Action = (pose, random, near, far) => {
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

export const free: Action = (pose, random, near, far) => {
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
