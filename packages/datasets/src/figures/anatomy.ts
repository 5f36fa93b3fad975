import type { Body } from './body.js';
import type { Cone } from './cone.js';
import { buildHead } from './head.js';
import type { Joints } from './kinematics.js';
import { buildArm, buildLeg } from './limbs.js';
import type { Outfit } from './outfit.js';
import { buildSkirt, buildTrunk } from './trunk.js';

/** The clothed body as solids. */
export function buildFigure(body: Body, outfit: Outfit, joints: Joints): Cone[] {
  const solids = [...buildTrunk(body, outfit, joints), ...buildHead(body, outfit, joints)];
  for (const side of [joints.left, joints.right]) {
    solids.push(...buildArm(body, outfit, side), ...buildLeg(body, outfit, side));
  }
  if (outfit.skirt > 0) solids.push(buildSkirt(body, outfit, joints));
  return solids;
}
