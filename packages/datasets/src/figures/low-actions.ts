import { type Action, about, arm, flattenFeet, gesture, leg } from './stance.js';

export const sit: Action = (pose, random, near, far) => {
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

export const sitOnGround: Action = (pose, random, near, far) => {
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

export const squat: Action = (pose, random, near, far) => {
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

export const bend: Action = (pose, random, near, far) => {
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

export const lie: Action = (pose, random, near, far) => {
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

export const kneel: Action = (pose, random, near, far) => {
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

export const lunge: Action = (pose, random, near, far) => {
  const depth = random.between(0.5, 1);
  leg(near, depth * about(random, 85, 8), about(random, 8, 8), depth * about(random, 88, 8));
  leg(far, -depth * about(random, 22, 8), about(random, 6, 5), random.between(5, 75) * depth);
  pose.lean = about(random, 5, 10);
  flattenFeet(pose, random);
  far.ankle = about(random, 0, 20);
  gesture(near, random);
  gesture(far, random);
};
