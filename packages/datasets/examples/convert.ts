// A person annotated in MPII's form, as HRNet cuts it out, and with COCO's and CrowdPose's keypoints instead.
import { convertSkeleton, MIDPOINTS, parseMpii } from '@pose-distill/datasets';
import { coco17, crowdpose14 } from '@pose-distill/skeletons';

const joints = [
  [804, 711],
  [816, 510],
  [908, 438],
  [1040, 454],
  [906, 528],
  [883, 707],
  [974, 446],
  [985, 253],
  [982.7591, 235.9694],
  [962.2409, 80.0306],
  [869, 214],
  [798, 340],
  [902, 253],
  [1067, 253],
  [1167, 353],
  [1142, 478],
];
const row = {
  image: '005808361.jpg',
  center: [966, 340],
  scale: 4.718488,
  joints,
  joints_vis: Array(16).fill(1),
};
const { samples, skeleton } = parseMpii([row]);
const [person] = samples;
const { x, y, width } = person!.box;
console.log(
  'crop',
  (1.25 * width).toFixed(1),
  'around',
  (x + width / 2).toFixed(1),
  (y + width / 2).toFixed(1),
);

const coco = convertSkeleton(person!, coco17, { from: skeleton });
console.log('of COCO', coco17.keypoints.filter((_, k) => coco.visibility[k]! > 0).length, 'of 17');
console.log('left shoulder', coco.keypoints.slice(10, 12).join(' '));
const crowd = convertSkeleton(person!, crowdpose14, { from: skeleton, derive: MIDPOINTS });
console.log(
  'neck',
  crowd.keypoints.slice(26, 28).join(' '),
  'head',
  crowd.keypoints[25]!.toFixed(2),
);
