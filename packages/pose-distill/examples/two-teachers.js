// A distillation of your own as a plan module: one student, two teachers, three losses. The student learns coordinates, the peaks
// of a precise teacher by HHD, and where a large teacher sees anything at all by a divergence over pixels.
//   pose-distill train --recipe two-teachers.js --data synthetic --teacher sharp=runs/a --teacher large=runs/b
import { hhdLoss, pixelKlLoss, rampUp, smoothL1Loss } from '@pose-distill/kd-losses';
import { skeletonFromKeypoints } from '@pose-distill/skeletons';
import { softArgmax } from '@pose-distill/tensor-ops';
import { buildNetwork } from 'pose-distill/recipes';
import { ADAM, cosine, warmUp } from 'pose-distill/train';

/** Options are plain JSON, so that every thread builds the same plan; the teachers, loaded, come beside them. */
export function plan({ keypoints, steps, batchSize = 32, seed = 1, side = 64 }, { teachers }) {
  const { sharp, large } = teachers;
  const inputSize = { width: side, height: side };
  const network = 'mobilenetv2x0.25s16-deconv24';
  const beta = 10;
  return {
    name: 'two teachers',
    skeleton: skeletonFromKeypoints(keypoints),
    inputSize,
    heatmapSize: { width: side / 4, height: side / 4 },
    sigma: 1,
    student: buildNetwork(network, { inputSize, keypoints: keypoints.length }),
    decode: { kind: 'integral', beta },
    teachers: { sharp, large },
    terms: [
      {
        name: 'coordinates',
        weight: 1,
        fn: ({ outputs: { heatmaps }, targets: { coordinates, weights } }) =>
          smoothL1Loss(softArgmax(heatmaps, { beta }), coordinates, weights),
      },
      {
        name: 'peaks of sharp',
        weight: 1,
        fn: ({ outputs: { heatmaps }, teachers: { sharp } }) =>
          hhdLoss(heatmaps, sharp.heatmaps, { windowSize: 6, beta }),
      },
      {
        name: 'pixels of large',
        // Taught little at first, when the student's maps are still noise.
        weight: (step) => 5 * rampUp(step, steps / 3),
        fn: ({ outputs: { heatmaps }, teachers: { large }, targets: { weights } }) =>
          pixelKlLoss(heatmaps, large.heatmaps, weights, { temperature: 0.1, detachTeacher: true }),
      },
    ],
    optimizer: { ...ADAM, weightDecay: 0.01 },
    learningRate: warmUp(cosine(2e-3, steps), 50),
    clipNorm: 10,
    batchSize,
    augment: { flip: 0.5, scale: 0.25, rotation: 30 },
    steps,
    seed,
  };
}
