import {
  forEachBackend,
  largestDifference,
  largestMagnitude,
} from '@pose-distill/internal-testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type LossCase, lossFolder, openLossCase, storedOrder } from '../test/cases.js';
import {
  heatmapMseLoss,
  heatmapOhkmLoss,
  hhdLoss,
  l1Loss,
  mseLoss,
  pixelKlLoss,
  smoothL1Loss,
} from './index.js';

/** The reference ran in double precision on the same float32 inputs. */
const TOLERANCE = 1e-5;

type Loss = (input: tf.Tensor) => tf.Scalar;
type Prepare = (tensors: Record<string, tf.Tensor>, params: never) => Loss;

interface HhdParams {
  readonly loss_weight?: number;
  readonly ifsoftmax: 0 | 1 | 2 | 3;
  readonly norm_mode_s?: 1 | 2;
  readonly norm_mode_t?: 1 | 2;
  readonly crop_size: readonly [number, number];
}

const hhd: Prepare = ({ teacher }, params: HhdParams) => {
  const norm = (order: 1 | 2 | undefined) => (order === 1 ? ('l1' as const) : ('l2' as const));
  const [studentNormalisation, teacherNormalisation] = (
    [
      [norm(params.norm_mode_s), norm(params.norm_mode_t)],
      ['softmax', 'softmax'],
      ['none', 'none'],
      ['softmax', 'none'],
    ] as const
  )[params.ifsoftmax];
  const [height, width] = params.crop_size;
  return (student) =>
    hhdLoss(student as tf.Tensor4D, teacher as tf.Tensor4D, {
      variant: 'reference',
      weight: params.loss_weight ?? 1,
      windowSize: { width, height },
      studentNormalisation,
      teacherNormalisation,
    });
};

const heatmap =
  (weighting: 'hrnet' | 'mmpose'): Prepare =>
  ({ target, weight }, params: { skipEmptyChannel?: boolean }) =>
  (output) =>
    heatmapMseLoss(output as tf.Tensor4D, target as tf.Tensor4D, weight, {
      weighting,
      skipEmptyMaps: params.skipEmptyChannel ?? false,
    });

const coordinates =
  (loss: typeof l1Loss): Prepare =>
  ({ target, weight }) =>
  (output) =>
    loss(output as tf.Tensor3D, target as tf.Tensor3D, weight);

const ohkm =
  (weighting: 'hrnet' | 'mmpose'): Prepare =>
  ({ target, weight }, { topk }: { topk: number }) =>
  (output) =>
    heatmapOhkmLoss(output as tf.Tensor4D, target as tf.Tensor4D, weight, {
      weighting,
      hardest: topk,
    });

const pixelKl: Prepare =
  ({ target, weight }) =>
  (output) =>
    pixelKlLoss(output as tf.Tensor4D, target as tf.Tensor4D, weight);

const CASES: readonly (readonly [string, string, Prepare])[] = [
  ...['config', 'l1norm', 'low-logits', 'raw', 'softmax', 'student-softmax'].map(
    (name) => [`hhd-cropbias-${name}`, 'student', hhd] as const,
  ),
  ['hrnet-joints-mse', 'output', heatmap('hrnet')],
  ['okdhp-joints-mse', 'output', heatmap('hrnet')],
  ['keypoint-mse', 'output', heatmap('mmpose')],
  ['keypoint-mse-skip-empty', 'output', heatmap('mmpose')],
  ['hrnet-joints-ohkm', 'output', ohkm('hrnet')],
  ['keypoint-ohkm', 'output', ohkm('mmpose')],
  ['okdhp-joints-kld', 'output', pixelKl],
  ['smooth-l1', 'output', coordinates(smoothL1Loss)],
  ['l1', 'output', coordinates(l1Loss)],
  ['mse-coords', 'output', coordinates(mseLoss)],
];

const OTHERS: Record<string, readonly string[]> = {
  student: ['teacher'],
  output: ['target', 'weight'],
};

describe('published losses', () => {
  forEachBackend(() => {
    for (const [name, input, prepare] of CASES)
      it.skipIf(!lossFolder(name))(`has the value and the gradient of ${name}`, async () => {
        const reference: LossCase<never> = openLossCase(name);
        const others = Object.fromEntries(
          OTHERS[input]!.map((array) => [array, reference.tensor(array)]),
        );
        const loss = prepare(others, reference.params);
        const x = reference.tensor(input);
        const value = loss(x);
        expect(value.shape).toEqual([]);
        expect(Math.abs((await value.data())[0]! / reference.loss - 1)).toBeLessThan(TOLERANCE);

        const gradient = await storedOrder(tf.grad((v) => loss(v))(x));
        const expected = reference.values(`grad_${input}`);
        expect(largestDifference(gradient, expected)).toBeLessThan(
          TOLERANCE * largestMagnitude(expected),
        );
      });

    it.skipIf(!lossFolder('okdhp-joints-kld'))(
      'lets the ensemble of okdhp-joints-kld learn',
      async () => {
        const reference = openLossCase('okdhp-joints-kld');
        const [output, target, weight] = ['output', 'target', 'weight'].map((name) =>
          reference.tensor(name),
        ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor];
        const gradient = await storedOrder(
          tf.grad((ensemble) => pixelKlLoss(output, ensemble as tf.Tensor4D, weight))(target),
        );
        const expected = reference.values('grad_target');
        expect(largestDifference(gradient, expected)).toBeLessThan(
          TOLERANCE * largestMagnitude(expected),
        );
      },
    );
  });
});
