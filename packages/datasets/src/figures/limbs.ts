import type { Body } from './body.js';
import { type Cone, cone, ellipsoid, PART } from './cone.js';
import type { SideJoints } from './kinematics.js';
import { MATERIAL, type Outfit } from './outfit.js';
import { between, pointIn, type Vector } from './rotation.js';

/** Arm, sleeve and hand. */
export function buildArm(body: Body, outfit: Outfit, side: SideJoints): Cone[] {
  const { skin, plainTop } = MATERIAL;
  const left = side.sign > 0;
  const upper = left ? PART.leftUpperArm : PART.rightUpperArm;
  const fore = left ? PART.leftForearm : PART.rightForearm;
  const palm = left ? PART.leftHand : PART.rightHand;
  const { shoulder, elbow, wrist } = side;
  const long = outfit.sleeves === 1;
  const grow = long ? 1.08 + outfit.loose * 0.8 : 1;
  const [r0, r1, r2] = body.armRadii;
  const bulge = between(elbow, wrist, 0.28);
  const cover = long ? plainTop : skin;
  const solids: Cone[] = [
    cone(
      upper,
      outfit.sleeves > 0 ? plainTop : skin,
      side.upperArm,
      shoulder,
      elbow,
      r0 * grow,
      r1 * grow,
      {
        otherMaterial: cover,
        split: outfit.sleeves * 1.9,
      },
    ),
    cone(fore, cover, side.forearm, elbow, bulge, r1 * grow, r1 * 1.05 * grow),
    cone(fore, cover, side.forearm, bulge, wrist, r1 * 1.05 * grow, r2 * (long ? grow * 1.05 : 1), {
      otherMaterial: skin,
      split: 0.93,
    }),
  ];
  if (outfit.sleeves > 0 && !long) {
    const end = between(shoulder, elbow, Math.min(1, outfit.sleeves * 1.9));
    const wide = 1.1 + outfit.loose;
    solids.push(
      cone(upper, plainTop, side.upperArm, shoulder, end, r0 * 1.06, (r0 * 0.4 + r1 * 0.6) * wide),
    );
  }
  const h = body.hand;
  const at = (x: number, y: number, z: number): Vector =>
    pointIn(wrist, side.hand, x * h * side.sign, y * h, z * h);
  solids.push(
    ellipsoid(palm, skin, side.hand, at(0, -0.33, 0.02), [h * 0.15, h * 0.36, h * 0.24]),
    cone(palm, skin, side.hand, at(0, -0.5, 0.02), at(-0.12, -0.93, 0.03), h * 0.19, h * 0.12, {
      squeeze: [0.62, 0.8, 1.05],
    }),
    cone(palm, skin, side.hand, at(-0.03, -0.2, 0.13), at(-0.1, -0.52, 0.32), h * 0.1, h * 0.075),
  );
  return solids;
}

/** Leg, trouser leg and foot. */
export function buildLeg(body: Body, outfit: Outfit, side: SideJoints): Cone[] {
  const { skin, bottom, shoe, sock } = MATERIAL;
  const left = side.sign > 0;
  const thigh = left ? PART.leftThigh : PART.rightThigh;
  const shank = left ? PART.leftShank : PART.rightShank;
  const foot = left ? PART.leftFoot : PART.rightFoot;
  const { hip, knee, ankle } = side;
  const [r0, r1, r2] = body.legRadii;
  const covered = outfit.skirt > 0 ? 0.08 : outfit.legs;
  const long = covered === 1;
  const grow = long ? 1.05 + outfit.loose * 0.7 : 1;
  const cover = long ? bottom : skin;
  const calf = pointIn(between(knee, ankle, 0.3), side.shank, 0, 0, -r1 * 0.18);
  const calfRadius = r1 * (long ? 1.02 : 1.08) * grow;
  const low = long ? sock : skin;
  const solids: Cone[] = [
    cone(
      thigh,
      bottom,
      side.thigh,
      hip,
      knee,
      r0 * (long ? 1 + outfit.loose * 0.3 : 1),
      r1 * grow,
      {
        otherMaterial: cover,
        split: covered * 2,
      },
    ),
    cone(shank, cover, side.shank, knee, calf, r1 * grow, calfRadius, {
      otherMaterial: covered > 0.5 && !long ? skin : cover,
      split: 2,
    }),
    cone(
      shank,
      cover,
      side.shank,
      calf,
      ankle,
      calfRadius,
      r2 * (long ? 1.15 + outfit.loose * 1.4 : 1),
      {
        otherMaterial: low,
        split: long ? 0.94 : 0.82,
      },
    ),
  ];
  if (covered > 0.1 && !long) {
    const share = covered * 2;
    const wide = 1.12 + outfit.loose * 0.9;
    const end = share <= 1 ? between(hip, knee, share) : between(knee, ankle, share - 1);
    const radius = share <= 1 ? r0 + (r1 - r0) * share : r1;
    if (share > 1)
      solids.push(cone(shank, bottom, side.shank, knee, end, r1 * wide, radius * wide));
    solids.push(
      cone(
        thigh,
        bottom,
        side.thigh,
        hip,
        share <= 1 ? end : knee,
        r0 * 1.03,
        (share <= 1 ? radius : r1) * wide,
      ),
    );
  }
  const sole = -body.ankleHeight;
  const at = (x: number, y: number, z: number): Vector =>
    pointIn(ankle, side.foot, x * side.sign, y, z);
  const f = body.foot;
  solids.push(
    cone(
      foot,
      shoe,
      side.foot,
      at(0, sole + 0.023, -f * 0.2),
      at(0.004, sole + 0.018, f * 0.6),
      0.0265,
      0.0235,
      {
        squeeze: [1, 0.86, 1],
        shift: sole + 0.023,
      },
    ),
    cone(
      foot,
      shoe,
      side.foot,
      at(0, -0.004, -0.006),
      at(0.002, sole + 0.02, f * 0.42),
      r2 * 1.12,
      0.022,
      { shift: -0.004 },
    ),
  );
  return solids;
}
