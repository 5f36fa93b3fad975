import * as api from '@pose-distill/tensor-ops';
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { expect, expectTypeOf, it } from 'vitest';

it('exports what the README lists', () => {
  expect(Object.keys(api).sort()).toEqual([
    'TensorOpsError',
    'adamScalars',
    'adamUpdate',
    'batchNormTrain',
    'batchNormTrainAcross',
    'channelShuffle',
    'checkGradient',
    'clipByGlobalNorm',
    'conv2dBackpropFilterReference',
    'conv2dBackpropInputReference',
    'declareExactKernel',
    'depthwiseConv2dBackpropFilterReference',
    'depthwiseConv2dBackpropInputReference',
    'emaUpdate',
    'flattenTensors',
    'gelu',
    'groupedConv2d',
    'hardSigmoid',
    'hardSwish',
    'installGradients',
    'l2Norm',
    'layerNorm',
    'pixelShuffle',
    'recomputeBatchNorm',
    'registerFallbackKernels',
    'silu',
    'softArgmax',
    'spatialSoftmax',
    'splitTensor',
  ]);
});

it('has the types it says', () => {
  expectTypeOf(api.batchNormTrain<Tensor4D>).returns.toEqualTypeOf<
    api.BatchNormTrainResult<Tensor4D>
  >();
  expectTypeOf(api.softArgmax).returns.toEqualTypeOf<Tensor3D>();
  expectTypeOf(api.spatialSoftmax).returns.toEqualTypeOf<Tensor4D>();
  expectTypeOf(api.groupedConv2d).returns.toEqualTypeOf<Tensor4D>();
  expectTypeOf(api.layerNorm<Tensor3D>).returns.toEqualTypeOf<Tensor3D>();
  expectTypeOf(api.gelu<Tensor3D>).returns.toEqualTypeOf<Tensor3D>();
  expectTypeOf(api.pixelShuffle).parameter(2).toEqualTypeOf<api.PixelOrder | undefined>();
  expectTypeOf(api.splitTensor).returns.toEqualTypeOf<Tensor[]>();
  expectTypeOf(api.flattenTensors).parameter(0).toEqualTypeOf<readonly Tensor[]>();
  expectTypeOf(api.adamUpdate).returns.toEqualTypeOf<api.AdamState>();
  expectTypeOf(api.clipByGlobalNorm).parameter(0).toEqualTypeOf<Tensor1D>();
  expectTypeOf(api.checkGradient).returns.resolves.toEqualTypeOf<api.GradientReport>();
  expectTypeOf<api.FusedActivation>().toEqualTypeOf<'none' | 'relu' | 'relu6'>();
});
