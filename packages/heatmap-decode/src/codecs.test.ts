import { largestDifference } from '@pose-distill/internal-testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Codec,
  type DecodedKeypoints,
  DecodeError,
  decodeByFit,
  decodeHeatmaps,
  decodeUdpCombined,
  decodeUdpHeatmaps,
  type Heatmaps,
  heatmapCodec,
  regressionCodec,
  simccCodec,
  softArgmax,
  udpCodec,
  udpCombinedCodec,
  type WeightedKeypoints,
} from './index.js';

const INPUT = { width: 192, height: 256 };
const HEATMAP = { width: 48, height: 64 };
const COUNT = 5;
const SHAPES = { keypointCount: COUNT, inputSize: INPUT, heatmapSize: HEATMAP };
const STRIDE = 4;

/** Soft-argmax of peaks of height 1, as a network trained on Gaussians gives them. */
const integral = (maps: Heatmaps): ReturnType<typeof softArgmax> =>
  softArgmax(maps, { beta: 10, debias: 'closed-form' });

/** A codec without the type of what it encodes to. */
interface Trip {
  encodeAndDecode(labels: WeightedKeypoints): { decoded: DecodedKeypoints; weights: Float32Array };
  /** Decodes the mean of two pictures, the second one mirrored back. */
  flipTest(labels: WeightedKeypoints, mirrored: WeightedKeypoints, indices: number[]): Float32Array;
}

function trip<T>(codec: Codec<T>): Trip {
  return {
    encodeAndDecode(labels) {
      const { encoded, weights } = codec.encode(labels);
      return { decoded: codec.decode(encoded), weights };
    },
    flipTest(labels, mirrored, indices) {
      const [there, back] = [codec.encode(labels).encoded, codec.encode(mirrored).encoded];
      return codec.decode(codec.averageFlipped(there, back, indices)).keypoints;
    },
  };
}

/** Each codec with the decoder of its reference: exact to 0.05 heatmap pixels 8 cells from the border. */
const references: Record<string, Trip> = {
  'classic, unbiased, DARK': trip(heatmapCodec({ ...SHAPES, unbiased: true })),
  'classic, unbiased, DARK of mmpose': trip(
    heatmapCodec({
      ...SHAPES,
      unbiased: true,
      decode: (maps) => decodeHeatmaps(maps, { rules: 'mmpose' }),
    }),
  ),
  'classic, unbiased, sigma 2.5': trip(
    heatmapCodec({
      ...SHAPES,
      unbiased: true,
      sigma: 2.5,
      decode: (maps) => decodeHeatmaps(maps, { blurKernel: 13 }),
    }),
  ),
  UDP: trip(udpCodec(SHAPES)),
  'UDP of mmpose': trip(
    udpCodec({
      ...SHAPES,
      layout: 'NCHW',
      decode: (maps) => decodeUdpHeatmaps(maps, { rules: 'mmpose' }),
    }),
  ),
  'UDP combined of mmpose': trip(
    udpCombinedCodec({
      ...SHAPES,
      decode: (maps) => decodeUdpCombined(maps, { rules: 'mmpose' }),
    }),
  ),
  'SimCC, three bins a pixel': trip(simccCodec({ ...SHAPES, splitRatio: 3 })),
  'SimCC, three bins a pixel, DARK': trip(simccCodec({ ...SHAPES, splitRatio: 3, refine: 'dark' })),
  regression: trip(regressionCodec(SHAPES)),
  'soft-argmax': trip(heatmapCodec({ ...SHAPES, unbiased: true, decode: integral })),
};

/** Those that hold it 3 cells from the border, the first two without any other help than their own codec. */
const nearBorder: Record<string, Trip> = {
  'UDP combined, votes': trip(udpCombinedCodec(SHAPES)),
  'SimCC, unbiased, DARK': trip(
    simccCodec({
      ...SHAPES,
      unbiased: true,
      refine: 'dark',
      sigma: { x: 4.9, y: 5.66 },
    }),
  ),
  'classic, unbiased, fit': trip(heatmapCodec({ ...SHAPES, unbiased: true, decode: decodeByFit })),
  'UDP, fit': trip(udpCodec({ ...SHAPES, layout: 'NCHW', decode: decodeByFit })),
  'soft-argmax': trip(heatmapCodec({ ...SHAPES, unbiased: true, decode: integral })),
  regression: trip(regressionCodec(SHAPES)),
};

/** Poses of two people, in input pixels, at least `margin` heatmap cells from every border in either convention. */
function poses(margin: number): fc.Arbitrary<Float32Array> {
  const inside = (side: number): fc.Arbitrary<number> =>
    fc.double({ min: margin * 4.1, max: side - 1 - margin * 4.1, noNaN: true });
  return fc
    .array(fc.tuple(inside(INPUT.width), inside(INPUT.height)), {
      minLength: 2 * COUNT,
      maxLength: 2 * COUNT,
    })
    .map((points) => Float32Array.from(points.flat()));
}

