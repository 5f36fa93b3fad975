// A plan whose second worker comes to grief in its seventh step.
import { workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { plain } from 'pose-distill/recipes';

const GRIEF = {
  throw: () => {
    throw new TypeError('the term fell over');
  },
  exit: () => process.exit(7),
  nan: (loss) => tf.mul(loss, Number.NaN),
  uncaught: () => {
    queueMicrotask(() => {
      throw new RangeError('thrown where nobody looks');
    });
  },
};

export function plan({ grief, ...options }) {
  const rank = workerData?.rank;
  if (grief === 'network' && rank === 1)
    return plain.plan({ ...options, network: 'mobilenetv2x0.25s16-deconv16' });
  const made = plain.plan(options);
  if (rank !== 1 || !GRIEF[grief]) return made;
  let calls = 0;
  const [term] = made.terms;
  const fn = (input) => {
    const loss = term.fn(input);
    return (calls++ === 6 ? GRIEF[grief](loss) : undefined) ?? loss;
  };
  return { ...made, terms: [{ ...term, fn }] };
}
