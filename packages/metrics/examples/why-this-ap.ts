// Why an AP is what it is: three people, one with arms and legs crossed over, one found twice, one missed.
import { analyseOks } from '@pose-distill/metrics';
import { oksReport } from '@pose-distill/metrics/report';
import { coco17, flipIndices } from '@pose-distill/skeletons';

/** A column of keypoints; left and right stand apart. */
const pose = (left: number, third: number): number[] =>
  coco17.keypoints.flatMap((_, k) => [left + (k % 2 ? 60 : 0), 14 * k, third]);
const crossed = (left: number): number[] =>
  flipIndices(coco17).flatMap((k) => pose(left, 1).slice(3 * k, 3 * k + 3));

const person = { category_id: 1, iscrowd: 0, num_keypoints: 17, area: 7000, image_id: 1 };
const groundTruth = {
  images: [{ id: 1 }],
  categories: [{ id: 1, name: 'person', keypoints: coco17.keypoints }],
  annotations: [10, 300, 600].map((left, i) => ({
    ...{ ...person, id: i + 1, bbox: [left, 0, 60, 240], keypoints: pose(left, 2) },
  })),
};
const result = { image_id: 1, category_id: 1 };
const results = [
  // The nose and both ankles are where they should be: enough to know who is meant.
  { ...result, score: 0.9, keypoints: [...crossed(10).slice(0, 45), ...pose(10, 1).slice(45)] },
  { ...result, score: 0.8, keypoints: pose(303, 1) },
  { ...result, score: 0.7, keypoints: pose(306, 1) },
];

const analysis = analyseOks(groundTruth, results);
const { baseline, errors, people, strayResults, corrections } = analysis;
const gain = (name: string): string =>
  corrections.find(({ correction }) => correction === name)!.aloneGain!.toFixed(3);
export const html: string = oksReport({ groundTruth, results, analysis, title: 'Three people' });

console.log(`AP ${baseline!.toFixed(3)}, missed ${people.filter((p) => p.result === null).length}`);
console.log(`of ${errors.keypoints} keypoints: ${JSON.stringify(errors.counts)}`);
console.log(`results about nobody: ${strayResults.map(({ kind }) => kind)}`);
console.log(
  `AP without inversions +${gain('inversion')}, with nobody missed +${gain('missedPeople')}`,
);
