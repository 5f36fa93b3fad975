// A distillation of your own as a plan module: the student learns coordinates, and the teacher's maps by plain MSE.
//   pose-distill train --recipe "file://$PWD/own-plan.js" --data synthetic --teacher runs/teacher
import { heatmapMseLoss, smoothL1Loss } from '@pose-distill/kd-losses';
import { skeletonFromKeypoints } from '@pose-distill/skeletons';
import { softArgmax } from '@pose-distill/tensor-ops';
import { buildNetwork } from 'pose-distill/recipes';
import { ADAM, cosine, warmUp } from 'pose-distill/train';

/** Options are plain JSON, so that every thread builds the same plan; loaded teachers come beside them. */
export function plan({ keypoints, steps, batchSize = 32, seed = 1 }, { teachers = {} } = {}) {
  const inputSize = { width: 96, height: 96 };
  const beta = 10;
  return {
    name: 'coordinates and teacher maps',
    skeleton: skeletonFromKeypoints(keypoints),
    inputSize,
    heatmapSize: { width: 24, height: 24 },
    sigma: 1.5,
    student: buildNetwork('mobilenetv2x0.25s16-deconv24', {
      inputSize,
      keypoints: keypoints.length,
    }),
    decode: { kind: 'integral', beta },
    teachers,
    terms: [
      {
        name: 'coordinates',
        weight: 1,
        fn: ({ outputs, targets }) =>
          smoothL1Loss(
            softArgmax(outputs.heatmaps, { beta }),
            targets.coordinates,
            targets.weights,
          ),
      },
      ...(teachers.teacher
        ? [
            {
              name: 'teacher maps',
              // Taught less and less as the student learns to stand alone.
              weight: (step) => 10 * (1 - step / steps),
              fn: ({ outputs, teachers: { teacher }, targets }) =>
                heatmapMseLoss(outputs.heatmaps, teacher.heatmaps, targets.weights),
            },
          ]
        : []),
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
