import { expect, expectTypeOf, it } from 'vitest';
import * as api from '../src/index.js';
import * as wasm from '../src/wasm.js';

it('exports these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'DecodeError',
    'averageFlipped',
    'averageFlippedCoordinates',
    'averageFlippedSimcc',
    'cleanBox',
    'composeAffine',
    'cropFromBox',
    'cropTransform',
    'decodeByFit',
    'decodeHeatmaps',
    'decodeRegression',
    'decodeSimcc',
    'decodeUdpCombined',
    'decodeUdpHeatmaps',
    'encodeHeatmaps',
    'encodeIntegral',
    'encodeRegression',
    'encodeSimcc',
    'encodeUdpCombined',
    'encodeUdpHeatmaps',
    'fixAspect',
    'flipAffine',
    'flipCoordinates',
    'flipHeatmaps',
    'flipSimcc',
    'heatmapAccuracy',
    'heatmapCodec',
    'heatmapToImage',
    'heatmapToInput',
    'inputToHeatmap',
    'inputToImage',
    'invertAffine',
    'regressionCodec',
    'simccCodec',
    'simccVisibility',
    'softArgmax',
    'toPoses',
    'transformPoints',
    'udpCodec',
    'udpCombinedCodec',
    'warpImage',
    'warpImageToBytes',
  ]);
});

it('keeps the kind of array it is given', () => {
  expectTypeOf(api.transformPoints(new Float64Array(2), [1, 0, 0, 0, 1, 0])).toEqualTypeOf<
    Float64Array<ArrayBuffer>
  >();
  expectTypeOf(api.warpImage).returns.toEqualTypeOf<Float32Array>();
  expectTypeOf(api.cleanBox).returns.toEqualTypeOf<api.Box | undefined>();
  expectTypeOf<api.DecodedKeypoints>().toExtend<api.KeypointArrays>();
  expectTypeOf(api.simccCodec).returns.toEqualTypeOf<api.Codec<api.SimccVectors>>();
  expectTypeOf(api.udpCombinedCodec).returns.toEqualTypeOf<api.Codec<api.Heatmaps>>();
  expectTypeOf(api.decodeRegression).returns.toEqualTypeOf<api.DecodedKeypoints>();
  expectTypeOf<'udp-mmpose'>().not.toExtend<api.Convention>();
});

it('has the same calls in /wasm', () => {
  expect(Object.keys(wasm).sort()).toEqual([
    'decodeHeatmaps',
    'decodeUdpHeatmaps',
    'encodeHeatmaps',
    'hasWasm',
    'warpImage',
    'warpImageToBytes',
  ]);
  expectTypeOf<Omit<typeof wasm, 'hasWasm'>>().toEqualTypeOf<
    Pick<typeof api, Exclude<keyof typeof wasm, 'hasWasm'>>
  >();
});
