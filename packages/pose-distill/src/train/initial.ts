import { initialise, type Network } from '@pose-distill/network';
import { PoseDistillError } from '../errors.js';
import type { Model } from '../model/model.js';

/** First values of a network, and where they are from. */
export interface InitialWeights {
  /** By name, all parameters and running statistics. */
  readonly weights: Record<string, Float32Array>;
  /** Parameters whose values are the model's. */
  readonly taken: readonly string[];
  /** Parameters drawn from the seed: the model has none of that name and shape. */
  readonly drawn: readonly string[];
}

/**
 * First values of a network: those of a model where name and shape are equal, else drawn from the seed.
 *
 * @throws PoseDistillError BAD_MODEL when nothing of the model fits
 */
export function initialWeights(
  network: Network,
  seed: number,
  from?: Pick<Model, 'network' | 'weights'>,
): InitialWeights {
  const weights: Record<string, Float32Array> = initialise(network, seed);
  const names = network.parameters.map(({ name }) => name);
  if (!from) return { weights, taken: [], drawn: names };
  const theirs = new Map(from.network.parameters.map(({ name, shape }) => [name, shape.join()]));
  const taken = network.parameters
    .filter(({ name, shape }) => theirs.get(name) === shape.join())
    .map(({ name }) => name);
  if (taken.length === 0)
    throw new PoseDistillError(
      'BAD_MODEL',
      `None of the model's ${theirs.size} parameters has the name and shape of one of the student's ${names.length}. ` +
        'Start from a model of the same network.',
    );
  for (const name of taken) weights[name] = from.weights[name]!.slice();
  return { weights, taken, drawn: names.filter((name) => !taken.includes(name)) };
}
