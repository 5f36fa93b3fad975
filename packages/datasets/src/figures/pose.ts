/** Angles of one arm and one leg in degrees; both sides use the same signs. */
export interface SidePose {
  /** Upper arm swung forward (+) or back (-) from hanging. */
  armForward: number;
  /** Upper arm swung away from the body. */
  armOut: number;
  /** Inward (+) turn of the upper arm about itself. */
  armTwist: number;
  /** Bend of the elbow. */
  elbow: number;
  /** Bend of the wrist towards the palm side. */
  wrist: number;
  /** Sideways bend of the hand. */
  handSide: number;
  /** Thigh swung forward (+) or back (-). */
  legForward: number;
  /** Thigh swung away from the body. */
  legOut: number;
  /** Inward (+) turn of the thigh about itself. */
  legTwist: number;
  /** Bend of the knee. */
  knee: number;
  /** Toes down (+) or up (-). */
  ankle: number;
}

/** What carries the person. */
export type Support = 'feet' | 'seat' | 'ground' | 'air';

/** The joint angles of a whole person, in degrees. */
export interface Pose {
  /** Pelvis tilted forward (+). */
  lean: number;
  /** Pelvis tilted towards the person's right (+). */
  roll: number;
  spineFlex: number;
  spineSide: number;
  spineTwist: number;
  headFlex: number;
  headSide: number;
  headTwist: number;
  left: SidePose;
  right: SidePose;
  support: Support;
}

const SIDE_LIMITS: Record<keyof SidePose, readonly [number, number]> = {
  armForward: [-55, 178],
  armOut: [-45, 178],
  armTwist: [-95, 95],
  elbow: [0, 148],
  wrist: [-60, 65],
  handSide: [-25, 30],
  legForward: [-38, 128],
  legOut: [-25, 85],
  legTwist: [-60, 45],
  knee: [0, 148],
  ankle: [-28, 52],
};

const TRUNK_LIMITS = {
  spineFlex: [-35, 75],
  spineSide: [-32, 32],
  spineTwist: [-50, 50],
  headFlex: [-45, 50],
  headSide: [-32, 32],
  headTwist: [-75, 75],
} as const;

/** Brings every angle into the range a healthy joint reaches; a hip of a bent knee reaches further than a straight one. */
export function limitPose(pose: Pose): Pose {
  for (const side of [pose.left, pose.right]) {
    for (const key of Object.keys(SIDE_LIMITS) as (keyof SidePose)[]) {
      const [low, high] = SIDE_LIMITS[key];
      side[key] = Math.min(high, Math.max(low, side[key]));
    }
    side.legForward = Math.min(side.legForward, 92 + side.knee * 0.4);
    const reach = Math.sqrt(side.armForward * side.armForward + side.armOut * side.armOut);
    if (reach > 178) {
      side.armForward *= 178 / reach;
      side.armOut *= 178 / reach;
    }
  }
  for (const key of Object.keys(TRUNK_LIMITS) as (keyof typeof TRUNK_LIMITS)[]) {
    const [low, high] = TRUNK_LIMITS[key];
    pose[key] = Math.min(high, Math.max(low, pose[key]));
  }
  return pose;
}
