import type { Body } from './body.js';
import { type Cone, cone, ellipsoid, PART } from './cone.js';
import type { Joints, SideJoints } from './kinematics.js';
import { MATERIAL, type Outfit } from './outfit.js';
import { between, frameAlong, pointIn, type Vector } from './rotation.js';

/** Pelvis, belly, chest, shoulders and neck. */
export function buildTrunk(body: Body, outfit: Outfit, joints: Joints): Cone[] {
  const { pelvis, waist, chest, neck, pelvisFrame, abdomenFrame, chestFrame, neckFrame } = joints;
  const { top, plainTop, bottom, skin } = MATERIAL;
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
      split: border < -0.5 ? -1 : Math.max(0.12, border / body.pelvisToWaist),
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
      body.shoulderHalf * 0.8,
      {
        squeeze: [1, 0.42, deep * 0.94],
        shift: body.pelvisToWaist + body.waistToChest,
      },
    ),
    cone(
      trunk,
      plainTop,
      chestFrame,
      joints.left.shoulder,
      joints.right.shoulder,
      body.shoulderRadius * 0.92,
      body.shoulderRadius * 0.92,
      {
        squeeze: [1, 0.9, 0.95],
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
        plainTop,
        chestFrame,
        pointIn(neck, neckFrame, 0, body.neckLength * 0.25, -0.014),
        side.shoulder,
        body.neckRadius * 0.72,
        body.shoulderRadius * 0.78,
        {
          shift: body.pelvisToWaist + body.waistToChest + body.chestToNeck,
        },
      ),
      ellipsoid(
        trunk,
        bottom,
        pelvisFrame,
        pointIn(pelvis, pelvisFrame, side.sign * hips * 0.47, -0.012, -hips * 0.2),
        [hips * 0.53, hips * 0.6, hips * 0.56],
      ),
    );
    if (body.curves > 0.5 && body.age > 0.8) {
      const bust = 0.026 + 0.012 * body.weight;
      solids.push(
        ellipsoid(
          trunk,
          plainTop,
          chestFrame,
          pointIn(
            chest,
            chestFrame,
            side.sign * chestRadius * 0.46,
            0.012,
            chestRadius * deep * 0.68,
          ),
          [bust * 1.4, bust * 1.2, bust],
          { shift: body.pelvisToWaist + body.waistToChest },
        ),
      );
    }
  }
  if (body.weight > 0.3) {
    solids.push(
      ellipsoid(
        trunk,
        border < 0.02 ? plainTop : bottom,
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
    const edge = pointIn(pelvis, pelvisFrame, 0, -outfit.hem * 0.6, 0);
    const start = pointIn(pelvis, pelvisFrame, 0, 0.03, 0);
    solids.push(
      cone(trunk, top, pelvisFrame, start, edge, hips * 1.03, hips * 1.07, {
        squeeze: [1, 0.2, Math.max(0.8, deep * 1.1)],
        shift: 0.03,
      }),
    );
  }
  return solids;
}

/** One cone around both legs. */
export function buildSkirt(body: Body, outfit: Outfit, joints: Joints): Cone {
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
