import { createRandom } from '@pose-distill/internal-random';
import { drawInitial } from './initialisers.js';
import { sizeOf } from './operation.js';
import type { Network } from './types.js';

/**
 * First values of all parameters. Each depends on the seed and its own name only, so adding or dropping a branch
 * changes no other parameter.
 *
 * @param seed any integer
 */
export function initialise(network: Network, seed: number): Record<string, Float32Array> {
  const weights: Record<string, Float32Array> = {};
  for (const { name, shape, initialiser } of network.parameters) {
    const values = new Float32Array(sizeOf(shape));
    if (initialiser.type === 'constant') values.fill(initialiser.value);
    else {
      const random = createRandom(seed, name);
      for (let i = 0; i < values.length; i++) values[i] = drawInitial(initialiser, random);
    }
    weights[name] = values;
  }
  return weights;
}
