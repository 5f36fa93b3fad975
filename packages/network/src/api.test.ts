import { expect, expectTypeOf, it } from 'vitest';
import * as api from './index.js';

it('exports what the documentation says', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "NetworkError",
      "activation",
      "adaptiveAveragePool",
      "adaptiveWindow",
      "add",
      "avgPool",
      "batchNorm",
      "channelShuffle",
      "complexity",
      "concat",
      "constant",
      "conv2d",
      "convTranspose2d",
      "defineNetwork",
      "fill",
      "flatten",
      "foldBatchNorm",
      "fuseReparameterised",
      "gelu",
      "globalAveragePool",
      "hardSigmoid",
      "hardSwish",
      "heNormal",
      "importTorch",
      "initialise",
      "input",
      "layerNorm",
      "leakyRelu",
      "linear",
      "loadWeights",
      "matmul",
      "maxPool",
      "mean",
      "mul",
      "networkFromJson",
      "networkToJson",
      "normal",
      "pad",
      "parameter",
      "pixelShuffle",
      "prune",
      "readSafetensors",
      "relu",
      "relu6",
      "reshape",
      "resizeBilinear",
      "resizeNearest",
      "saveWeights",
      "sigmoid",
      "silu",
      "sinePositionTable",
      "sinePositions",
      "slice",
      "softmax",
      "softplus",
      "split",
      "tanh",
      "torchEntries",
      "torchUniform",
      "transpose",
      "truncatedNormal",
      "uniform",
      "writeSafetensors",
      "xavierUniform",
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
