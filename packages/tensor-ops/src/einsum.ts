import * as tf from '@tensorflow/tfjs-core';

/** One operand and the letter of each of its axes. */
interface Term {
  readonly letters: string;
  readonly tensor: tf.Tensor;
}

/**
 * `tf.einsum` composed from transpositions, sums and one matrix product; the same equations (two operands
 * at most, no repeated letter in an operand, no ellipsis). The caller disposes the result.
 */
export function einsumReference(equation: string, tensors: readonly tf.Tensor[]): tf.Tensor {
  const given = [...tensors];
  const { allDims, idDims } = tf.backend_util.decodeEinsumEquation(equation, given.length);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, given);
  const [left, out] = equation.replace(/\s/g, '').split('->') as [string, string];
  const terms = left.split(',').map((letters, i) => ({ letters, tensor: given[i]! }));
  return tf.tidy(() => {
    const [a, b] = terms as [Term, Term | undefined];
    if (b === undefined) return arrange(summedTo(a, out), out);
    const first = summedTo(a, out + b.letters);
    const second = summedTo(b, out + a.letters);
    return arrange(product(first, second, out), out);
  });
}

/** Sums over the axes whose letters nobody needs. */
function summedTo({ letters, tensor }: Term, needed: string): Term {
  const axes = [...letters].flatMap((letter, axis) => (needed.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { letters, tensor };
  const kept = [...letters].filter((letter) => needed.includes(letter)).join('');
  return { letters: kept, tensor: tf.sum(tensor, axes) };
}

function arrange({ letters, tensor }: Term, order: string): tf.Tensor {
  if (letters === order) return tf.clone(tensor);
  return tf.transpose(
    tensor,
    [...order].map((letter) => letters.indexOf(letter)),
  );
}

/** One batched matrix product: letters of both that stay are the batch, those that go are contracted. */
function product(a: Term, b: Term, out: string): Term {
  const inBoth = [...a.letters].filter((letter) => b.letters.includes(letter)).join('');
  const batch = [...inBoth].filter((letter) => out.includes(letter)).join('');
  const contracted = [...inBoth].filter((letter) => !out.includes(letter)).join('');
  const ofA = [...a.letters].filter((letter) => !inBoth.includes(letter)).join('');
  const ofB = [...b.letters].filter((letter) => !inBoth.includes(letter)).join('');
  const extent = (letters: string): number[] =>
    [...letters].map((letter) =>
      a.letters.includes(letter)
        ? a.tensor.shape[a.letters.indexOf(letter)]!
        : b.tensor.shape[b.letters.indexOf(letter)]!,
    );
  const size = (letters: string): number => extent(letters).reduce((x, y) => x * y, 1);
  const matrix = (term: Term, rows: string, columns: string): tf.Tensor3D =>
    tf.reshape(arrange(term, batch + rows + columns), [size(batch), size(rows), size(columns)]);
  const result = tf.matMul(matrix(a, ofA, contracted), matrix(b, contracted, ofB));
  const letters = batch + ofA + ofB;
  return { letters, tensor: tf.reshape(result, extent(letters)) };
}
