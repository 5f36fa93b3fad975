import { fuseReparameterised, prune } from '@pose-distill/network';
import type { Model } from '../model/model.js';
import type { Plan } from './plan.js';
import type { ValidationResult } from './train.js';

/** Every parameter and statistic of a network by name. */
export type Weights = Readonly<Record<string, Float32Array>>;

/**
 * What is left of a plan's training network when one output is put to use: the parts that it needs, under the output name `heatmaps`, with
 * sums of parallel convolutions made one. All else is as trained, to the bit.
 *
 * @param output default: the first of those the plan deploys
 */
export function deployModel(
  plan: Plan,
  weights: Weights,
  output: string = deployable(plan)[0]!,
): Model {
  const { student, skeleton, decode } = plan;
  const pruned = prune(student, [output]);
  const network = { ...pruned, outputs: { heatmaps: pruned.outputs[output]! } };
  const kept = Object.fromEntries(network.parameters.map(({ name }) => [name, weights[name]!]));
  return { ...fuseReparameterised(network, kept), skeleton, decode };
}

const deployable = ({ deploys = ['heatmaps'] }: Plan): readonly string[] => deploys;

/** What is deployed, and the scores of all that might be. */
export interface Validation extends Verdict {
  readonly model: Model;
}

export interface Verdict {
  /** The best output. */
  readonly output: string;
  readonly scores: ValidationResult;
  /** Scores of the other outputs that the plan deploys or watches, by name. */
  readonly others: Readonly<Record<string, ValidationResult>>;
}

/** Scores every output that a plan deploys or watches and chooses the best of the former: by the first score, then by the next. */
export async function validateOutputs(
  plan: Plan,
  weights: Weights,
  validate: (model: Model) => Promise<ValidationResult>,
): Promise<Validation> {
  const judged: Omit<Validation, 'others'>[] = [];
  for (const output of [...deployable(plan), ...(plan.watches ?? [])]) {
    const model = deployModel(plan, weights, output);
    judged.push({ output, model, scores: await validate(model) });
  }
  const best = judged
    .slice(0, deployable(plan).length)
    .reduce((a, b) => (isBetter(b.scores, a.scores) ? b : a));
  const others = judged.filter((entry) => entry !== best);
  return {
    ...best,
    others: Object.fromEntries(others.map(({ output, scores }) => [output, scores])),
  };
}

function isBetter(a: ValidationResult, b: ValidationResult): boolean {
  for (const name of Object.keys(a)) {
    const [own, other] = [a[name] ?? -Infinity, b[name] ?? -Infinity];
    if (own !== other) return own > other;
  }
  return false;
}
