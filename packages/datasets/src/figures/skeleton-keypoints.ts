import { coco17, matchKeypoints, type Skeleton } from '@pose-distill/skeletons';
import { DatasetError } from '../error.js';
import { PART } from './cone.js';
import { type BodyKeypoint, bodyKeypoints } from './keypoints.js';
import type { Person } from './person.js';
import { between, pointIn } from './rotation.js';

/**
 * Where a person's keypoints of a skeleton are, in its order. The body has COCO's keypoints and those of `MIDDLE`, however
 * spelled; a skeleton may have any of them.
 *
 * @throws DatasetError `BAD_SKELETON` naming the keypoints that a figure does not have.
 */
export function skeletonKeypoints(skeleton: Skeleton): (person: Person) => readonly BodyKeypoint[] {
  const middleNames = Object.keys(MIDDLE);
  const limbs = matchKeypoints(coco17, skeleton);
  const middles = matchKeypoints({ keypoints: middleNames }, skeleton);
  const strange = skeleton.keypoints.filter((_, k) => limbs[k]! < 0 && middles[k]! < 0);
  if (strange.length > 0) {
    const known = [...coco17.keypoints, ...middleNames];
    throw new DatasetError(
      'BAD_SKELETON',
      `skeleton ${skeleton.name}: a figure has no ${strange.join(', ')}. Take any of ${known.join(', ')}.`,
      { skeleton: skeleton.name, strange, known },
    );
  }
  return (person) => {
    const body = bodyKeypoints(person);
    return limbs.map((limb, k) =>
      limb < 0 ? MIDDLE[middleNames[middles[k]!]!]!(person, skeleton) : body[limb]!,
    );
  };
}

const HIPS = PART.trunk | PART.skirt | PART.leftThigh | PART.rightThigh;

/** Place of the neck's keypoint on the way from the body's neck joint to the skull: CrowdPose's is higher than the others'. */
const NECK_HEIGHT = 0.2;
const CROWDPOSE_NECK_HEIGHT = 0.4;

/** Keypoints of the middle, which COCO does not have. */
const MIDDLE: Readonly<Record<string, (person: Person, skeleton: Skeleton) => BodyKeypoint>> = {
  /** Half-way between the hips. */
  pelvis: ({ body, joints }) => ({
    point: between(joints.left.hip, joints.right.hip, 0.5),
    parts: HIPS,
    cover: body.hipRadius * 1.15,
  }),
  /** Half-way between the shoulders, as MPII's files have it. */
  thorax: ({ body, joints }) => ({
    point: between(joints.left.shoulder, joints.right.shoulder, 0.5),
    parts: PART.trunk,
    cover: body.chestRadius * 1.25,
  }),
  /** Half-way between shoulders and hips. */
  belly: ({ body, joints }) => ({
    point: between(
      between(joints.left.shoulder, joints.right.shoulder, 0.5),
      between(joints.left.hip, joints.right.hip, 0.5),
      0.5,
    ),
    parts: PART.trunk,
    cover: body.waistRadius * 1.3,
  }),
  neck,
  upper_neck: neck,
  head_top: headTop,
};

function neck({ body, joints }: Person, { name }: Skeleton): BodyKeypoint {
  const up = name === 'crowdpose14' ? CROWDPOSE_NECK_HEIGHT : NECK_HEIGHT;
  return {
    point: pointIn(joints.neck, joints.neckFrame, 0, up * body.neckLength, up * 0.012),
    parts: PART.trunk,
    cover: body.neckRadius * 2.2,
  };
}

/** Just under the crown; hair or a hat over it shows it. */
function headTop({ body, joints }: Person): BodyKeypoint {
  const unit = body.headHeight;
  return {
    point: pointIn(joints.head, joints.headFrame, 0, 0.46 * unit, -0.03 * unit),
    parts: PART.head | PART.hair,
    cover: 0.55 * unit,
  };
}
