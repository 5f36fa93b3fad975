import { NetworkError } from './error.js';
import { sizeOf } from './operation.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';
import type { Network, Weights } from './types.js';

/** Weights of a network as a safetensors file; the metadata record the layout. */
export function saveWeights(
  network: Network,
  weights: Weights,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  checkWeights(network, weights);
  const tensors = network.parameters.map(
    ({ name, shape }) => [name, { shape, data: weights[name]! }] as const,
  );
  return writeSafetensors(Object.fromEntries(tensors), { layout: 'NHWC/HWIO', ...metadata });
}

/**
 * Weights of a network from a file of `saveWeights`. The file may hold more than the network needs.
 *
 * @throws NetworkError BAD_FILE, UNKNOWN_NAME for a missing parameter, SHAPE_MISMATCH for one of another shape.
 */
export function loadWeights(network: Network, file: Uint8Array): Record<string, Float32Array> {
  const { tensors, metadata } = readSafetensors(file);
  if (metadata.layout !== 'NHWC/HWIO')
    throw new NetworkError(
      'BAD_FILE',
      `loadWeights: expected layout 'NHWC/HWIO' in the metadata, got '${metadata.layout}'; use importTorch for PyTorch files`,
    );
  const weights: Record<string, Float32Array> = {};
  for (const { name, shape } of network.parameters) {
    const tensor = tensors[name];
    if (!tensor) throw missing('loadWeights', name, shape);
    if (!(tensor.data instanceof Float32Array) || tensor.shape.join() !== shape.join())
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `loadWeights: '${name}' must be floats [${shape}], the file has ${tensor.dtype} [${tensor.shape}]`,
        { name },
      );
    weights[name] = tensor.data;
  }
  return weights;
}

/** Checks that every parameter has its values. */
export function checkWeights(network: Network, weights: Weights): void {
  for (const { name, shape } of network.parameters) {
    const values = weights[name];
    if (!values) throw missing('weights', name, shape);
    if (values.length !== sizeOf(shape))
      throw new NetworkError(
        'SHAPE_MISMATCH',
        `weights: '${name}' [${shape}] needs ${sizeOf(shape)} numbers, got ${values.length}`,
        { name },
      );
  }
}

function missing(where: string, name: string, shape: readonly number[]): NetworkError {
  return new NetworkError('UNKNOWN_NAME', `${where}: parameter '${name}' [${shape}] is missing`, {
    name,
  });
}
