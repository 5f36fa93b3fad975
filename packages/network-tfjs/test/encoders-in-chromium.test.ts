import { fileURLToPath } from 'node:url';
import { findChromium, runInChromium } from '@pose-distill/internal-testing/chromium';
import { describe, expect, it } from 'vitest';

/** Share of the largest entry; float32 sums in another order. */
const TOLERANCE = 1e-4;

describe.skipIf(!findChromium())('in Chromium', () => {
  it("encoders equal PyTorch's modules on webgl and webgpu", { timeout: 300_000 }, async () => {
    const page = fileURLToPath(new URL('./encoders.browser.ts', import.meta.url));
    const errors = await runInChromium<Record<string, Record<string, number>>>(page);
    expect(Object.keys(errors)).toContain('webgl');
    for (const [backend, byName] of Object.entries(errors))
      for (const [name, error] of Object.entries(byName))
        expect(error, `${name} on ${backend}`).toBeLessThan(TOLERANCE);
  });
});
