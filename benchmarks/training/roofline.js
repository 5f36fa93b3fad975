/**
 * The least time a training step can take on one core: for each layer the larger of its multiplications at the processor's peak and
 * its bytes at the memory's rate. Weights and what fits a cache are counted as free, so no program reaches it.
 */
import { complexity } from '@pose-distill/network';

const BYTES = 4;

/**
 * Reads and writes of a layer's maps in a step, as multiples of its input and output. A convolution passes over both three times
 * (forward, input gradient, filter gradient); batch norm reads its input twice and writes once forward, and backward reads the
 * input and the gradient twice and writes once; the rest passes over them forward and back.
 */
const TRAFFIC = { conv2d: 3, convTranspose2d: 3, linear: 3, batchNorm: 4, activation: 0 };

/**
 * @param network with its shapes
 * @param rates { flops: floating-point operations a second, bytes: bytes a second }
 * @returns seconds { compute, memory, limit } and the operations of a step
 */
export function stepLimit(network, batch, rates) {
  const shapes = new Map(network.nodes.map((node) => [node.name, node.shape]));
  const macs = new Map(complexity(network, 'macs').layers.map(({ name, count }) => [name, count]));
  const size = (shape) => shape.reduce((product, n) => product * n, 1);
  let [compute, memory, limit, flops] = [0, 0, 0, 0];
  for (const node of network.nodes) {
    if (node.op === 'input') continue;
    const fromImage = node.inputs.every((name) => network.inputs.includes(name));
    // Forward and filter gradient always; input gradient unless the input is the image.
    const operations = 2 * batch * (macs.get(node.name) ?? 0) * (fromImage ? 2 : 3);
    const elements = node.inputs.reduce(
      (sum, name) => sum + size(shapes.get(name)),
      size(node.shape),
    );
    const bytes = BYTES * batch * elements * (TRAFFIC[node.op] ?? 2);
    flops += operations;
    compute += operations / rates.flops;
    memory += bytes / rates.bytes;
    limit += Math.max(operations / rates.flops, bytes / rates.bytes);
  }
  return { compute, memory, limit, flops };
}
