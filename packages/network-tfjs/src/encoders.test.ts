import { forEachBackend } from '@pose-distill/internal-testing';
import { describe, expect, it } from 'vitest';
import { encoderCases } from '../../backbones/test/golden-encoders.js';
import { encoderError } from '../test/encoder-error.js';

/** Share of the largest entry; float32 sums in another order. */
const TOLERANCE = 1e-4;

forEachBackend(() => {
  describe.each(encoderCases())('$name', ({ load }) => {
    it("equals PyTorch's module at every stride and in its logits", async () => {
      expect(await encoderError(load())).toBeLessThan(TOLERANCE);
    });
  });
}, ['wasm']);
