import type { Body } from './body.js';
import { type Cone, cone, ellipsoid, PART } from './cone.js';
import type { Joints } from './kinematics.js';
import { MATERIAL, type Outfit } from './outfit.js';
import { pointIn, type Vector } from './rotation.js';

/** Places on the head in units of its height, from its centre: x left, y up (chin -0.5, top 0.5), z forward. */
export const HEAD_POINTS = {
  nose: [0, -0.14, 0.47],
  eye: [0.15, 0, 0.345],
  ear: [0.37, -0.05, -0.04],
} as const;

/** Skull, jaw, nose, ears, hair and hat. */
export function buildHead(body: Body, outfit: Outfit, joints: Joints): Cone[] {
  const { head, headFrame } = joints;
  const unit = body.headHeight;
  const wide = body.headWidth / 0.73;
  const at = (x: number, y: number, z: number): Vector =>
    pointIn(head, headFrame, x * wide, y * unit, z * unit);
  const size = (x: number, y: number, z: number): Vector => [x * wide, y * unit, z * unit];
  const ball = (part: number, material: number, centre: Vector, half: Vector): Cone =>
    ellipsoid(part, material, headFrame, centre, half);

  const solids: Cone[] = [
    ball(PART.head, MATERIAL.face, at(0, 0.1, -0.03), size(0.365, 0.4, 0.43)),
    cone(
      PART.head,
      MATERIAL.face,
      headFrame,
      at(0, -0.06, 0.12),
      at(0, -0.36, 0.19),
      0.3 * unit,
      0.15 * unit,
      {
        squeeze: [wide / unit, 1, 0.85],
      },
    ),
    cone(
      PART.head,
      MATERIAL.skin,
      headFrame,
      at(0, 0, 0.36),
      at(0, -0.13, 0.42),
      0.04 * unit,
      0.072 * unit,
    ),
    ball(PART.head, MATERIAL.skin, at(0.36, -0.04, -0.04), size(0.055, 0.13, 0.085)),
    ball(PART.head, MATERIAL.skin, at(-0.36, -0.04, -0.04), size(0.055, 0.13, 0.085)),
  ];
  const add = (part: number, material: number, centre: Vector, half: Vector): void => {
    solids.push(ball(part, material, centre, half));
  };
  const hair = PART.hair;
  const covered = outfit.hat === 'cap' || outfit.hat === 'beanie' || outfit.hat === 'helmet';
  if (outfit.hair === 'full' && !covered)
    add(hair, MATERIAL.hair, at(0, 0.17, -0.07), size(0.42, 0.42, 0.44));
  if (outfit.hair === 'short' && !covered)
    add(hair, MATERIAL.hair, at(0, 0.15, -0.06), size(0.385, 0.39, 0.425));
  if (outfit.hair === 'long') {
    if (!covered) add(hair, MATERIAL.hair, at(0, 0.15, -0.06), size(0.415, 0.41, 0.44));
    const down = pointIn(joints.neck, joints.neckFrame, 0, -0.01, -0.045);
    solids.push(
      cone(hair, MATERIAL.hair, headFrame, at(0, 0.05, -0.14), down, 0.39 * unit, 0.42 * unit, {
        squeeze: [1.02, 0.6, 0.72],
      }),
    );
  }
  if (outfit.hair === 'tail' || outfit.hair === 'bun') {
    if (!covered) add(hair, MATERIAL.hair, at(0, 0.14, -0.06), size(0.38, 0.385, 0.42));
    if (outfit.hair === 'bun') add(hair, MATERIAL.hair, at(0, 0.36, -0.36), size(0.2, 0.2, 0.2));
    else
      solids.push(
        cone(
          hair,
          MATERIAL.hair,
          headFrame,
          at(0, 0.2, -0.5),
          at(0, -0.55, -0.58),
          0.13 * unit,
          0.09 * unit,
        ),
      );
  }
  switch (outfit.hat) {
    case 'cap':
      add(hair, MATERIAL.hat, at(0, 0.23, -0.04), size(0.4, 0.34, 0.45));
      add(hair, MATERIAL.hat, at(0, 0.2, 0.42), size(0.29, 0.035, 0.27));
      break;
    case 'beanie':
      add(hair, MATERIAL.hat, at(0, 0.26, -0.06), size(0.42, 0.38, 0.46));
      break;
    case 'helmet':
      add(hair, MATERIAL.hat, at(0, 0.2, -0.06), size(0.48, 0.44, 0.52));
      break;
    case 'brim':
      add(hair, MATERIAL.hat, at(0, 0.32, -0.02), size(0.4, 0.32, 0.42));
      add(hair, MATERIAL.hat, at(0, 0.25, 0), size(0.74, 0.035, 0.74));
      break;
    default:
  }
  return solids;
}
