import type { Body } from './body.js';
import { type Cone, cone, ellipsoid, PART } from './cone.js';
import { buildHead } from './head.js';
import type { Joints, SideJoints } from './kinematics.js';
import { MATERIAL, type Outfit } from './outfit.js';
import { between, frameAlong, pointIn, type Vector } from './rotation.js';

/** The clothed body as solids. */
export function buildFigure(body: Body, outfit: Outfit, joints: Joints): Cone[] {
  const solids = [...buildTrunk(body, outfit, joints), ...buildHead(body, outfit, joints)];
  for (const side of [joints.left, joints.right]) {
    solids.push(...buildArm(body, outfit, side), ...buildLeg(body, outfit, side));
  }
  if (outfit.skirt > 0) solids.push(buildSkirt(body, outfit, joints));
  return solids;
}

function buildTrunk(body: Body, outfit: Outfit, joints: Joints): Cone[] {
  const { pelvis, waist, chest, neck, pelvisFrame, abdomenFrame, chestFrame, neckFrame } = joints;
  const { top, bottom, skin } = MATERIAL;
  const trunk = PART.trunk;
  const cloth = 1 + outfit.loose * 0.35;
  const deep = body.trunkDepth;
  const hips = body.hipRadius * (outfit.hem > 0 ? cloth : 1);
  const waistRadius = body.waistRadius * cloth;
  const chestRadius = body.chestRadius * (1 + outfit.loose * 0.2);
  // Height over the hips at which the top begins.
  const border = outfit.hem < -0.1 ? -1 : -outfit.hem;
  const core = hips * 0.55;
  const solids: Cone[] = [
    cone(
      trunk,
      bottom,
      pelvisFrame,
      pointIn(pelvis, pelvisFrame, hips - core, 0.004, -0.006),
      pointIn(pelvis, pelvisFrame, core - hips, 0.004, -0.006),
      core,
      core,
      {
        squeeze: [1, 0.9, (hips * deep) / core],
      },
    ),
    cone(trunk, bottom, abdomenFrame, pelvis, waist, hips * 0.98, waistRadius, {
      squeeze: [1, 0.32, deep],
      otherMaterial: top,
      split: border < 0 ? -1 : border / body.pelvisToWaist,
    }),
    cone(trunk, top, chestFrame, waist, chest, waistRadius, chestRadius, {
      squeeze: [1, 0.5, deep],
      shift: body.pelvisToWaist,
    }),
    cone(
      trunk,
      top,
      chestFrame,
      chest,
      pointIn(neck, chestFrame, 0, -0.035, -0.004),
      chestRadius,
      body.shoulderHalf * 0.62,
      {
        squeeze: [1, 0.42, deep * 0.94],
        shift: body.pelvisToWaist + body.waistToChest,
      },
    ),
    cone(
      trunk,
      top,
      chestFrame,
      joints.left.shoulder,
      joints.right.shoulder,
      body.shoulderRadius,
      body.shoulderRadius,
      {
        squeeze: [1, 0.95, 1.08],
        shift: body.pelvisToWaist + body.waistToChest + body.chestToNeck - 0.02,
      },
    ),
    cone(
      trunk,
      outfit.collar ? top : skin,
      neckFrame,
      pointIn(neck, neckFrame, 0, -0.01, 0),
      pointIn(neck, neckFrame, 0, body.neckLength + 0.02, 0.012),
      body.neckRadius * 1.08,
      body.neckRadius,
      {
        otherMaterial: skin,
        split: 0.45,
      },
    ),
  ];
  for (const side of [joints.left, joints.right]) {
    solids.push(
      cone(
        trunk,
        top,
        chestFrame,
        pointIn(neck, neckFrame, 0, body.neckLength * 0.32, -0.008),
        side.shoulder,
        body.neckRadius * 0.8,
        body.shoulderRadius * 0.85,
        {
          shift: body.pelvisToWaist + body.waistToChest + body.chestToNeck,
        },
      ),
      ellipsoid(
        trunk,
        bottom,
        pelvisFrame,
        pointIn(pelvis, pelvisFrame, side.sign * hips * 0.48, -0.012, -hips * 0.3),
        [hips * 0.52, hips * 0.62, hips * 0.58],
      ),
    );
    if (body.curves > 0.5 && body.age > 0.8) {
      const bust = 0.03 + 0.014 * body.weight;
      solids.push(
        ellipsoid(
          trunk,
          top,
          chestFrame,
          pointIn(
            chest,
            chestFrame,
            side.sign * chestRadius * 0.46,
            0.012,
            chestRadius * deep * 0.72,
          ),
          [bust * 1.15, bust * 1.05, bust * 1.05],
          { shift: body.pelvisToWaist + body.waistToChest },
        ),
      );
    }
  }
  if (body.weight > 0.3) {
    solids.push(
      ellipsoid(
        trunk,
        border < 0.02 ? top : bottom,
        abdomenFrame,
        pointIn(waist, abdomenFrame, 0, -0.035, waistRadius * deep * 0.42),
        [
          waistRadius * 0.8,
          body.pelvisToWaist * 0.75,
          waistRadius * deep * (0.5 + 0.45 * body.weight),
        ],
        { shift: body.pelvisToWaist - 0.035 },
      ),
    );
  }
  if (outfit.hem > 0) {
    solids.push(
      cone(
        trunk,
        top,
        pelvisFrame,
        pelvis,
        pointIn(pelvis, pelvisFrame, 0, -outfit.hem * 0.6, 0),
        hips * 1.03,
        hips * 1.06,
        {
          squeeze: [1, 0.22, deep * 1.06],
        },
      ),
    );
  }
  return solids;
}

