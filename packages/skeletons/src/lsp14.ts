import { defineSkeleton } from './define.js';
import type { Skeleton } from './skeleton.js';

/**
 * The 14 keypoints of Leeds Sports Pose and its extension, in their order. The data set defines no sigmas; these are
 * CrowdPose's, by name.
 * @see Johnson and Everingham, BMVC 2010 and CVPR 2011
 */
export const lsp14: Skeleton = /* @__PURE__ */ defineSkeleton({
  name: 'lsp14',
  keypoints: [
    'right_ankle',
    'right_knee',
    'right_hip',
    'left_hip',
    'left_knee',
    'left_ankle',
    'right_wrist',
    'right_elbow',
    'right_shoulder',
    'left_shoulder',
    'left_elbow',
    'left_wrist',
    'neck',
    'head_top',
  ],
  limbs: [
    ['right_ankle', 'right_knee'],
    ['right_knee', 'right_hip'],
    ['left_ankle', 'left_knee'],
    ['left_knee', 'left_hip'],
    ['right_hip', 'left_hip'],
    ['right_shoulder', 'right_hip'],
    ['left_shoulder', 'left_hip'],
    ['right_wrist', 'right_elbow'],
    ['right_elbow', 'right_shoulder'],
    ['left_wrist', 'left_elbow'],
    ['left_elbow', 'left_shoulder'],
    ['right_shoulder', 'neck'],
    ['left_shoulder', 'neck'],
    ['neck', 'head_top'],
  ],
  // In tenths, as CrowdPose's evaluation has them.
  oksSigmas: [
    0.89, 0.87, 1.07, 1.07, 0.87, 0.89, 0.62, 0.72, 0.79, 0.79, 0.72, 0.62, 0.79, 0.79,
  ].map((tenths) => tenths / 10),
});
