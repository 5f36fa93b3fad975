// Average precision in two parts, as two workers would do it: each evaluates its images, one puts the bytes together.
import { createEvaluator } from '@pose-distill/metrics';

const pose = (left: number, top: number): number[] =>
  Array.from({ length: 17 }, (_, k) => [left + 12 * (k % 5), top + 14 * k, 2]).flat();

/** One image with a person and a result that is `off` pixels away. */
function image(imageId: number, off: number) {
  const person = { image_id: imageId, category_id: 1, iscrowd: 0, num_keypoints: 17, area: 7000 };
  return {
    imageId,
    annotations: [{ ...person, id: imageId, keypoints: pose(40, 30) }],
    results: [{ image_id: imageId, category_id: 1, score: 1 / off, keypoints: pose(40 + off, 30) }],
  };
}

const [here, there] = [createEvaluator(), createEvaluator()];
here.add(image(1, 2));
there.add(image(2, 9));
there.add(image(3, 14));

const bytes = there.serialise();
here.merge(bytes);
const { AP, AP75 } = here.result().stats;
console.log(
  `${here.imageCount} images, ${bytes.length} bytes: AP ${AP?.toFixed(4)}, AP75 ${AP75?.toFixed(4)}`,
);
