// All problems of an annotation file as data, and what is left when they are left out.
import { checkCocoKeypoints, parseCocoKeypoints } from '@pose-distill/datasets';

const file = {
  images: [{ id: 1, file_name: 'a.jpg', width: 640, height: 480 }],
  annotations: [
    person(1, { bbox: [10, 10, 0, 80] }),
    person(2, { image_id: 9 }),
    person(3, { keypoints: [20, 20, 2, 30, 40, 5] }),
    person(4, { num_keypoints: 1 }),
  ],
  categories: [{ id: 1, name: 'person', keypoints: ['nose', 'neck'] }],
};

for (const { severity, code, path, message } of checkCocoKeypoints(file).problems) {
  console.log(`${severity} ${code} at ${path}: ${message}`);
}
const { samples } = parseCocoKeypoints(file, { onBadRecord: 'skip' });
console.log('left', samples.map(({ id }) => id).join(' '));

function person(id: number, change: object): object {
  return {
    id,
    image_id: 1,
    category_id: 1,
    iscrowd: 0,
    num_keypoints: 2,
    keypoints: [20, 20, 2, 30, 40, 1],
    bbox: [10, 10, 50, 80],
    area: 2000,
    ...change,
  };
}
