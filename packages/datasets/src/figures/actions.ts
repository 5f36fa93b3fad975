import type { Random } from '@pose-distill/internal-random';
import { bend, kneel, lie, lunge, sit, sitOnGround, squat } from './low-actions.js';
import { limitPose, type Pose } from './pose.js';
import { type Action, standing } from './stance.js';
import {
  armsUp,
  balance,
  crossedArms,
  free,
  jump,
  kick,
  run,
  stand,
  swingArm,
  walk,
} from './upright-actions.js';

/** Draws an action, then a pose of it. */
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

const TOTAL = /* @__PURE__ */ ACTIONS.reduce((sum, [weight]) => sum + weight, 0);
