import {
  batchNorm,
  complexity,
  conv2d,
  defineNetwork,
  foldBatchNorm,
  initialise,
  input,
  loadWeights,
  networkFromJson,
  networkToJson,
  prune,
  relu,
  saveWeights,
} from '@pose-distill/network';

/** Defines, counts, initialises, folds and stores a network, and reads it back. */
export function example(): string[] {
  const image = input('image', { height: 64, width: 48, channels: 3 });
  const stem = conv2d(image, {
    name: 'stem.conv',
    channels: 16,
    kernel: 3,
    strides: 2,
    padding: 1,
    bias: false,
  });
  const features = relu(batchNorm(stem, { name: 'stem.bn' }));
  const heatmaps = conv2d(features, { name: 'head', channels: 17 });
  const network = defineNetwork({ inputs: [image], outputs: { heatmaps, features } });

  const { parameters, total } = complexity(network);
  const weights = initialise(network, 1);
  const shipped = foldBatchNorm(prune(network, ['heatmaps']), weights);

  const text = JSON.stringify(networkToJson(shipped.network));
  const file = saveWeights(shipped.network, shipped.weights);
  const read = networkFromJson(JSON.parse(text));
  const values = loadWeights(read, file);
  return [
    `${parameters} parameters, ${total} multiply-accumulates`,
    read.nodes.map(({ name }) => name).join(', '),
    Object.entries(values)
      .map(([name, { length }]) => `${name} ${length}`)
      .join(', '),
  ];
}
