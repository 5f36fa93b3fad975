import { hasBackend } from '@pose-distill/internal-testing';
import { expect, it } from 'vitest';

it.skipIf(!hasBackend('wasm'))('before and after give the same gradient', async () => {
  const { difference } = await import('../examples/before-and-after.js');
  expect(difference).toBeGreaterThan(0);
  expect(difference).toBeLessThan(1e-5);
});
