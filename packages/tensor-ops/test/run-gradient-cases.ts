import * as tf from '@tensorflow/tfjs-core';
import { checkGradient } from '../src/index.js';
import { gradientCases, makeInput } from './gradient-cases.js';

export interface CaseResult {
  readonly name: string;
  readonly kernels: readonly string[];
  /** `'skipped'` where the backend's forward op is wrong already. */
  readonly outcome: 'right' | 'wrong' | 'fails' | 'skipped';
  readonly detail: string;
}

/** Runs the gradient cases of these names on the current backend with the gradients registered now; never throws. */
export async function runGradientCases(
  samples: number,
  names: RegExp = /./,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const {
    name,
    kernels,
    inputs,
    f,
    step = 0.01,
    tolerance = 1e-3,
    forwardWrongOn,
  } of gradientCases.filter((one) => names.test(one.name))) {
    if (forwardWrongOn?.includes(tf.getBackend())) {
      results.push({ name, kernels, outcome: 'skipped', detail: 'the forward op is wrong' });
      continue;
    }
    const tensors = inputs.map(makeInput);
    try {
      const report = await checkGradient(f, tensors, { step, tolerance, samples });
      const outcome = report.passed ? 'right' : 'wrong';
      results.push({
        name,
        kernels,
        outcome,
        detail: `error ${report.largestError.toExponential(1)}`,
      });
    } catch (error) {
      results.push({ name, kernels, outcome: 'fails', detail: String(error).slice(0, 200) });
    }
    tf.dispose(tensors);
  }
  return results;
}
