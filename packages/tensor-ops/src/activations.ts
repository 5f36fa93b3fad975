import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, runKernel } from './kernels.js';

type Elementwise = (x: tf.Tensor) => tf.Tensor;

/**
 * An activation with a gradient of its own. A backend may register the kernels `name` (x → y) and
 * `name + 'Grad'` (dy, x → dx).
 */
function activation(name: string, value: Elementwise, derivative: Elementwise) {
  return <T extends tf.Tensor>(x: T): T => {
    const activate = tf.customGrad((...args) => {
      const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
      save([input]);
      const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
        const at = saved[0]!;
        return hasKernel(`${name}Grad`)
          ? runKernel(`${name}Grad`, { dy, x: at }, {})[0]!
          : tf.tidy(() => tf.mul(dy, derivative(at)));
      };
      const y = hasKernel(name)
        ? runKernel(name, { x: input }, {})[0]!
        : tf.tidy(() => value(input));
      return { value: y, gradFunc };
    });
    return activate(x) as T;
  };
}

const asNumber = (condition: tf.Tensor): tf.Tensor => tf.cast(condition, 'float32');

/** Where `-3 < x < 3`, as 0 or 1. */
const between = (x: tf.Tensor): tf.Tensor =>
  asNumber(tf.logicalAnd(tf.greater(x, -3), tf.less(x, 3)));

/** The standard normal distribution function. */
const normalCdf = (x: tf.Tensor): tf.Tensor =>
  tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);

const normalDensity = (x: tf.Tensor): tf.Tensor =>
  tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));

/**
 * GELU in its exact form, `x Φ(x)` with the error function (not the tanh approximation).
 *
 * Any shape. First-order gradient of its own, so `installGradients` is not needed. tfjs's erf is good to
 * 5e-7, and so is this relative to `max(1, |x|)`. The caller disposes the result.
 *
 * @see Hendrycks and Gimpel 2016, equation 1
 * @example
 * gelu(tf.tensor1d([-1, 0, 1])); // [-0.1587, 0, 0.8413]
 */
export const gelu: <T extends tf.Tensor>(x: T) => T = activation(
  'Gelu',
  (x) => tf.mul(x, normalCdf(x)),
  (x) => tf.add(normalCdf(x), tf.mul(x, normalDensity(x))),
);

/**
 * `x sigmoid(x)`, also called swish.
 *
 * Any shape. First-order gradient of its own. The caller disposes the result.
 *
 * @example
 * silu(tf.tensor1d([-1, 0, 1])); // [-0.2689, 0, 0.7311]
 */
export const silu: <T extends tf.Tensor>(x: T) => T = activation(
  'Silu',
  (x) => tf.mul(x, tf.sigmoid(x)),
  (x) => {
    const s = tf.sigmoid(x);
    return tf.mul(s, tf.add(tf.mul(x, tf.sub(1, s)), 1));
  },
);

/**
 * `min(max(x + 3, 0), 6) / 6`.
 *
 * Any shape. First-order gradient of its own: 1/6 where `-3 < x < 3` and 0 elsewhere, the kinks included,
 * as in PyTorch. The caller disposes the result.
 *
 * @see Howard et al. 2019, section 5.2
 */
export const hardSigmoid: <T extends tf.Tensor>(x: T) => T = activation(
  'HardSigmoid',
  (x) => tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6),
  (x) => tf.div(between(x), 6),
);

/**
 * `x min(max(x + 3, 0), 6) / 6`.
 *
 * Any shape. First-order gradient of its own: 0 up to -3, 1 from 3 on, `x / 3 + 1/2` between, as in
 * PyTorch. The caller disposes the result.
 *
 * @see Howard et al. 2019, section 5.2
 */
export const hardSwish: <T extends tf.Tensor>(x: T) => T = activation(
  'HardSwish',
  (x) => tf.mul(x, tf.div(tf.clipByValue(tf.add(x, 3), 0, 6), 6)),
  (x) => {
    const slope = tf.mul(between(x), tf.add(tf.div(x, 3), 0.5));
    return tf.add(slope, asNumber(tf.greaterEqual(x, 3)));
  },
);
