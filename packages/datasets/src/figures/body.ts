import type { Random } from '@pose-distill/internal-random';

/** Lengths and radii of one person, in units of the person's standing height. */
export interface Body {
  /** 0 for a toddler, 1 for an adult. */
  readonly age: number;
  /** 0 for a straight, 1 for a curved build. */
  readonly curves: number;
  /** 0 thin, 1 stout. */
  readonly weight: number;
  readonly headHeight: number;
  readonly headWidth: number;
  readonly neckLength: number;
  readonly neckRadius: number;
  readonly shoulderHalf: number;
  readonly shoulderRadius: number;
  readonly hipHalf: number;
  readonly hipRadius: number;
  readonly waistRadius: number;
  readonly chestRadius: number;
  /** Depth of the trunk over its width. */
  readonly trunkDepth: number;
  readonly pelvisToWaist: number;
  readonly waistToChest: number;
  readonly chestToNeck: number;
  readonly upperArm: number;
  readonly forearm: number;
  readonly hand: number;
  readonly thigh: number;
  readonly shank: number;
  readonly ankleHeight: number;
  readonly foot: number;
  /** At shoulder, elbow, wrist. */
  readonly armRadii: readonly [number, number, number];
  /** At hip, knee, ankle. */
  readonly legRadii: readonly [number, number, number];
}

/** Draws a body: adults mostly, some children, thin to stout. */
export function drawBody(random: Random): Body {
  const age = random.chance(0.78) ? random.between(0.85, 1) : random.between(0.15, 0.85);
  const curves = random.uniform();
  const weight = random.uniform() * random.uniform();
  const muscle = random.between(0.85, 1.18);
  const vary = (spread: number): number => random.between(1 - spread, 1 + spread);
  const youth = 1 - age;

  const headHeight = (0.131 + 0.07 * youth) * vary(0.05);
  const ankleHeight = 0.043;
  const legs = (0.487 - 0.07 * youth) * vary(0.04);
  const thigh = legs * 0.505 * vary(0.02);
  const shank = legs - thigh;
  const trunk = 1 - headHeight - 0.036 - ankleHeight - legs;
  const girth = (0.86 + 0.55 * weight) * (1 + 0.14 * youth);
  const arm = (0.325 - 0.03 * youth) * vary(0.04);
  const limb = (0.86 + 0.38 * weight) * muscle * (1 - 0.1 * curves) * (1 + 0.12 * youth);

  return {
    age,
    curves,
    weight,
    headHeight,
    headWidth: headHeight * 0.73 * vary(0.05),
    neckLength: 0.052 * vary(0.12),
    neckRadius: (0.031 - 0.005 * curves) * (0.9 + 0.4 * weight) * vary(0.06),
    shoulderHalf: (0.112 - 0.014 * curves - 0.006 * youth) * vary(0.06),
    shoulderRadius: 0.036 * limb,
    hipHalf: 0.05 * vary(0.08),
    hipRadius: (0.087 + 0.009 * curves) * girth * vary(0.05),
    waistRadius: (0.083 - 0.012 * curves) * (0.84 + 0.75 * weight) * (1 + 0.14 * youth),
    chestRadius: (0.098 - 0.01 * curves) * (0.9 + 0.4 * weight) * vary(0.05),
    trunkDepth: 0.66 + 0.14 * weight + 0.08 * youth,
    pelvisToWaist: trunk * 0.33,
    waistToChest: trunk * 0.36,
    chestToNeck: trunk * 0.31,
    upperArm: arm * 0.53,
    forearm: arm * 0.47,
    hand: 0.098 * vary(0.08),
    thigh,
    shank,
    ankleHeight,
    foot: 0.145 * vary(0.06),
    armRadii: [0.035 * limb, 0.0255 * limb, 0.0178 * limb],
    legRadii: [0.056 * (0.88 + 0.45 * weight) * vary(0.06), 0.0355 * limb, 0.0235 * limb],
  };
}
