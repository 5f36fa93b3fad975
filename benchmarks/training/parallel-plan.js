/** A benchmark network as a training plan, so that every thread can build it. */
import { coco17 } from '@pose-distill/skeletons';
import * as tf from '@tensorflow/tfjs-core';
import { ADAM, constant } from 'pose-distill/train';
import { buildNetwork } from './networks.js';

/** Mean squared error to heatmaps, Adam, no clipping that would bite. */
export function plan({ network, height, width, batchSize, steps, accumulate, syncBatchNorm }) {
  return {
    name: network,
    skeleton: coco17,
    inputSize: { height, width },
    heatmapSize: { height: height / 4, width: width / 4 },
    sigma: 2,
    student: buildNetwork(network, { height, width }),
    decode: { kind: 'heatmap', refine: 'quarter' },
    terms: [
      {
        name: 'heatmap',
        weight: 1,
        fn: ({ outputs, targets }) =>
          tf.mean(tf.squaredDifference(outputs.heatmaps, targets.heatmaps)),
      },
    ],
    optimizer: ADAM,
    learningRate: constant(1e-3),
    clipNorm: 1e6,
    ...{ batchSize, steps, accumulate, syncBatchNorm },
    augment: {},
    seed: 1,
  };
}
