import { largestDifference } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { caseFolder, openCase, toNHWC } from '../test/cases.js';
import {
  averageFlippedCoordinates,
  DecodeError,
  decodeRegression,
  encodeIntegral,
  encodeRegression,
  flipCoordinates,
} from './index.js';

interface Params {
  inputSize: [number, number];
  heatmapSize: [number, number];
  sigma: number;
  normalize: boolean;
}

const INPUT = { width: 192, height: 256 };

describe.skipIf(!caseFolder('regression-label'))('regression-label', () => {
  it('encodes and decodes as the reference', () => {
    const { floats } = openCase('regression-label');
    const labels = { keypoints: floats('keypoints'), weights: floats('visible') };
    const keypointCount = labels.weights.length;
    const encoded = encodeRegression(labels, { batch: 1, keypointCount, inputSize: INPUT });
    expect(largestDifference(encoded.coordinates, floats('labels'))).toBeLessThanOrEqual(1e-6);
    expect(largestDifference(encoded.weights, floats('weights'))).toBe(0);

    const options = { inputSize: INPUT };
    const all = floats('encoded');
    const withSigma = decodeRegression({ data: all, shape: [1, keypointCount, 4] }, options);
    expect(largestDifference(withSigma.keypoints, floats('decoded'))).toBeLessThan(1e-4);
    expect(largestDifference(withSigma.scores, floats('decoded_scores'))).toBeLessThan(1e-6);
    const plain = all.filter((_, i) => i % 4 < 2);
    const without = decodeRegression({ data: plain, shape: [1, keypointCount, 2] }, options);
    expect(largestDifference(without.keypoints, floats('decoded2'))).toBeLessThan(1e-4);
    expect(largestDifference(without.scores, floats('decoded2_scores'))).toBe(0);
  });
});

for (const name of ['integral-encode', 'integral-encode-raw']) {
  describe.skipIf(!caseFolder(name))(name, () => {
    it('is the reference, in both layouts', () => {
      const { params, floats, array } = openCase<Params>(name);
      const [count, height, width] = array('heatmaps').shape as [number, number, number];
      const labels = { keypoints: floats('keypoints'), weights: floats('visible') };
      const options = {
        batch: 1,
        keypointCount: count,
        inputSize: { width: params.inputSize[0], height: params.inputSize[1] },
        heatmapSize: { width, height },
        sigma: params.sigma,
        normalise: params.normalize,
        rules: 'mmpose',
      } as const;
      const encoded = encodeIntegral(labels, { ...options, layout: 'NCHW' });
      expect(largestDifference(encoded.heatmaps, floats('heatmaps'))).toBeLessThanOrEqual(1e-6);
      expect(largestDifference(encoded.coordinates, floats('labels'))).toBeLessThanOrEqual(1e-6);
      expect(largestDifference(encoded.weights, floats('weights'))).toBe(0);
      const last = encodeIntegral(labels, { ...options, layout: 'NHWC' });
      expect(last.heatmaps).toEqual(toNHWC(encoded.heatmaps, [1, count, height, width]));
    });
  });
}

