import { createRandom } from '@pose-distill/internal-random';
import { initialise, type Network } from '../src/index.js';
import type { Doubles } from './evaluate.js';

/** First values with every bias and statistic away from 0 and 1, so that nothing cancels by luck. */
export function randomWeights(network: Network, seed = 1): Record<string, Float32Array> {
  const weights = initialise(network, seed);
  for (const { name, shape } of network.parameters) {
    if (shape.length !== 1) continue;
    const random = createRandom(seed, `test ${name}`);
    weights[name] = weights[name]!.map(() => random.between(0.5, 1.5));
  }
  return weights;
}

/** Standard normal maps `[batch, ...shape]`. */
export function randomMaps(shape: readonly number[], seed = 1): Doubles {
  const random = createRandom(seed, 'maps');
  const size = shape.reduce((product, length) => product * length, 1);
  return { data: Float64Array.from({ length: size }, () => Math.fround(random.normal())), shape };
}
