import type { Batch } from '@pose-distill/datasets';
import {
  type Affine,
  averageFlipped,
  decodeHeatmaps,
  type Heatmaps,
  invertAffine,
  type Size,
  softArgmax,
  transformPoints,
} from '@pose-distill/heatmap-decode';
import { run } from '@pose-distill/network-tfjs';
import { flipIndices } from '@pose-distill/skeletons';
import * as tf from '@tensorflow/tfjs-core';
import type { DecodeRule, Model } from '../model/model.js';
import { loadFolded } from './load-folded.js';

/** Keypoints of a batch. B people, K keypoints. */
export interface Prediction {
  /** [B*K*2] input pixels. */
  readonly input: Float32Array;
  /** [B*K*2] image pixels. */
  readonly image: Float32Array;
  /** [B*K] peak of the map (heatmap) or of its softmax (integral). */
  readonly scores: Float32Array;
}

export interface Predictor {
  /** Images as the network takes them, with the affine maps that made them. */
  predict(batch: Pick<Batch, 'size' | 'images' | 'transforms'>): Promise<Prediction>;
  dispose(): void;
}

export interface PredictorOptions {
  /** Average with the prediction on the mirrored image. Default true. */
  readonly flipTest?: boolean;
}

/** Runs a model on crops; batch norm is folded into the convolutions once. */
export function createPredictor(
  model: Model,
  { flipTest = true }: PredictorOptions = {},
): Predictor {
  const { network, variables } = loadFolded(model);
  const flips = flipIndices(model.skeleton);
  const inputSize = inputSizeOf(model);

  const forward = async (image: tf.Tensor4D): Promise<Heatmaps> => {
    const maps = tf.tidy(
      () => run(network, variables, { image }, { training: false }).outputs.heatmaps!,
    );
    const data = (await maps.data()) as Float32Array;
    const shape = maps.shape as [number, number, number, number];
    maps.dispose();
    return { data, shape, layout: 'NHWC' };
  };

  return {
    async predict({ size, images, transforms }) {
      const image = tf.tensor4d(images, [size, inputSize.height, inputSize.width, 3]);
      const maps = await forward(image);
      let mirroredMaps: Heatmaps | undefined;
      if (flipTest) {
        const mirrored = tf.reverse(image, 2);
        mirroredMaps = await forward(mirrored);
        mirrored.dispose();
      }
      image.dispose();
      const located = locate(maps, mirroredMaps, model.decode, flips, inputSize);
      return { ...located, image: toImage(located.input, transforms, size) };
    },
    dispose: () => tf.dispose(Object.values(variables)),
  };
}

/** The size of the network's input `image`. */
export function inputSizeOf(model: Pick<Model, 'network'>): Size {
  const image = model.network.nodes.find(({ name }) => name === model.network.inputs[0])!;
  const [height, width] = image.shape as readonly [number, number, number];
  return { width, height };
}

/** Keypoints in input pixels, averaged with those of the mirrored image when there is one. */
function locate(
  maps: Heatmaps,
  mirrored: Heatmaps | undefined,
  rule: DecodeRule,
  flips: readonly number[],
  inputSize: Size,
): Pick<Prediction, 'input' | 'scores'> {
  const stride = inputSize.width / maps.shape[2]!;
  if (rule.kind === 'heatmap') {
    const fused = mirrored
      ? { ...maps, data: averageFlipped(maps, mirrored, flips, { shift: true }) }
      : maps;
    const { keypoints, scores } = decodeHeatmaps(fused, { refine: rule.refine });
    return { input: keypoints.map((value) => value * stride), scores };
  }
  const options = { beta: rule.beta };
  const { keypoints, scores } = softArgmax(maps, options);
  const input = keypoints.map((value) => value * stride);
  if (!mirrored) return { input, scores };
  const other = softArgmax(mirrored, options);
  const count = flips.length;
  for (let i = 0; i < scores.length; i++) {
    const from = i - (i % count) + flips[i % count]!;
    const mirroredX = inputSize.width - 1 - other.keypoints[2 * from]! * stride;
    input[2 * i] = 0.5 * (input[2 * i]! + mirroredX);
    input[2 * i + 1] = 0.5 * (input[2 * i + 1]! + other.keypoints[2 * from + 1]! * stride);
    scores[i] = 0.5 * (scores[i]! + other.scores[from]!);
  }
  return { input, scores };
}

/** Back through each person's own affine map. */
function toImage(input: Float32Array, transforms: Float64Array, size: number): Float32Array {
  const image = new Float32Array(input.length);
  const each = input.length / size;
  for (let b = 0; b < size; b++) {
    const back = invertAffine([...transforms.subarray(b * 6, b * 6 + 6)] as unknown as Affine);
    transformPoints(
      input.subarray(b * each, (b + 1) * each),
      back,
      image.subarray(b * each, (b + 1) * each),
    );
  }
  return image;
}
