import * as tf from '@tensorflow/tfjs-core';
import { einsumReference } from '../einsum.js';
import type { ReplacedGradient } from './replaced-gradient.js';

/**
 * The gradient of an operand is the einsum of dy with the other operand; axes that the operand summed alone
 * get the same value everywhere.
 */
function operandGradient(
  dy: tf.Tensor,
  out: string,
  letters: string,
  shape: number[],
  other: { readonly letters: string; readonly tensor: tf.Tensor } | undefined,
): tf.Tensor {
  const known = [...letters].filter((letter) => (out + (other?.letters ?? '')).includes(letter));
  const target = known.join('');
  const gradient = other
    ? einsumReference(`${out},${other.letters}->${target}`, [dy, other.tensor])
    : einsumReference(`${out}->${target}`, [dy]);
  const withOnes = shape.map((extent, axis) => (target.includes(letters[axis]!) ? extent : 1));
  return tf.mul(tf.reshape(gradient, withOnes), tf.ones(shape));
}

export const einsumGradient: ReplacedGradient = {
  why: 'stock has none',
  config: {
    kernelName: tf.Einsum,
    saveAllInputs: true,
    gradFunc: (dy, saved, attrs) => {
      const { equation } = attrs as unknown as { equation: string };
      const [left, out] = equation.replace(/\s/g, '').split('->') as [string, string];
      const terms = left.split(',').map((letters, i) => ({ letters, tensor: saved[i]! }));
      return Object.fromEntries(
        terms.map(({ letters, tensor }, i) => [
          i,
          () => operandGradient(dy as tf.Tensor, out, letters, tensor.shape, terms[1 - i]),
        ]),
      );
    },
  },
};
