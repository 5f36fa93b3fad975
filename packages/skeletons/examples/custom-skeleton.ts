// A skeleton of five keypoints: what is inferred from the names, and how a pose is mirrored with it.
import { defineSkeleton, flipIndices } from '@pose-distill/skeletons';

const figure = defineSkeleton({
  name: 'figure5',
  keypoints: ['head', 'left_hand', 'right_hand', 'left_foot', 'right_foot'],
  limbs: [
    ['head', 'left_hand'],
    ['head', 'right_hand'],
    ['head', 'left_foot'],
    ['head', 'right_foot'],
  ],
  oksSigmas: [0.079, 0.062, 0.062, 0.089, 0.089],
});

const width = 64;
const x = [32, 50, 14, 40, 20];
const mirrored = flipIndices(figure).map((from) => width - 1 - x[from]!);

console.log('pairs', JSON.stringify(figure.flipPairs)); // pairs [[1,2],[3,4]]
console.log('mirrored x', mirrored.join(' ')); // mirrored x 31 49 13 43 23
