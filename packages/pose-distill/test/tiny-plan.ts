import type { Batch } from '@pose-distill/datasets';
import { createRandom } from '@pose-distill/internal-random';
import { plain } from '../src/recipes/index.js';
import type { Plan } from '../src/train/plan.js';

/** Keypoints of a stick: two of them are a pair. */
const KEYPOINTS = ['head', 'left_hand', 'right_hand'];

/** A plan whose every step takes milliseconds. */
export function tinyPlan(options: Readonly<Record<string, unknown>> = {}): Plan {
  return plain.plan({ ...TINY_OPTIONS, ...options });
}

export const TINY_OPTIONS: Readonly<Record<string, unknown>> & { readonly steps: number } = {
  keypoints: KEYPOINTS,
  height: 32,
  width: 48,
  network: 'mobilenetv2x0.25s16-deconv8',
  batchSize: 4,
  steps: 12,
  sigma: 1,
  warmUpSteps: 2,
};

/** Batches of bright blobs at the keypoints: batch n is a function of n. */
export function blobBatches(plan: Plan, start = 0): { next(): Promise<Batch> } {
  let step = start;
  return { next: async () => blobBatch(plan, step++) };
}

export function blobBatch(
  { inputSize: { width, height }, batchSize: size }: Plan,
  step: number,
): Batch {
  const random = createRandom(5, 'blobs', step);
  const images = new Float32Array(size * height * width * 3);
  const keypoints = new Float32Array(size * KEYPOINTS.length * 2);
  for (let b = 0; b < size; b++)
    for (let k = 0; k < KEYPOINTS.length; k++) {
      const [x, y] = [random.between(6, width - 6), random.between(6, height - 6)];
      keypoints.set([x, y], 2 * (b * KEYPOINTS.length + k));
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) {
          const square = (column - x) ** 2 + (row - y) ** 2;
          images[((b * height + row) * width + column) * 3 + k]! += 2 * Math.exp(-square / 18);
        }
    }
  return {
    size,
    images,
    keypoints,
    weights: new Float32Array(size * KEYPOINTS.length).fill(1),
    sampleIndices: Int32Array.from({ length: size }, (_, i) => i),
    transforms: Float64Array.from({ length: 6 * size }, (_, i) =>
      i % 6 === 0 || i % 6 === 4 ? 1 : 0,
    ),
  };
}
