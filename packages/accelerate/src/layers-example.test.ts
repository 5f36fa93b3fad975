import { hasBackend } from '@pose-distill/internal-testing';
import { expect, it } from 'vitest';

it.skipIf(!hasBackend('wasm'))(
  'one import trains a model of tfjs-layers',
  async () => {
    const { outcome } = await import('../examples/layers-model.js');
    expect(outcome.error).toMatch(/dilation rates greater than 1 are not yet supported/);
    expect(outcome.losses!.at(-1)).toBeLessThan(outcome.losses![0]!);
    expect(outcome.faster).toBeGreaterThan(1);
  },
  120_000,
);
