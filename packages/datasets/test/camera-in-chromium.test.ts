import { fileURLToPath } from 'node:url';
import { findChromium, runInChromium } from '@pose-distill/internal-testing/chromium';
import { expect, it } from 'vitest';
import type run from './camera.browser.js';

it.skipIf(!findChromium())(
  'examples/camera follows a video in one buffer',
  async () => {
    const page = fileURLToPath(new URL('./camera.browser.ts', import.meta.url));
    const { means, buffers } = await runInChromium<Awaited<ReturnType<typeof run>>>(page);
    expect(buffers).toBe(1);
    expect(means).toHaveLength(5);
    for (let i = 1; i < means.length; i++) expect(means[i]).toBeGreaterThanOrEqual(means[i - 1]!);
    expect(means[4]).toBeGreaterThan(means[0]!);
  },
  60_000,
);
