import { largestDifference, largestMagnitude } from '@pose-distill/internal-testing';
import { complexity } from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../network/test/evaluate.js';
import { meansOf } from '../test/encoder-cases.js';
import { encoderCases } from '../test/golden-encoders.js';

/** The stored answers have seven digits. */
const ROUNDING = 1e-6;

const closeness = (ours: readonly number[], theirs: readonly number[]): number =>
  largestDifference(ours, theirs) / largestMagnitude(theirs);

describe.each(encoderCases())('$name in double precision', ({ load }) => {
  it("equals PyTorch's module at every stride and in its logits", { timeout: 60_000 }, () => {
    const { network, weights, image, features, logits, parameters } = load();
    expect(complexity(network).parameters).toBe(parameters);
    const outputs = evaluate(network, weights, {
      image: { data: Float64Array.from(image.data), shape: image.shape },
    });
    expect(Object.keys(outputs)).toEqual([
      ...Object.keys(features).map((stride) => `stride${stride}`),
      'logits',
    ]);
    for (const [stride, expected] of Object.entries(features)) {
      const { data, shape } = outputs[`stride${stride}`]!;
      const means = meansOf(data, shape.at(-1)!);
      expect(closeness(means.pixels, expected.pixels)).toBeLessThan(ROUNDING);
      expect(closeness(means.channels, expected.channels)).toBeLessThan(ROUNDING);
    }
    expect(closeness([...outputs.logits!.data], logits)).toBeLessThan(ROUNDING);
  });
});
