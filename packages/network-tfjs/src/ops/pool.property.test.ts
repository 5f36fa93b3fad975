import { forEachBackend } from '@pose-distill/internal-testing';
import {
  adaptiveAveragePool,
  avgPool,
  input,
  maxPool,
  resizeBilinear,
} from '@pose-distill/network';
import fc from 'fast-check';
import { it } from 'vitest';
import { checkEqualsLoops, few, size } from '../../test/equals-loops.js';

const pool = fc.record({
  seed: few(1e6),
  batch: few(2),
  input: size(11),
  channels: few(5),
  kernel: size(5),
  strides: size(4),
  padding: few(2, 0),
  ceilMode: fc.boolean(),
  countPadding: fc.boolean(),
});
const resized = fc.record({
  seed: few(1e6),
  batch: few(2),
  input: size(11),
  channels: few(5),
  size: size(13),
  alignCorners: fc.boolean(),
});

forEachBackend(() => {
  it('pools of any geometry equal plain loops', async () => {
    await fc.assert(
      fc.asyncProperty(pool, async (p) => {
        // As in PyTorch, no window may lie in the padding alone.
        fc.pre(2 * p.padding <= Math.min(p.kernel.width, p.kernel.height));
        const image = input('image', { ...p.input, channels: p.channels });
        const { countPadding, ...options } = p;
        await checkEqualsLoops(image, () => maxPool(image, options), p);
        await checkEqualsLoops(image, () => avgPool(image, { ...options, countPadding }), p);
      }),
      { numRuns: 150 },
    );
  });

  it('adaptive pools and bilinear resizing to any size equal plain loops', async () => {
    await fc.assert(
      fc.asyncProperty(resized, async (r) => {
        const image = input('image', { ...r.input, channels: r.channels });
        await checkEqualsLoops(image, () => adaptiveAveragePool(image, r), r);
        await checkEqualsLoops(image, () => resizeBilinear(image, r), r);
      }),
      { numRuns: 100 },
    );
  });
});
