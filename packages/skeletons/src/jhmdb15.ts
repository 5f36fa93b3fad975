import { defineSkeleton } from './define.js';
import type { Skeleton } from './skeleton.js';

/**
 * JHMDB's 15 keypoints in their order. The data set is scored by PCK and defines no sigmas; these are COCO's by place, as mmpose
 * uses them.
 * @see Jhuang et al., "Towards understanding action recognition", ICCV 2013
 */
export const jhmdb15: Skeleton = /* @__PURE__ */ defineSkeleton({
  name: 'jhmdb15',
  keypoints: [
    'neck',
    'belly',
    'head',
    'right_shoulder',
    'left_shoulder',
    'right_hip',
    'left_hip',
    'right_elbow',
    'left_elbow',
    'right_knee',
    'left_knee',
    'right_wrist',
    'left_wrist',
    'right_ankle',
    'left_ankle',
  ],
  limbs: [
    ['neck', 'head'],
    ['neck', 'belly'],
    ['neck', 'right_shoulder'],
    ['neck', 'left_shoulder'],
    ['right_shoulder', 'right_elbow'],
    ['right_elbow', 'right_wrist'],
    ['left_shoulder', 'left_elbow'],
    ['left_elbow', 'left_wrist'],
    ['belly', 'right_hip'],
    ['belly', 'left_hip'],
    ['right_hip', 'right_knee'],
    ['right_knee', 'right_ankle'],
    ['left_hip', 'left_knee'],
    ['left_knee', 'left_ankle'],
  ],
  oksSigmas: [
    0.025, 0.107, 0.025, 0.079, 0.079, 0.107, 0.107, 0.072, 0.072, 0.087, 0.087, 0.062, 0.062,
    0.089, 0.089,
  ],
});