function buildArm(body: Body, outfit: Outfit, side: SideJoints): Cone[] {
  const { skin, top } = MATERIAL;
  const left = side.sign > 0;
  const upper = left ? PART.leftUpperArm : PART.rightUpperArm;
  const fore = left ? PART.leftForearm : PART.rightForearm;
  const palm = left ? PART.leftHand : PART.rightHand;
  const { shoulder, elbow, wrist } = side;
  const long = outfit.sleeves === 1;
  const grow = long ? 1.08 + outfit.loose * 0.8 : 1;
  const [r0, r1, r2] = body.armRadii;
  const bulge = between(elbow, wrist, 0.28);
  const cover = long ? top : skin;
  const solids: Cone[] = [
    cone(
      upper,
      outfit.sleeves > 0 ? top : skin,
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
      cone(upper, top, side.upperArm, shoulder, end, r0 * 1.06, (r0 * 0.4 + r1 * 0.6) * wide),
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

function buildLeg(body: Body, outfit: Outfit, side: SideJoints): Cone[] {
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

function buildSkirt(body: Body, outfit: Outfit, joints: Joints): Cone {
  const reach = (side: SideJoints): Vector =>
    outfit.skirt <= 0.5
      ? between(side.hip, side.knee, outfit.skirt * 2)
      : between(side.knee, side.ankle, outfit.skirt * 2 - 1);
  const left = reach(joints.left);
  const right = reach(joints.right);
  const end = between(left, right, 0.5);
  const dx = left[0] - right[0];
  const dy = left[1] - right[1];
  const dz = left[2] - right[2];
  const spread = Math.sqrt(dx * dx + dy * dy + dz * dz) / 2;
  const start = joints.pelvis;
  const frame = frameAlong(
    [end[0] - start[0], end[1] - start[1], end[2] - start[2]],
    spread > body.hipHalf * 1.7
      ? [dx, dy, dz]
      : [joints.pelvisFrame[0], joints.pelvisFrame[3], joints.pelvisFrame[6]],
  );
  const radius = Math.max(spread + body.legRadii[1] * 1.3, body.hipRadius * (0.9 + outfit.loose));
  return cone(PART.skirt, MATERIAL.bottom, frame, start, end, body.hipRadius * 1.02, radius, {
    squeeze: [1, 0.15, body.trunkDepth],
  });
}
