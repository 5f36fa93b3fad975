import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { largestDifference } from '@pose-distill/internal-testing';
import { findChromium, runPage } from '@pose-distill/internal-testing/chromium';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { Found } from './register.browser.js';

const find = createRequire(import.meta.url);

describe.skipIf(!findChromium())('in Chromium', () => {
  it('a bundle that imports register trains a model of tfjs-layers on wasm', async () => {
    const page = fileURLToPath(new URL('./register.browser.ts', import.meta.url));
    const { outputFiles } = await build({
      stdin: {
        contents: `import run from ${JSON.stringify(page)}; globalThis.outcome = run();`,
        resolveDir: dirname(page),
      },
      bundle: true,
      format: 'esm',
      write: false,
      logLevel: 'silent',
      mainFields: ['module', 'main'],
    });
    const files = dirname(find.resolve('@tensorflow/tfjs-backend-wasm'));
    const { backend, kernels, here, onCpu } = await runPage<Found>((path) => {
      if (path === '/bundle.js') {
        return { type: 'text/javascript', body: outputFiles[0]!.contents };
      }
      // tfjs looks for its files beside the page.
      if (path.endsWith('.wasm') && existsSync(join(files, path))) {
        return { type: 'application/wasm', body: readFileSync(join(files, path)) };
      }
      const body = '<!doctype html><script type="module" src="/bundle.js"></script>';
      return path === '/' ? { type: 'text/html', body } : undefined;
    });
    expect(backend).toBe('wasm');
    expect(kernels).toContain('Conv2DBackpropFilter');
    expect(here.losses.at(-1)).toBeLessThan(here.losses[0]!);
    expect(largestDifference(here.weights, onCpu.weights)).toBeLessThan(1e-4);
  }, 120_000);
});
