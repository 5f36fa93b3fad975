import * as tf from '@tensorflow/tfjs-core';
import { TensorOpsError } from './errors.js';

export interface CheckGradientOptions {
  /** Distance to either side of a value; keep kinks further away than this. @default 0.01 */
  readonly step?: number;
  /** Largest error that passes. @default 1e-3 */
  readonly tolerance?: number;
  /** How many elements of each input to try, evenly spread. @default all of them */
  readonly samples?: number;
}

/** One element of one input, with its gradient computed both ways. */
export interface GradientElement {
  readonly input: number;
  readonly index: number;
  readonly analytic: number;
  readonly numeric: number;
}

export interface GradientReport {
  readonly passed: boolean;
  /** Largest difference, divided by the largest gradient of the same input; Infinity if not finite. */
  readonly largestError: number;
  /** Largest magnitude of the numeric gradient; 0 means that nothing was really tried. */
  readonly largestGradient: number;
  /** Number of elements tried. */
  readonly checked: number;
  /** Where the largest error is; undefined when nothing was tried. */
  readonly worst: GradientElement | undefined;
}

/**
 * Compares the gradients tfjs computes for a function with central differences of it.
 *
 * An output that is not a scalar is reduced by fixed, all different weights, so that every output
 * element takes part. Outputs are read as they are and summed in double precision, and the step is the
 * one float32 really made, so differences are good to about 1e-7 of the output over the step. Runs on
 * the current backend, reads with `data()` only, and leaves no tensor behind.
 *
 * To check an op of your own, hand it over as it is; `report.worst` says where the two differ most. See that
 * `largestGradient` is not 0, that shapes are odd and uneven, and that no value is within a step of a kink.
 *
 * @param f a function of float32 tensors; deterministic
 * @param inputs where to check; values away from kinks and ties
 * @throws TensorOpsError OUT_OF_RANGE when the step is not positive, SHAPE_MISMATCH when there is no input or one is not
 * float32, MISSING_GRADIENT when a kernel that f runs has no gradient
 * @example
 * const report = await checkGradient((x) => tf.square(x), [tf.tensor1d([1, -2, 3])]);
 * report.passed; // true
 */
export async function checkGradient(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
  options: CheckGradientOptions = {},
): Promise<GradientReport> {
  const { step = 0.01, tolerance = 1e-3, samples = Infinity } = options;
  if (!(step > 0) || !(samples >= 1)) {
    throw new TensorOpsError(
      'OUT_OF_RANGE',
      `checkGradient expected step > 0 and samples >= 1, got step ${step}, samples ${samples}.`,
      { step, samples },
    );
  }
  if (inputs.length === 0 || inputs.some(({ dtype }) => dtype !== 'float32')) {
    const got = inputs.map(({ dtype, shape }) => `${dtype} [${shape}]`).join(', ');
    throw new TensorOpsError(
      'SHAPE_MISMATCH',
      `checkGradient expected one or more float32 tensors, got ${got || 'none'}. Keep indices and masks inside f.`,
      { dtypes: inputs.map(({ dtype }) => dtype) },
    );
  }
  const analytic = await analyticGradients(f, inputs);
  const values = await Promise.all(inputs.map((input) => input.data()));

  const evaluate = async (which: number, changed: Float32Array): Promise<ArrayLike<number>> => {
    const output = tf.tidy(() => {
      const at = inputs.map((input, i) => (i === which ? tf.tensor(changed, input.shape) : input));
      return f(...at);
    });
    const result = await output.data();
    if (!inputs.includes(output)) output.dispose();
    return result;
  };

  let largestError = 0;
  let largestGradient = 0;
  let checked = 0;
  let worst: GradientElement | undefined;
  for (let input = 0; input < inputs.length; input++) {
    const elements: GradientElement[] = [];
    for (const index of spread(inputs[input]!.size, samples)) {
      const up = Float32Array.from(values[input]!);
      const down = Float32Array.from(values[input]!);
      up[index]! += step;
      down[index]! -= step;
      const high = await evaluate(input, up);
      const low = await evaluate(input, down);
      let change = 0;
      for (let i = 0; i < high.length; i++) change += outputWeight(i) * (high[i]! - low[i]!);
      const numeric = change / (up[index]! - down[index]!);
      elements.push({ input, index, analytic: analytic[input]![index]!, numeric });
    }
    const scale = elements.reduce(
      (s, e) => Math.max(s, Math.abs(e.analytic), Math.abs(e.numeric)),
      0,
    );
    for (const element of elements) {
      const difference = Math.abs(element.analytic - element.numeric);
      const error = difference === 0 ? 0 : difference / scale;
      checked++;
      largestGradient = Math.max(largestGradient, Math.abs(element.numeric));
      if (!(error <= largestError)) {
        largestError = Number.isFinite(error) ? error : Infinity;
        worst = element;
      } else if (worst === undefined) {
        worst = element;
      }
    }
  }
  return { passed: largestError <= tolerance, largestError, largestGradient, checked, worst };
}

async function analyticGradients(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
): Promise<ArrayLike<number>[]> {
  const weighted = (...at: tf.Tensor[]): tf.Scalar => {
    const y = f(...at);
    const weights = tf.tensor(Float32Array.from({ length: y.size }, (_, i) => outputWeight(i)));
    return tf.sum(tf.mul(tf.reshape(y, [y.size]), weights)) as tf.Scalar;
  };
  const gradients = tf.tidy(() => {
    try {
      return tf.grads(weighted)([...inputs]);
    } catch (error) {
      throw explained(error);
    }
  });
  const read = await Promise.all(gradients.map((gradient) => gradient.data()));
  for (const gradient of gradients) gradient.dispose();
  return read;
}

/** What to do about tfjs's complaint that a kernel has no gradient; other errors as they are. */
function explained(error: unknown): unknown {
  const [, kernel] = /gradient function not found for (\w+)/.exec(String(error)) ?? [];
  if (kernel === undefined) return error;
  return new TensorOpsError(
    'MISSING_GRADIENT',
    `checkGradient expected a gradient for every kernel of the function, and ${kernel} has none. ` +
      'Call installGradients() first, or give it one with tf.registerGradient or tf.customGrad.',
    { kernel },
  );
}

/** Weights between 0.5 and 1.5 without a pattern that a wrong index could keep. */
function outputWeight(i: number): number {
  return Math.fround(1 + 0.5 * Math.sin(12.9898 * i + 78.233));
}

function spread(size: number, samples: number): number[] {
  const count = Math.min(size, samples);
  return Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
}
