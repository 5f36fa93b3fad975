import { defineSkeleton } from './define.js';
import type { Skeleton } from './skeleton.js';

/**
 * CrowdPose's 14 keypoints; 'head' is the top of the head. The limbs are ours: its annotation files carry COCO's list,
 * which counts to 17.
 * @see https://arxiv.org/abs/1812.00324
 */
export const crowdpose14: Skeleton = /* @__PURE__ */ defineSkeleton({
  name: 'crowdpose14',
  keypoints: [
    'left_shoulder',
    'right_shoulder',
    'left_elbow',
    'right_elbow',
    'left_wrist',
    'right_wrist',
    'left_hip',
    'right_hip',
    'left_knee',
    'right_knee',
    'left_ankle',
    'right_ankle',
    'head',
    'neck',
  ],
  limbs: [
    ['head', 'neck'],
    ['neck', 'left_shoulder'],
    ['neck', 'right_shoulder'],
    ['left_shoulder', 'left_elbow'],
    ['right_shoulder', 'right_elbow'],
    ['left_elbow', 'left_wrist'],
    ['right_elbow', 'right_wrist'],
    ['left_shoulder', 'left_hip'],
    ['right_shoulder', 'right_hip'],
    ['left_hip', 'right_hip'],
    ['left_hip', 'left_knee'],
    ['right_hip', 'right_knee'],
    ['left_knee', 'left_ankle'],
    ['right_knee', 'right_ankle'],
  ],
  // In tenths, as the reference evaluation has them: 0.26 / 10 is not the number 0.026.
  oksSigmas: [
    0.79, 0.79, 0.72, 0.72, 0.62, 0.62, 1.07, 1.07, 0.87, 0.87, 0.89, 0.89, 0.79, 0.79,
  ].map((tenths) => tenths / 10),
});
