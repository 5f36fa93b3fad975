import * as tf from '@tensorflow/tfjs-core';
import { checkGradient } from '../src/index.js';
import { type GradientCase, gradientCases, makeInput } from './gradient-cases.js';

export interface CaseResult {
  readonly name: string;
  readonly kernels: readonly string[];
  /** `'forward'`: the op itself gives other values than it should. */
  readonly outcome: 'right' | 'wrong' | 'fails' | 'forward';
  readonly detail: string;
}

/** Values of the forward ops by case, as plain data. */
export type ForwardValues = Readonly<Record<string, number[]>>;

async function forward({ inputs, f }: GradientCase): Promise<number[]> {
  const output = tf.tidy(() => f(...inputs.map(makeInput)));
  const values = Array.from(await output.data());
  output.dispose();
  return values;
}

/** What every forward op gives on the current backend. */
export async function forwardValues(): Promise<ForwardValues> {
  const values: Record<string, number[]> = {};
  for (const each of gradientCases) values[each.name] = await forward(each);
  return values;
}

function agrees(actual: readonly number[], expected: readonly number[]): boolean {
  const scale = Math.max(...expected.map(Math.abs));
  return (
    actual.length === expected.length &&
    actual.every((value, i) => Math.abs(value - expected[i]!) <= 1e-3 * scale)
  );
}

/**
 * Runs the gradient cases of these names on the current backend with the gradients and kernels registered now; never
 * throws. Where the forward op does not give the expected values there is nothing right to differentiate.
 */
export async function runGradientCases(
  samples: number,
  names: RegExp = /./,
  expected: ForwardValues = {},
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const each of gradientCases.filter(({ name }) => names.test(name))) {
    const { name, kernels, inputs, f, step = 0.01, tolerance = 1e-3 } = each;
    const tensors = inputs.map(makeInput);
    const add = (outcome: CaseResult['outcome'], detail: string): void => {
      results.push({ name, kernels, outcome, detail });
    };
    try {
      const right = expected[name];
      if (right && !agrees(await forward(each), right)) {
        add('forward', 'the forward op is wrong');
        continue;
      }
      const report = await checkGradient(f, tensors, { step, tolerance, samples });
      add(report.passed ? 'right' : 'wrong', `error ${report.largestError.toExponential(1)}`);
    } catch (error) {
      add('fails', String(error).slice(0, 200));
    } finally {
      tf.dispose(tensors);
    }
  }
  return results;
}
