import { createRandom } from '@pose-distill/internal-random';
import { describe, expect, it } from 'vitest';
import { drawPose } from './actions.js';
import { drawBody } from './body.js';
import { poseBody } from './kinematics.js';
import type { Pose } from './pose.js';
import type { Vector } from './rotation.js';
import { cosine, sine } from './trigonometry.js';

function distance(a: Vector, b: Vector): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

describe('kinematics', () => {
  const cases = Array.from({ length: 300 }, (_, i) => ({
    body: drawBody(createRandom(3, 'body', i)),
    pose: drawPose(createRandom(3, 'pose', i)),
  }));

  it('keeps the length of bones in every pose', () => {
    for (const { body, pose } of cases) {
      const joints = poseBody(body, pose);
      for (const side of [joints.left, joints.right]) {
        expect(distance(side.shoulder, side.elbow)).toBeCloseTo(body.upperArm, 9);
        expect(distance(side.elbow, side.wrist)).toBeCloseTo(body.forearm, 9);
        expect(distance(side.hip, side.knee)).toBeCloseTo(body.thigh, 9);
        expect(distance(side.knee, side.ankle)).toBeCloseTo(body.shank, 9);
      }
      expect(distance(joints.left.hip, joints.right.hip)).toBeCloseTo(2 * body.hipHalf, 9);
    }
  });

  it('mirrors a mirrored pose', () => {
    for (const { body, pose } of cases) {
      const mirrored: Pose = {
        ...pose,
        roll: -pose.roll,
        spineSide: -pose.spineSide,
        spineTwist: -pose.spineTwist,
        headSide: -pose.headSide,
        headTwist: -pose.headTwist,
        left: pose.right,
        right: pose.left,
      };
      const a = poseBody(body, pose);
      const b = poseBody(body, mirrored);
      for (const joint of ['shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle'] as const) {
        const [x, y, z] = a.left[joint];
        expect(distance(b.right[joint], [-x, y, z])).toBeLessThan(1e-9);
      }
      expect(distance(b.head, [-a.head[0], a.head[1], a.head[2]])).toBeLessThan(1e-9);
    }
  });

  it('bends elbows forward, knees backward, and trunks forward', () => {
    for (const { body, pose } of cases) {
      for (const side of [pose.left, pose.right]) {
        expect(side.elbow).toBeGreaterThanOrEqual(0);
        expect(side.elbow).toBeLessThanOrEqual(148);
        expect(side.knee).toBeGreaterThanOrEqual(0);
        expect(side.knee).toBeLessThanOrEqual(148);
        expect(side.legForward).toBeLessThanOrEqual(92 + side.knee * 0.4);
      }
      const rest = {
        ...pose.left,
        armForward: 0,
        armOut: 0,
        armTwist: 0,
        legForward: 0,
        legOut: 0,
        legTwist: 0,
      };
      const bent = poseBody(body, {
        ...pose,
        lean: 0,
        roll: 0,
        spineFlex: 0,
        spineSide: 0,
        spineTwist: 0,
        left: { ...rest, elbow: 90, knee: 90 },
      }).left;
      expect(bent.wrist[2] - bent.elbow[2]).toBeCloseTo(body.forearm, 9);
      expect(bent.ankle[2] - bent.knee[2]).toBeCloseTo(-body.shank, 9);
      expect(bent.shoulder[0]).toBeGreaterThan(0);
    }
  });

  it('has the sine of degrees', () => {
    for (let degrees = -800; degrees <= 800; degrees += 0.37) {
      expect(Math.abs(sine(degrees) - Math.sin((degrees * Math.PI) / 180))).toBeLessThan(1e-11);
      expect(Math.abs(cosine(degrees) - Math.cos((degrees * Math.PI) / 180))).toBeLessThan(1e-11);
    }
  });
});
