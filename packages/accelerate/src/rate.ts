import * as tf from '@tensorflow/tfjs-core';

/** How fast a backend trains, by one kind of layer each. */
export interface TrainingRate {
  /** 3x3 convolution, forward and both gradients, in 10^9 floating-point operations a second. */
  readonly convolution: number;
  /** 3x3 depthwise convolution, the same: bound by memory. */
  readonly depthwise: number;
}

interface Problem {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The last one is what training looks like; those before tell whether the backend is fast enough for it. */
const PROBLEMS: readonly Problem[] = [
  { batch: 1, height: 12, width: 12, channels: 16 },
  { batch: 2, height: 32, width: 24, channels: 32 },
  { batch: 8, height: 64, width: 48, channels: 64 },
];
/** Each problem has some 40 to 60 times the operations of the one before. */
const LONG_SECONDS = 0.03;
const REPETITIONS = 5;

/**
 * Measures the current backend: median of five after a warm-up. Needs gradients (`installGradients`). The layer has 64 channels
 * on 64x48, batch 8, and on slow backends less.
 */
export async function trainingRate(): Promise<TrainingRate> {
  return { convolution: await rateOf(false), depthwise: await rateOf(true) };
}

async function rateOf(depthwise: boolean): Promise<number> {
  let rate = 0;
  for (const problem of PROBLEMS) {
    const seconds = await measure(problem, depthwise);
    rate = operations(problem, depthwise) / seconds / 1e9;
    if (seconds > LONG_SECONDS) break;
  }
  return rate;
}

const operations = ({ batch, height, width, channels }: Problem, depthwise: boolean): number =>
  3 * 2 * 9 * batch * height * width * channels * (depthwise ? 1 : channels);

/** Seconds for the forward pass and both gradients. */
async function measure(problem: Problem, depthwise: boolean): Promise<number> {
  const { batch, height, width, channels } = problem;
  const x = tf.randomNormal<tf.Rank.R4>([batch, height, width, channels]);
  const filter = tf.randomNormal<tf.Rank.R4>([3, 3, channels, depthwise ? 1 : channels]);
  const gradients = tf.valueAndGrads((...[input, weights]: tf.Tensor[]) =>
    tf.sum(
      depthwise
        ? tf.depthwiseConv2d(input as tf.Tensor4D, weights as tf.Tensor4D, 1, 'same')
        : tf.conv2d(input as tf.Tensor4D, weights as tf.Tensor4D, 1, 'same'),
    ),
  );
  const seconds: number[] = [];
  for (let i = 0; i <= REPETITIONS; i++) {
    const start = performance.now();
    const { value, grads } = gradients([x, filter]);
    // On a GPU only reading back tells that the work is done; the sum is one number.
    await value.data();
    const last = tf.sum(grads[1]!);
    await last.data();
    seconds.push((performance.now() - start) / 1000);
    tf.dispose([value, last, ...grads]);
  }
  tf.dispose([x, filter]);
  return seconds.slice(1).sort((a, b) => a - b)[REPETITIONS >> 1]!;
}
