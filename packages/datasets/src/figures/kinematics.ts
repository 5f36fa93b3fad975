import type { Body } from './body.js';
import type { Pose, SidePose } from './pose.js';
import {
  aboutX,
  aboutY,
  aboutZ,
  multiply,
  pointIn,
  type Rotation,
  swing,
  type Vector,
} from './rotation.js';

/** The joints and bone frames of one arm and one leg. Limbs hang along -y of their frames. */
export interface SideJoints {
  /** +1 for the person's left, -1 for the right. */
  readonly sign: 1 | -1;
  readonly shoulder: Vector;
  readonly elbow: Vector;
  readonly wrist: Vector;
  readonly hip: Vector;
  readonly knee: Vector;
  readonly ankle: Vector;
  readonly upperArm: Rotation;
  readonly forearm: Rotation;
  readonly hand: Rotation;
  readonly thigh: Rotation;
  readonly shank: Rotation;
  readonly foot: Rotation;
}

/** A posed skeleton in body space (heights; x left, y up, z forward; the pelvis at the origin). */
export interface Joints {
  readonly pelvis: Vector;
  readonly waist: Vector;
  readonly chest: Vector;
  readonly neck: Vector;
  readonly head: Vector;
  readonly pelvisFrame: Rotation;
  readonly abdomenFrame: Rotation;
  readonly chestFrame: Rotation;
  readonly neckFrame: Rotation;
  readonly headFrame: Rotation;
  readonly left: SideJoints;
  readonly right: SideJoints;
}

/** Forward kinematics. */
export function poseBody(body: Body, pose: Pose): Joints {
  const pelvis: Vector = [0, 0, 0];
  const pelvisFrame = multiply(aboutZ(pose.roll), aboutX(pose.lean));
  const half = multiply(
    multiply(aboutY(pose.spineTwist / 2), aboutZ(pose.spineSide / 2)),
    aboutX(pose.spineFlex / 2),
  );
  const abdomenFrame = multiply(pelvisFrame, half);
  const chestFrame = multiply(abdomenFrame, half);
  const nod = multiply(
    multiply(aboutY(pose.headTwist / 2), aboutZ(pose.headSide / 2)),
    aboutX(pose.headFlex / 2),
  );
  const neckFrame = multiply(chestFrame, nod);
  const headFrame = multiply(neckFrame, nod);

  const waist = pointIn(pelvis, pelvisFrame, 0, body.pelvisToWaist, 0);
  const chest = pointIn(waist, abdomenFrame, 0, body.waistToChest, 0);
  const neck = pointIn(chest, chestFrame, 0, body.chestToNeck, -0.008);
  const skullBase = pointIn(neck, neckFrame, 0, body.neckLength, 0.012);
  const head = pointIn(skullBase, headFrame, 0, body.headHeight * 0.4, body.headHeight * 0.06);

  const side = (sign: 1 | -1, limbs: SidePose): SideJoints => {
    const upperArm = multiply(
      chestFrame,
      multiply(swing(limbs.armForward, sign * limbs.armOut), aboutY(-sign * limbs.armTwist)),
    );
    // The collar bone follows a raised arm: up and a little inwards.
    const [, up] = pointIn([0, 0, 0], swing(limbs.armForward, limbs.armOut), 0, -1, 0);
    const raised = Math.max(0, up + 0.35) * 0.03;
    const shoulder = pointIn(
      neck,
      chestFrame,
      sign * (body.shoulderHalf - raised * 0.5),
      -0.024 + raised,
      0.003,
    );
    const elbow = pointIn(shoulder, upperArm, 0, -body.upperArm, 0);
    const forearm = multiply(upperArm, aboutX(-limbs.elbow));
    const wrist = pointIn(elbow, forearm, 0, -body.forearm, 0);
    const hand = multiply(forearm, multiply(aboutX(-limbs.wrist), aboutZ(sign * limbs.handSide)));

    const hip = pointIn(pelvis, pelvisFrame, sign * body.hipHalf, 0, 0);
    const thigh = multiply(
      pelvisFrame,
      multiply(swing(limbs.legForward, sign * limbs.legOut), aboutY(-sign * limbs.legTwist)),
    );
    const knee = pointIn(hip, thigh, 0, -body.thigh, 0);
    const shank = multiply(thigh, aboutX(limbs.knee));
    const ankle = pointIn(knee, shank, 0, -body.shank, 0);
    const foot = multiply(shank, multiply(aboutY(sign * 7), aboutX(limbs.ankle)));
    return {
      sign,
      shoulder,
      elbow,
      wrist,
      hip,
      knee,
      ankle,
      upperArm,
      forearm,
      hand,
      thigh,
      shank,
      foot,
    };
  };

  return {
    pelvis,
    waist,
    chest,
    neck,
    head,
    pelvisFrame,
    abdomenFrame,
    chestFrame,
    neckFrame,
    headFrame,
    left: side(1, pose.left),
    right: side(-1, pose.right),
  };
}
