import { createRandom } from '@pose-distill/internal-random';
import { describe, expect, it } from 'vitest';
import { buildFigure } from './anatomy.js';
import { type Camera, project, viewFrom } from './camera.js';
import { bodyKeypoints, isSeen } from './keypoints.js';
import { poseBody } from './kinematics.js';
import { drawLight } from './light.js';
import { drawPerson, type Person, renderPerson } from './person.js';
import type { Pose, SidePose } from './pose.js';
import { openDepthBuffer } from './raster.js';

const NOSE = 0;
const [LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR] = [1, 2, 3, 4];
const [LEFT_SHOULDER, RIGHT_SHOULDER] = [5, 6];

function upright(change: Partial<SidePose> = {}): Pose {
  const side = (): SidePose => ({
    armForward: 0,
    armOut: 16,
    armTwist: 0,
    elbow: 8,
    wrist: 0,
    handSide: 0,
    legForward: 0,
    legOut: 5,
    legTwist: 0,
    knee: 0,
    ankle: 0,
    ...change,
  });
  return {
    lean: 0,
    roll: 0,
    spineFlex: 0,
    spineSide: 0,
    spineTwist: 0,
    headFlex: 0,
    headSide: 0,
    headTwist: 0,
    left: side(),
    right: side(),
    support: 'feet',
  };
}

/** Visibility and places of the keypoints of person `index` in a pose, seen from `yaw`. */
function look(
  index: number,
  pose: Pose,
  yaw: number,
): { seen: boolean[]; x: number[]; inside: boolean[] } {
  const drawn = drawPerson(21, index, 0);
  // Hats, hair, skirts and bags may hide things by right; this is about the body.
  const outfit = {
    ...drawn.outfit,
    hair: 'short',
    hat: 'none',
    skirt: 0,
    thing: 'none',
    glasses: false,
  } as const;
  const joints = poseBody(drawn.body, pose);
  const person: Person = {
    ...drawn,
    outfit,
    pose,
    joints,
    solids: buildFigure(drawn.body, outfit, joints),
  };
  const camera: Camera = {
    view: viewFrom(yaw, 0, 0),
    target: [0, 0, 0],
    distance: 6,
    scale: 130,
    x: 80,
    y: 85,
  };
  const buffer = openDepthBuffer(160, 160);
  const count = 160 * 160;
  const layer = {
    width: 160,
    height: 160,
    colour: new Float32Array(count * 3),
    cover: new Float32Array(count),
  };
  const cones = renderPerson(person, camera, drawLight(createRandom(1, 'test')), buffer, layer);
  const keypoints = bodyKeypoints(person);
  return {
    seen: keypoints.map((keypoint) => isSeen(keypoint, camera, cones, buffer)),
    x: keypoints.map(({ point }) => project(camera, point).x),
    inside: keypoints.map(({ point }) => {
      const { x, y } = project(camera, point);
      return layer.cover[Math.round(y) * 160 + Math.round(x)]! > 0;
    }),
  };
}

describe('keypoints', () => {
  const people = Array.from({ length: 12 }, (_, i) => i);

  it('are all seen from the front, left on the right of the picture', () => {
    for (const index of people) {
      const { seen, x, inside } = look(index, upright(), 0);
      expect(seen, `person ${index}`).toEqual(new Array(17).fill(true));
      expect(inside, `person ${index}`).toEqual(new Array(17).fill(true));
      for (let left = 1; left < 17; left += 2) expect(x[left]).toBeGreaterThan(x[left + 1]!);
    }
  });

  it('of the face are hidden from behind, those of the limbs are not', () => {
    for (const index of people) {
      const { seen, x } = look(index, upright(), 180);
      expect([NOSE, LEFT_EYE, RIGHT_EYE].map((k) => seen[k])).toEqual([false, false, false]);
      expect(seen.slice(5), `person ${index}`).toEqual(new Array(12).fill(true));
      for (let left = 1; left < 17; left += 2) expect(x[left]).toBeLessThan(x[left + 1]!);
    }
  });

  it('of the far side are hidden in profile', () => {
    for (const index of people) {
      const right = look(index, upright({ armOut: 0 }), 90).seen;
      expect(
        [RIGHT_EAR, RIGHT_EYE, RIGHT_SHOULDER, NOSE].map((k) => right[k]),
        `person ${index}`,
      ).toEqual([true, true, true, true]);
      expect(
        [LEFT_EAR, LEFT_EYE, LEFT_SHOULDER].map((k) => right[k]),
        `person ${index}`,
      ).toEqual([false, false, false]);
      const left = look(index, upright({ armOut: 0 }), -90).seen;
      expect(
        [LEFT_EAR, LEFT_EYE, LEFT_SHOULDER].map((k) => left[k]),
        `person ${index}`,
      ).toEqual([true, true, true]);
      expect(
        [RIGHT_EAR, RIGHT_EYE, RIGHT_SHOULDER].map((k) => left[k]),
        `person ${index}`,
      ).toEqual([false, false, false]);
    }
  });

  it('behind the back are hidden by the trunk', () => {
    const pose = upright({ armForward: -42, armOut: 12, armTwist: 86, elbow: 80 });
    const wrists = people.flatMap((index) => look(index, pose, 0).seen.slice(9, 11));
    expect(wrists.filter((seen) => !seen).length).toBeGreaterThan(wrists.length * 0.9);
    const fromBehind = people.flatMap((index) => look(index, pose, 180).seen.slice(9, 11));
    expect(fromBehind.filter((seen) => seen).length).toBeGreaterThan(wrists.length * 0.9);
  });
});
