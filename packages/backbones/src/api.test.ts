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
      "peleeDenseLayer",
      "peleeNet",
      "peleeNetTorchModules",
      "preactivationBlock",
      "resNet",
      "resNetTorchModules",
      "residualBlock",
      "stackedHourglass",
    ]
  `);
});
