import { expect, it } from 'vitest';
import * as api from './index.js';

it('exports what the documentation says', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "BackboneError",
      "benchmarkDense",
      "benchmarkMobile",
      "bottleneckBlock",
      "classifier",
      "convolutionBlock",
      "deconvolutionHead",
      "denseUpsampling",
      "ducDecoder",
      "heatmapHead",
      "hourglass",
      "hourglassTorchModules",
      "hrNet",
      "hrNetTorchModules",
      "integralHead",
      "invertedResidual",
      "liteHrNet",
      "liteHrNetTorchModules",
      "mnasNet",
      "mnasNetTorchModules",
      "mobileNetV1",
      "mobileNetV1TorchModules",
      "mobileNetV2",
      "mobileNetV2TorchModules",
      "mobileNetV3Large",
      "mobileNetV3TorchModules",
      "peleeDenseLayer",
      "peleeNet",
      "peleeNetTorchModules",
      "preactivationBlock",
      "resNet",
      "resNetTorchModules",
      "residualBlock",
      "shuffleNetV2",
      "shuffleNetV2TorchModules",
      "squeezeExcite",
      "stackedHourglass",
    ]
  `);
});
