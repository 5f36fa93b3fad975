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
      "mobileNetV2",
      "mobileNetV2TorchModules",
      "preactivationBlock",
      "residualBlock",
      "stackedHourglass",
    ]
  `);
});
