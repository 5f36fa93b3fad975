import {
  alignHeatmaps,
  type CentreVariant,
  integralPriorLoss,
  normaliseHeatmaps,
  removeIntegralBias,
} from '@pose-distill/hhd-align';
import * as tf from '@tensorflow/tfjs-core';
import {
  type HeatmapWeighting,
  heatmapMseLoss,
  heatmapOhkmLoss,
  hhdLoss,
  l1Loss,
  mseLoss,
  pixelKlLoss,
  smoothL1Loss,
  stageDistillationLoss,
  teacherMixLoss,
  weightedSum,
} from '../src/index.js';
import type { AnyMaps } from './any-maps.js';

/** A function of one or more tensors that its gradient is asked for, prepared for given maps. */
export interface PreparedLoss {
  readonly f: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly inputs: readonly tf.Tensor[];
}

interface Tensors {
  readonly maps: readonly [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  readonly points: readonly [tf.Tensor3D, tf.Tensor3D];
  readonly weights: tf.Tensor2D | undefined;
}

type Prepare = (tensors: Tensors) => PreparedLoss;

const two = (f: (a: tf.Tensor4D, b: tf.Tensor4D, tensors: Tensors) => tf.Tensor): Prepare => {
  return (tensors) => ({
    f: (a, b) => f(a as tf.Tensor4D, b as tf.Tensor4D, tensors),
    inputs: tensors.maps.slice(0, 2),
  });
};

const points = (
  loss: (
    a: tf.Tensor3D,
    b: tf.Tensor3D,
    weights: tf.Tensor | undefined,
    options: { detachTarget: boolean },
  ) => tf.Scalar,
): Prepare => {
  return ({ points, weights }) => ({
    f: (a, b) => loss(a as tf.Tensor3D, b as tf.Tensor3D, weights, { detachTarget: false }),
    inputs: points,
  });
};

const WEIGHTINGS: readonly HeatmapWeighting[] = ['mmpose', 'mmpose-0', 'hrnet'];
const NORMALISATIONS = ['l2', 'l1', 'softmax', 'none'] as const;
const VARIANTS: readonly CentreVariant[] = ['paper', 'reference'];

/** Every loss of this package and of hhd-align in every form, by name. */
export const everyLoss: Readonly<Record<string, Prepare>> = {
  ...Object.fromEntries(
    WEIGHTINGS.flatMap((weighting) =>
      [false, true].map((skipEmptyMaps) => [
        `heatmapMseLoss ${weighting}${skipEmptyMaps ? ', empty maps skipped' : ''}`,
        two((a, b, { weights }) =>
          heatmapMseLoss(a, b, weights, { weighting, skipEmptyMaps, detachTarget: false }),
        ),
      ]),
    ),
  ),
  ...Object.fromEntries(
    (['mmpose', 'hrnet'] as const).map((weighting) => [
      `heatmapOhkmLoss ${weighting}`,
      two((a, b, { weights }) =>
        heatmapOhkmLoss(a, b, weights, { weighting, hardest: 1, detachTarget: false }),
      ),
    ]),
  ),
  ...Object.fromEntries(
    [1, 4, 1e-14, 1e14].map((temperature) => [
      `pixelKlLoss, temperature ${temperature}`,
      two((a, b, { weights }) => pixelKlLoss(a, b, weights, { temperature })),
    ]),
  ),
  ...Object.fromEntries(
    VARIANTS.flatMap((variant) =>
      NORMALISATIONS.flatMap((studentNormalisation) =>
        NORMALISATIONS.map((teacherNormalisation) => [
          `hhdLoss ${variant}, ${studentNormalisation} and ${teacherNormalisation}`,
          two((student, teacher, { weights }) =>
            hhdLoss(student, teacher, {
              ...{ variant, studentNormalisation, teacherNormalisation },
              ...(weights && { keypointWeights: weights }),
              ...{ windowSize: { width: 4, height: 3 }, detachTeacher: false },
            }),
          ),
        ]),
      ),
    ),
  ),
  'hhdLoss of weight 0': two((a, b) =>
    hhdLoss(a, b, { weight: 0, studentNormalisation: 'none', teacherNormalisation: 'none' }),
  ),
  'hhdLoss without epsilon': two((a, b) => hhdLoss(a, b, { epsilon: 0 })),
  ...Object.fromEntries(
    [0, 0.3, 1].map((alpha) => [
      `teacherMixLoss, alpha ${alpha}`,
      ({ maps, weights }: Tensors): PreparedLoss => ({
        f: (student) =>
          teacherMixLoss(student as tf.Tensor4D, maps[1], maps[2], weights, { alpha }),
        inputs: [maps[0]],
      }),
    ]),
  ),
  ...Object.fromEntries(
    (['mse', 'kl'] as const).flatMap((distance) =>
      (['teacher', 'next'] as const).map((towards) => [
        `stageDistillationLoss ${distance}, towards ${towards}`,
        ({ maps, weights }: Tensors): PreparedLoss => ({
          f: (one, other) =>
            stageDistillationLoss(
              [one as tf.Tensor4D, other as tf.Tensor4D],
              maps[2],
              ...[weights, { distance, towards, stageWeights: [0.5, 1] }],
            ),
          inputs: maps.slice(0, 2),
        }),
      ]),
    ),
  ),
  smoothL1Loss: points((a, b, w, options) => smoothL1Loss(a, b, w, { ...options, threshold: 2 })),
  l1Loss: points(l1Loss),
  mseLoss: points(mseLoss),
  weightedSum: ({ maps, points }) => ({
    f: (a, b) =>
      weightedSum(
        [heatmapMseLoss(a as tf.Tensor4D, maps[1]), mseLoss(b as tf.Tensor3D, points[1])],
        [0, 1],
      ),
    inputs: [maps[0], points[0]],
  }),
  ...Object.fromEntries(
    [0.3, 10].map((beta) => [
      `integralPriorLoss, beta ${beta}`,
      ({ maps, points, weights }: Tensors): PreparedLoss => ({
        f: (logits) => integralPriorLoss(logits as tf.Tensor4D, points[0], weights, { beta }),
        inputs: [maps[0]],
      }),
    ]),
  ),
  ...Object.fromEntries(
    VARIANTS.map((variant) => [
      `removeIntegralBias ${variant}`,
      ({ maps, points }: Tensors): PreparedLoss => ({
        f: (coordinates) => removeIntegralBias(coordinates as tf.Tensor3D, maps[0], { variant }),
        inputs: [points[0]],
      }),
    ]),
  ),
  ...Object.fromEntries(
    NORMALISATIONS.flatMap((mode) => [
      [
        `normaliseHeatmaps ${mode}`,
        ({ maps }: Tensors): PreparedLoss => ({
          f: (x) => normaliseHeatmaps(x as tf.Tensor4D, mode),
          inputs: [maps[0]],
        }),
      ],
      [
        `alignHeatmaps ${mode}`,
        ({ maps }: Tensors): PreparedLoss => ({
          f: (x) =>
            alignHeatmaps(
              { student: x as tf.Tensor4D, teacher: maps[1] },
              { studentNormalisation: mode },
            ).student,
          inputs: [maps[0]],
        }),
      ],
    ]),
  ),
};

/** Tensors of any maps; the caller disposes them. */
export function tensorsOf({ sizes, maps, points, weights }: AnyMaps): Tensors {
  const { batch, height, width, keypoints } = sizes;
  const map = (values: Float32Array) => tf.tensor4d(values, [batch, height, width, keypoints]);
  const point = (values: Float32Array) => tf.tensor3d(values, [batch, keypoints, 2]);
  return {
    maps: [map(maps[0]), map(maps[1]), map(maps[2])],
    points: [point(points[0]), point(points[1])],
    weights: weights && tf.tensor2d(weights, [batch, keypoints]),
  };
}

/** Names of what is NaN in a value and in its gradients with respect to all inputs. */
export async function findNaN({ f, inputs }: PreparedLoss): Promise<string[]> {
  const { value, grads } = tf.tidy(() => {
    const value = f(...inputs);
    return { value, grads: tf.grads(f)([...inputs], tf.onesLike(value)) };
  });
  const results = [value, ...grads];
  const data = await Promise.all(results.map((result) => result.data()));
  tf.dispose(results);
  return data.flatMap((values, i) =>
    values.some(Number.isNaN) ? [i === 0 ? 'value' : `gradient ${i}`] : [],
  );
}
