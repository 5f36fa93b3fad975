import { type Camera, project } from './camera.js';
import { PART } from './cone.js';
import { HEAD_POINTS } from './head.js';
import type { Person } from './person.js';
import { type DepthBuffer, SAMPLES, type SeenCone } from './raster.js';
import { pointIn, type Vector } from './rotation.js';

/** A keypoint in body space, with the parts that may lie over it and how deep under their surface it is. */
export interface BodyKeypoint {
  readonly point: Vector;
  readonly parts: number;
  readonly cover: number;
}

/** The 17 COCO keypoints of a person. */
export function bodyKeypoints(person: Person): readonly BodyKeypoint[] {
  const { body, joints } = person;
  const { left, right, head, headFrame } = joints;
  const unit = body.headHeight;
  const wide = body.headWidth / 0.73;
  const onHead = (
    sign: number,
    place: readonly [number, number, number],
    cover: number,
  ): BodyKeypoint => ({
    point: pointIn(head, headFrame, sign * place[0] * wide, place[1] * unit, place[2] * unit),
    parts: PART.head,
    cover: cover * unit,
  });
  const leftArm = PART.leftUpperArm;
  const rightArm = PART.rightUpperArm;
  const [upper, elbow, wrist] = body.armRadii;
  const [hip, knee, ankle] = body.legRadii;
  const loose = 1.9 + person.outfit.loose * 2;
  const at = (point: Vector, parts: number, cover: number): BodyKeypoint => ({
    point,
    parts,
    cover,
  });
  const hips = PART.trunk | PART.skirt;
  return [
    onHead(1, HEAD_POINTS.nose, 0.12),
    onHead(1, HEAD_POINTS.eye, 0.1),
    onHead(-1, HEAD_POINTS.eye, 0.1),
    onHead(1, HEAD_POINTS.ear, 0.13),
    onHead(-1, HEAD_POINTS.ear, 0.13),
    at(left.shoulder, PART.trunk | leftArm, upper * 2.1),
    at(right.shoulder, PART.trunk | rightArm, upper * 2.1),
    at(left.elbow, leftArm | PART.leftForearm, elbow * loose),
    at(right.elbow, rightArm | PART.rightForearm, elbow * loose),
    at(left.wrist, PART.leftForearm | PART.leftHand, wrist * loose + 0.006),
    at(right.wrist, PART.rightForearm | PART.rightHand, wrist * loose + 0.006),
    at(left.hip, hips | PART.leftThigh, Math.max(hip * 1.35, body.hipRadius * 1.05)),
    at(right.hip, hips | PART.rightThigh, Math.max(hip * 1.35, body.hipRadius * 1.05)),
    at(left.knee, PART.leftThigh | PART.leftShank | PART.skirt, knee * loose),
    at(right.knee, PART.rightThigh | PART.rightShank | PART.skirt, knee * loose),
    at(left.ankle, PART.leftShank | PART.leftFoot, ankle * loose + 0.03),
    at(right.ankle, PART.rightShank | PART.rightFoot, ankle * loose + 0.03),
  ];
}

/** Whether most of the person's samples around a keypoint show its own parts, no nearer than its flesh reaches. */
export function isSeen(
  keypoint: BodyKeypoint,
  camera: Camera,
  seen: readonly SeenCone[],
  buffer: DepthBuffer,
): boolean {
  const limit = nearestOf(keypoint, camera);
  let own = 0;
  let other = 0;
  for (const at of nearSamples(keypoint, camera, buffer)) {
    if (buffer.index[at] === 0) continue;
    if (isFree(keypoint, limit, at, seen, buffer)) own++;
    else other++;
  }
  return own > other;
}

/** The samples around a keypoint: three by three, fewer at the border. */
export function nearSamples(
  keypoint: BodyKeypoint,
  camera: Camera,
  { width, height }: Pick<DepthBuffer, 'width' | 'height'>,
): number[] {
  const at = project(camera, keypoint.point);
  const centreX = Math.round((at.x + 0.5) * SAMPLES - 0.5);
  const centreY = Math.round((at.y + 0.5) * SAMPLES - 0.5);
  const samples: number[] = [];
  for (let y = Math.max(0, centreY - 1); y <= Math.min(height - 1, centreY + 1); y++) {
    for (let x = Math.max(0, centreX - 1); x <= Math.min(width - 1, centreX + 1); x++)
      samples.push(y * width + x);
  }
  return samples;
}

/** Depth in samples up to which a keypoint's own flesh reaches; what is nearer hides it. */
export function nearestOf(keypoint: BodyKeypoint, camera: Camera): number {
  const at = project(camera, keypoint.point);
  return (at.z + keypoint.cover * at.scale) * SAMPLES;
}

/** Whether a sample that shows the person shows the keypoint's own parts, no nearer than `nearest`. */
export function isFree(
  keypoint: BodyKeypoint,
  nearest: number,
  sample: number,
  seen: readonly SeenCone[],
  { index, depth }: DepthBuffer,
): boolean {
  return (seen[index[sample]! - 1]!.cone.part & keypoint.parts) !== 0 && depth[sample]! <= nearest;
}