describe('regression', () => {
  it('takes the mean of 1 - sigma as score, after a sigmoid when told', () => {
    const output = { data: Float32Array.of(0.5, 0.25, 0.1, 0.3), shape: [1, 1, 4] };
    const decoded = decodeRegression(output, { inputSize: INPUT });
    expect([...decoded.keypoints]).toEqual([96, 64]);
    expect(decoded.scores[0]).toBeCloseTo(0.8, 6);
    const logits = { ...output, data: Float32Array.of(0.5, 0.25, 0, Math.log(3)) };
    expect(decodeRegression(logits, { inputSize: INPUT, logits: true }).scores[0]).toBeCloseTo(
      1 - (0.5 + 0.75) / 2,
      6,
    );
  });

  it('weighs by the first and last pixel centres and by more than 1/2', () => {
    const weight = (x: number, y: number, seen = 1): number =>
      encodeRegression(
        { keypoints: Float32Array.of(x, y), weights: Float32Array.of(seen) },
        { batch: 1, keypointCount: 1, inputSize: INPUT },
      ).weights[0]!;
    expect([weight(0, 0), weight(191, 255)]).toEqual([1, 1]);
    expect([weight(-0.001, 5), weight(191.001, 5), weight(5, 255.1)]).toEqual([0, 0, 0]);
    expect([weight(5, 5, 0.5), weight(5, 5, 0.51), weight(NaN, 5)]).toEqual([0, 1, 0]);
  });

  it('goes there and back', () => {
    const keypoints = Float32Array.of(3.25, 7.5, 100.125, 200.75);
    const labels = { keypoints, weights: Float32Array.of(1, 1) };
    const { coordinates } = encodeRegression(labels, {
      batch: 1,
      keypointCount: 2,
      inputSize: INPUT,
    });
    const back = decodeRegression({ data: coordinates, shape: [1, 2, 2] }, { inputSize: INPUT });
    expect(largestDifference(back.keypoints, keypoints)).toBeLessThan(2e-5);
  });

  it('refuses other numbers of values and shapes that do not fit', () => {
    const data = new Float32Array(6);
    expect(() => decodeRegression({ data, shape: [1, 2, 3] }, { inputSize: INPUT })).toThrow(
      'output.shape[2] must be 2 or 4',
    );
    expect(() => decodeRegression({ data, shape: [1, 2, 2] }, { inputSize: INPUT })).toThrow(
      'must hold 4 numbers',
    );
    expect(() =>
      encodeRegression(
        { keypoints: data, weights: new Float32Array(2) },
        { batch: 1, keypointCount: 2, inputSize: INPUT },
      ),
    ).toThrow(DecodeError);
  });
});

describe('flipCoordinates', () => {
  const coordinates = {
    data: Float32Array.of(0.1, 0.2, 0.5, 0.6, 0.3, 0.4, 0.7, 0.8),
    shape: [1, 2, 4],
  };

  it('mirrors x about the middle, swaps, takes sigmas along', () => {
    const flipped = flipCoordinates(coordinates, [1, 0]);
    const expected = [0.7, 0.4, 0.7, 0.8, 0.9, 0.2, 0.5, 0.6];
    expect(largestDifference(flipped, expected)).toBeLessThan(1e-6);
    const twice = flipCoordinates({ ...coordinates, data: flipped }, [1, 0]);
    expect(largestDifference(twice, coordinates.data)).toBeLessThan(1e-6);
  });

  it('is the mirror of the picture with its width', () => {
    const width = 192;
    const of = (pixel: number): Float32Array => Float32Array.of(pixel / width, 0.5);
    const back = flipCoordinates({ data: of(width - 1 - 37), shape: [1, 1, 2] }, [0], { width });
    expect(back[0]! * width).toBeCloseTo(37, 4);
  });

  it('averages, also in place', () => {
    const mirrored = { ...coordinates, data: coordinates.data.map((value) => value * value) };
    const flipped = flipCoordinates(mirrored, [1, 0], { width: 64 });
    const mean = averageFlippedCoordinates(coordinates, mirrored, [1, 0], { width: 64 });
    expect(mean).toEqual(coordinates.data.map((value, i) => (value + flipped[i]!) * 0.5));
    const data = coordinates.data.slice();
    averageFlippedCoordinates({ ...coordinates, data }, mirrored, [1, 0], { width: 64 }, data);
    expect(data).toEqual(mean);
    expect(() => flipCoordinates(coordinates, [0])).toThrow(DecodeError);
    expect(() => flipCoordinates(coordinates, [1, 0], { width: 0 })).toThrow(DecodeError);
    expect(() => flipCoordinates(coordinates, [1, 0], {}, coordinates.data)).toThrow(DecodeError);
  });
});
