// Average precision and PCK of two people, one found well and one poorly.
import { evaluateOks, evaluatePck } from '@pose-distill/metrics';
import { coco17 } from '@pose-distill/skeletons';

const pose = (left: number, top: number, third: number): number[] =>
  coco17.keypoints.flatMap((_, k) => [left + 12 * (k % 5), top + 14 * k, third]);

const person = { category_id: 1, iscrowd: 0, num_keypoints: 17, area: 7000 };
const groundTruth = {
  images: [{ id: 1 }, { id: 2 }],
  categories: [{ id: 1, name: 'person', keypoints: coco17.keypoints }],
  annotations: [
    { ...person, id: 1, image_id: 1, bbox: [10, 20, 60, 240], keypoints: pose(10, 20, 2) },
    { ...person, id: 2, image_id: 2, bbox: [50, 40, 60, 240], keypoints: pose(50, 40, 2) },
  ],
};
const results = [
  { image_id: 1, category_id: 1, score: 0.9, keypoints: pose(11, 21, 1) },
  { image_id: 2, category_id: 1, score: 0.6, keypoints: pose(57, 45, 1) },
];

const { stats } = evaluateOks(groundTruth, results);
const { pck, people } = evaluatePck(groundTruth, results, { threshold: 0.05 });

console.log(`AP ${stats.AP?.toFixed(4)}, AP50 ${stats.AP50?.toFixed(4)}, APl ${stats.APl}`);
console.log(`PCK@0.05 ${pck} of ${people} people`);
