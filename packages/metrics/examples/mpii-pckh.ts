// PCKh of two people in MPII's form, and NMS of three overlapping poses.
import { evaluatePckh, mpiiGroundTruth, nearbyJointsNms, oksNms } from '@pose-distill/metrics';
import { readPredictions } from '@pose-distill/metrics/read';
import { coco17 } from '@pose-distill/skeletons';

// The fields of HRNet's gt_valid.mat; `readMpiiGroundTruth(bytes)` of '@pose-distill/metrics/read' reads the file itself.
const names =
  'rank rkne rhip lhip lkne lank pelv thor neck head rwri relb rsho lsho lelb lwri'.split(' ');
const groundTruth = mpiiGroundTruth({
  dataset_joints: names,
  jnt_missing: names.map((name) => [0, name === 'rank' ? 1 : 0]),
  pos_gt_src: names.map((_, k) => [
    [101 + 5 * k, 301 + 5 * k],
    [51 + 8 * k, 61 + 8 * k],
  ]),
  headboxes_src: [
    [
      [100, 300],
      [40, 50],
    ],
    [
      [130, 360],
      [80, 130],
    ],
  ],
});

// Predictions count the first pixel as 0: the first person is off by 16 pixels, the second by 10; their heads are 30 and 60.
const text = JSON.stringify(
  [100, 300].map((left, n) =>
    names.map((_, k) => [left + 5 * k + (n === 0 ? 16 : 10), (n === 0 ? 50 : 60) + 8 * k]),
  ),
);
const { stats, means, annotated } = evaluatePckh(groundTruth, await readPredictions(text));
console.log(
  `PCKh ${stats.Mean?.toFixed(2)} %, ankles ${stats.Ankle} %, counted ${annotated[0]} of 2`,
);
console.log(`HRNet's Mean@0.1 is PCKh@0.11: ${stats['Mean@0.1'] === means['PCKh@0.11']}`);

const pose = (left: number, score: number) => ({
  keypoints: coco17.keypoints.flatMap((_, k) => [left + 12 * (k % 5), 14 * k, 1]),
  score,
  area: 9000,
});
const poses = [pose(10, 0.7), pose(12, 0.9), pose(200, 0.5)];
console.log(`kept: ${oksNms(poses, { threshold: 0.9 })} and ${nearbyJointsNms(poses)}`);
