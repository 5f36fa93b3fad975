import { defineSkeleton } from './define.js';
import type { Skeleton } from './skeleton.js';

/**
 * AI Challenger's 14 keypoints in their order. The sigmas are half the deltas of its own evaluation, which differ between left
 * and right.
 * @see Wu et al., "AI Challenger", arXiv 1711.06475
 */
export const aic14: Skeleton = /* @__PURE__ */ defineSkeleton({
  name: 'aic14',
  keypoints: [
    'right_shoulder',
    'right_elbow',
    'right_wrist',
    'left_shoulder',
    'left_elbow',
    'left_wrist',
    'right_hip',
    'right_knee',
    'right_ankle',
    'left_hip',
    'left_knee',
    'left_ankle',
    'head_top',
    'neck',
  ],
  limbs: [
    ['head_top', 'neck'],
    ['neck', 'right_shoulder'],
    ['neck', 'left_shoulder'],
    ['right_shoulder', 'right_elbow'],
    ['right_elbow', 'right_wrist'],
    ['left_shoulder', 'left_elbow'],
    ['left_elbow', 'left_wrist'],
    ['right_shoulder', 'right_hip'],
    ['left_shoulder', 'left_hip'],
    ['right_hip', 'left_hip'],
    ['right_hip', 'right_knee'],
    ['right_knee', 'right_ankle'],
    ['left_hip', 'left_knee'],
    ['left_knee', 'left_ankle'],
  ],
  oksSigmas: [
    0.01388152, 0.01515228, 0.01057665, 0.01417709, 0.01497891, 0.01402144, 0.03909642, 0.03686941,
    0.01981803, 0.03843971, 0.03412318, 0.02415081, 0.01291456, 0.01236173,
  ],
});
