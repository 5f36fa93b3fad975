import { coco17, crowdpose14, lsp14, mpii16, type Skeleton } from '@pose-distill/skeletons';
import { DatasetError } from '../error.js';
import { PART } from './cone.js';
import { type BodyKeypoint, bodyKeypoints } from './keypoints.js';
import type { Person } from './person.js';
import { between, pointIn } from './rotation.js';

/** Skeletons that figures can be labelled with, by the name they have in `@pose-distill/skeletons`. */
export type FigureSkeleton = 'coco17' | 'mpii16' | 'crowdpose14' | 'lsp14';

const SKELETONS: Readonly<Record<FigureSkeleton, Skeleton>> = {
  coco17,
  mpii16,
  crowdpose14,
  lsp14,
};

/** The skeleton of a name. @throws DatasetError `OUT_OF_RANGE` for any other. */
export function figureSkeleton(name: FigureSkeleton): Skeleton {
  if (Object.hasOwn(SKELETONS, name)) return SKELETONS[name];
  const known = Object.keys(SKELETONS);
  throw new DatasetError(
    'OUT_OF_RANGE',
    `skeleton: expected one of ${known.join(', ')}, got ${String(name)}.`,
    { skeleton: name, known },
  );
}

/** Where a person's keypoints of a skeleton are, in its order. */
export function skeletonKeypoints(
  name: FigureSkeleton,
): (person: Person) => readonly BodyKeypoint[] {
  const { keypoints } = figureSkeleton(name);
  if (name === 'coco17') return bodyKeypoints;
  return (person) => {
    const limbs = bodyKeypoints(person);
    return keypoints.map((keypoint) => {
      const index = coco17.keypoints.indexOf(keypoint);
      return index < 0 ? MIDDLE[keypoint]!(person, name) : limbs[index]!;
    });
  };
}

const HIPS = PART.trunk | PART.skirt | PART.leftThigh | PART.rightThigh;

/** Place of the neck's keypoint on the way from the body's neck joint to the skull, as annotators of each set put it. */
const NECK_HEIGHT: Readonly<Partial<Record<FigureSkeleton, number>>> = {
  mpii16: 0.2,
  lsp14: 0.2,
  crowdpose14: 0.4,
};

/** Keypoints of the middle, which COCO does not have. */
const MIDDLE: Readonly<Record<string, (person: Person, name: FigureSkeleton) => BodyKeypoint>> = {
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
  neck,
  upper_neck: neck,
  head: headTop,
  head_top: headTop,
};

function neck({ body, joints }: Person, name: FigureSkeleton): BodyKeypoint {
  const up = NECK_HEIGHT[name] ?? 0;
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
