import { hasBackend } from '@pose-distill/internal-testing';
import { expect, it } from 'vitest';

it.skipIf(!hasBackend('wasm'))('before and after give the same gradient', async () => {
  const { difference } = await import('../examples/before-and-after.js');
  expect(difference).toBeGreaterThan(0);
  expect(difference).toBeLessThan(1e-5);
});

it.skipIf(!hasBackend('wasm'))(
  'one import trains a model of tfjs-layers',
  async () => {
    const { outcome } = await import('../examples/layers-model.js');
    expect(outcome.error).toMatch(/Kernel 'Conv2DBackpropFilter' not registered/);
    expect(outcome.losses!.at(-1)).toBeLessThan(outcome.losses![0]!);
    expect(outcome.faster).toBeGreaterThan(1);
  },
  120_000,
);
