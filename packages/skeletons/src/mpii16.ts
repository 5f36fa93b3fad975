import { defineSkeleton } from './define.js';
import type { Skeleton } from './skeleton.js';

/**
 * MPII's 16 keypoints in their order. MPII is scored by PCKh and defines no sigmas; these are the ones mmpose uses.
 * @see Andriluka et al., CVPR 2014
 */
export const mpii16: Skeleton = /* @__PURE__ */ defineSkeleton({
  name: 'mpii16',
  keypoints: [
    'right_ankle',
    'right_knee',
    'right_hip',
    'left_hip',
    'left_knee',
    'left_ankle',
    'pelvis',
    'thorax',
    'upper_neck',
    'head_top',
    'right_wrist',
    'right_elbow',
    'right_shoulder',
    'left_shoulder',
    'left_elbow',
    'left_wrist',
  ],
  limbs: [
    ['right_ankle', 'right_knee'],
    ['right_knee', 'right_hip'],
    ['right_hip', 'pelvis'],
    ['left_hip', 'pelvis'],
    ['left_hip', 'left_knee'],
    ['left_knee', 'left_ankle'],
    ['pelvis', 'thorax'],
    ['thorax', 'upper_neck'],
    ['upper_neck', 'head_top'],
    ['thorax', 'right_shoulder'],
    ['right_shoulder', 'right_elbow'],
    ['right_elbow', 'right_wrist'],
    ['thorax', 'left_shoulder'],
    ['left_shoulder', 'left_elbow'],
    ['left_elbow', 'left_wrist'],
  ],
  oksSigmas: [
    0.089, 0.083, 0.107, 0.107, 0.083, 0.089, 0.026, 0.026, 0.026, 0.026, 0.062, 0.072, 0.179,
    0.179, 0.072, 0.062,
  ],
});
