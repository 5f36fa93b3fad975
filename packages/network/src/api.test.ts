import { expect, expectTypeOf, it } from 'vitest';
import * as api from './index.js';

it('exports what the documentation says', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "NetworkError",
      "activation",
      "add",
      "avgPool",
      "batchNorm",
      "complexity",
      "concat",
      "constant",
      "conv2d",
      "convTranspose2d",
      "defineNetwork",
      "foldBatchNorm",
      "globalAveragePool",
      "heNormal",
      "importTorch",
      "initialise",
      "input",
      "linear",
      "loadWeights",
      "maxPool",
      "networkFromJson",
      "networkToJson",
      "normal",
      "prune",
      "readSafetensors",
      "relu",
      "relu6",
      "resizeBilinear",
      "resizeNearest",
      "saveWeights",
      "writeSafetensors",
    ]
  `);
});

it('narrows nodes on their operation', () => {
  const image = api.input('image', { height: 4, width: 4, channels: 1 });
  const { nodes } = api.defineNetwork({ inputs: [image], outputs: { image } });
  for (const node of nodes)
    if (node.op === 'conv2d') expectTypeOf(node.attributes.groups).toEqualTypeOf<number>();
  expectTypeOf(nodes[0]!).toEqualTypeOf<api.NetworkNode>();
});
