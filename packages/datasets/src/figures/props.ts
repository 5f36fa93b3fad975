import type { Random } from '@pose-distill/internal-random';
import type { Body } from './body.js';
import { type Cone, cone, ellipsoid, PART } from './cone.js';
import type { Joints } from './kinematics.js';
import { MATERIAL, type Outfit } from './outfit.js';
import type { Pose } from './pose.js';
import { IDENTITY, pointIn, type Vector } from './rotation.js';

/** What the person wears on the back or holds. */
export function buildThing(body: Body, outfit: Outfit, joints: Joints, random: Random): Cone[] {
  const side = random.chance(0.5) ? joints.left : joints.right;
  const thing = PART.thing;
  const material = MATERIAL.thing;
  const grip = pointIn(side.wrist, side.hand, 0, -body.hand * 0.55, 0);
  switch (outfit.thing) {
    case 'backpack': {
      const from = pointIn(
        joints.waist,
        joints.chestFrame,
        0,
        0,
        -body.chestRadius * body.trunkDepth - 0.04,
      );
      const to = pointIn(
        joints.chest,
        joints.chestFrame,
        0,
        0.01,
        -body.chestRadius * body.trunkDepth - 0.035,
      );
      return [
        cone(thing, material, joints.chestFrame, from, to, 0.085, 0.075, {
          squeeze: [1, 0.6, 0.62],
        }),
      ];
    }
    case 'bag': {
      const low: Vector = [grip[0], grip[1] - random.between(0.07, 0.16), grip[2]];
      return [
        cone(thing, MATERIAL.glass, IDENTITY, grip, low, 0.006, 0.006),
        ellipsoid(
          thing,
          material,
          joints.pelvisFrame,
          [low[0], low[1] - 0.05, low[2]],
          [0.035, 0.075, 0.085],
        ),
      ];
    }
    case 'ball': {
      const radius = random.between(0.05, 0.085);
      return [
        ellipsoid(
          thing,
          material,
          side.hand,
          pointIn(grip, side.hand, -side.sign * radius, -0.01, 0),
          [radius, radius, radius],
        ),
      ];
    }
    case 'stick': {
      const length = random.between(0.15, 0.5);
      const tip = pointIn(grip, side.hand, 0, -0.05, length);
      const butt = pointIn(grip, side.hand, 0, 0.01, -random.between(0.02, 0.12));
      const solids = [cone(thing, MATERIAL.glass, side.hand, butt, tip, 0.009, 0.011)];
      if (random.chance(0.5))
        solids.push(ellipsoid(thing, material, side.hand, tip, [0.012, 0.06, 0.09]));
      return solids;
    }
    default:
      return [];
  }
}

/** A seat under a sitting person: stool, bench or chair. `floor` is the height of the ground. */
export function buildSeat(body: Body, pose: Pose, floor: number, random: Random): Cone[] {
  if (pose.support !== 'seat') return [];
  const { furniture } = PART;
  const material = MATERIAL.furniture;
  const height = -body.hipRadius * 0.72;
  const wide = random.pick([0.12, 0.13, 0.3, 0.6]);
  const solid = random.chance(0.35);
  const thickness = solid ? (height - floor) / 2 : random.between(0.014, 0.035);
  const y = height - thickness;
  const solids = [
    cone(
      furniture,
      material,
      IDENTITY,
      [wide - 0.1, y, 0.035],
      [0.1 - wide, y, 0.035],
      0.13,
      0.13,
      {
        squeeze: [1, thickness / 0.13, 1],
      },
    ),
  ];
  if (!solid) {
    for (const x of [-wide + 0.02, wide - 0.02]) {
      for (const z of [-0.06, 0.13]) {
        solids.push(
          cone(
            furniture,
            MATERIAL.glass,
            IDENTITY,
            [x, y, z],
            [x * 1.06, floor, z * 1.1],
            0.011,
            0.009,
          ),
        );
      }
    }
  }
  if (random.chance(0.5)) {
    const back = -body.hipRadius * body.trunkDepth - 0.065;
    solids.push(
      cone(
        furniture,
        material,
        IDENTITY,
        [wide - 0.06, 0.2, back - 0.02],
        [0.06 - wide, 0.2, back - 0.02],
        0.1,
        0.1,
        {
          squeeze: [1, random.between(0.5, 1.4), 0.2],
        },
      ),
      cone(
        furniture,
        MATERIAL.glass,
        IDENTITY,
        [wide - 0.03, y, back],
        [wide - 0.03, 0.25, back - 0.025],
        0.012,
        0.012,
      ),
      cone(
        furniture,
        MATERIAL.glass,
        IDENTITY,
        [0.03 - wide, y, back],
        [0.03 - wide, 0.25, back - 0.025],
        0.012,
        0.012,
      ),
    );
  }
  return solids;
}