const ones = new Float32Array(2 * COUNT).fill(1);

for (const [margin, codecs] of [
  [8, { ...references, ...nearBorder }],
  [3, nearBorder],
] as const) {
  describe(`there and back, ${margin} cells from the border`, () => {
    it.each(Object.entries(codecs))('%s: within 0.05 heatmap pixels', (_, codec) => {
      fc.assert(
        fc.property(poses(margin), (keypoints) => {
          const { decoded, weights } = codec.encodeAndDecode({ keypoints, weights: ones });
          expect(largestDifference(decoded.keypoints, keypoints) / STRIDE).toBeLessThan(0.05);
          expect(weights).toEqual(ones);
          expect([decoded.batch, decoded.keypointCount]).toEqual([2, COUNT]);
        }),
        { numRuns: 40 },
      );
    });
  });
}

describe('there and back on any grid', () => {
  const side = (least: number): fc.Arbitrary<number> => fc.integer({ min: least, max: 70 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  it('maps of every Gaussian codec come back exactly by a fit, on the border too', () => {
    fc.assert(
      fc.property(
        side(9),
        side(9),
        fc.double({ min: 1.7, max: 6, noNaN: true }),
        fc.double({ min: 1.2, max: 3.3, noNaN: true }),
        share,
        share,
        (width, height, stride, sigma, alongX, alongY) => {
          const inputSize = {
            width: Math.round(width * stride),
            height: Math.round(height * stride),
          };
          const keypoints = Float32Array.of(
            alongX * (inputSize.width - 1),
            alongY * (inputSize.height - 1),
          );
          const shapes = { keypointCount: 1, inputSize, heatmapSize: { width, height }, sigma };
          const labels = { keypoints, weights: Float32Array.of(1) };
          for (const codec of [
            trip(heatmapCodec({ ...shapes, unbiased: true, decode: decodeByFit })),
            trip(udpCodec({ ...shapes, layout: 'NCHW', rules: 'guarded', decode: decodeByFit })),
          ]) {
            const { keypoints: back } = codec.encodeAndDecode(labels).decoded;
            expect(largestDifference(back, keypoints) / stride).toBeLessThan(0.005);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('UDP discs and SimCC vectors, too', () => {
    fc.assert(
      fc.property(
        side(9),
        side(9),
        fc.double({ min: 1, max: 5, noNaN: true }),
        share,
        share,
        (width, height, stride, alongX, alongY) => {
          const inputSize = {
            width: Math.round(width * stride),
            height: Math.round(height * stride),
          };
          const keypoints = Float32Array.of(
            alongX * (inputSize.width - 1),
            alongY * (inputSize.height - 1),
          );
          const labels = { keypoints, weights: Float32Array.of(1) };
          const shapes = { keypointCount: 1, inputSize, heatmapSize: { width, height } };
          for (const codec of [
            trip(udpCombinedCodec({ ...shapes, radiusFactor: 0.1 })),
            trip(simccCodec({ ...shapes, unbiased: true, refine: 'fit', splitRatio: 1.5 })),
          ]) {
            const { keypoints: back } = codec.encodeAndDecode(labels).decoded;
            expect(largestDifference(back, keypoints) / stride).toBeLessThan(0.005);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('flip test', () => {
  const INDICES = [0, 2, 1, 4, 3];
  const exact = { ...references, ...nearBorder };
  it.each(Object.entries(exact))('%s: a mirrored picture says the same', (name, codec) => {
    fc.assert(
      fc.property(poses(9), (keypoints) => {
        const mirrored = keypoints.map((_, i) => {
          const n = i >> 1;
          const source = (n - (n % COUNT) + INDICES[n % COUNT]!) * 2 + (i % 2);
          return i % 2 === 0 ? INPUT.width - 1 - keypoints[source]! : keypoints[source]!;
        });
        const decoded = codec.flipTest(
          { keypoints, weights: ones },
          { keypoints: mirrored, weights: ones },
          INDICES,
        );
        // A column of the classic grid is 4 pixels and the mirror is off by 3 of them: shifted, the mean is off by 1/8 of a cell.
        const off = /^(classic|soft)/.test(name) ? 0.125 : 0;
        expect(largestDifference(decoded, keypoints) / STRIDE).toBeLessThan(off + 0.05);
      }),
      { numRuns: 20 },
    );
  });
});

describe('codecs', () => {
  it('say when the number of keypoints does not divide', () => {
    const labels = { keypoints: new Float32Array(14), weights: new Float32Array(7) };
    for (const codec of Object.values(references)) {
      expect(() => codec.encodeAndDecode(labels)).toThrow('a multiple of keypointCount (5); got 7');
    }
    const labelled = udpCodec(SHAPES).encode({
      keypoints: new Float32Array(10),
      weights: ones.subarray(5),
    });
    expect(() =>
      heatmapCodec(SHAPES).averageFlipped(labelled.encoded, labelled.encoded, [0]),
    ).toThrow(DecodeError);
  });
});
