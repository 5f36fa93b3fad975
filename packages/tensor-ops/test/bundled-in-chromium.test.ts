import { fileURLToPath } from 'node:url';
import { findChromium, runPage } from '@pose-distill/internal-testing/chromium';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** Bundles a program as a user's bundler would and gives what it puts in `globalThis.outcome`. */
async function inPage<T>(contents: string): Promise<T> {
  const resolveDir = fileURLToPath(new URL('.', import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents, resolveDir, loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'silent',
    mainFields: ['module', 'main'],
  });
  const body = '<!doctype html><script type="module" src="/bundle.js"></script>';
  return runPage<T>((path) =>
    path === '/bundle.js'
      ? { type: 'text/javascript', body: outputFiles[0]!.contents }
      : { type: 'text/html', body },
  );
}

const NAMES = "['Square', 'Conv2D', 'MaxPool', 'MirrorPad', 'Less', 'DepthToSpace']";

describe.skipIf(!findChromium())('a browser bundle', () => {
  it('has no gradient and no chained op with tfjs-core and a backend alone', async () => {
    const has = await inPage<unknown>(`
      import { getGradient, scalar } from '@tensorflow/tfjs-core';
      import '@tensorflow/tfjs-backend-cpu';
      globalThis.outcome = [${NAMES}.map((name) => getGradient(name) !== undefined), 'square' in scalar(1)];`);
    expect(has).toEqual([[false, false, false, false, false, false], false]);
  }, 60_000);

  it("has tfjs's own with its module of all gradients, and chained ops with theirs", async () => {
    const has = await inPage<unknown>(`
      import '@tensorflow/tfjs-core/dist/register_all_gradients';
      import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
      import { getGradient, scalar } from '@tensorflow/tfjs-core';
      import '@tensorflow/tfjs-backend-cpu';
      globalThis.outcome = [${NAMES}.map((name) => getGradient(name) !== undefined), 'square' in scalar(1)];`);
    expect(has).toEqual([[true, true, true, true, false, false], true]);
  }, 60_000);

  it('gets all of them from installGradients alone, and can be without again', async () => {
    const has = await inPage<boolean[][]>(`
      import { installGradients } from '@pose-distill/tensor-ops';
      import { getGradient } from '@tensorflow/tfjs-core';
      const state = () => ${NAMES}.map((name) => getGradient(name) !== undefined);
      const before = state();
      const gradients = installGradients();
      const during = state();
      gradients.undo();
      globalThis.outcome = [before, during, state()];`);
    const [none, all] = [Array(6).fill(false), Array(6).fill(true)];
    expect(has).toEqual([none, all, none]);
  }, 60_000);

  it("gets ours in the place of tfjs's own, and those back", async () => {
    const { before, during, after, installed } = await inPage<Record<string, unknown[]>>(`
      import { installGradients } from '@pose-distill/tensor-ops';
      import '@tensorflow/tfjs-core/dist/register_all_gradients';
      import * as tf from '@tensorflow/tfjs-core';
      import '@tensorflow/tfjs-backend-cpu';
      const pad = (x) => tf.mirrorPad(x, [[1, 1]], 'reflect');
      const state = async () => [
        ...await tf.grad(pad)(tf.tensor1d([1, 2, 3])).data(),
        ...${NAMES}.map((name) => tf.getGradient(name) !== undefined),
      ];
      const run = async () => {
        await tf.setBackend('cpu');
        const before = await state();
        const gradients = installGradients();
        const during = await state();
        gradients.undo();
        return { before, during, after: await state(), installed: gradients.installed };
      };
      globalThis.outcome = run();`);
    expect(before).toEqual([1, 1, 1, true, true, true, true, false, false]);
    expect(during).toEqual([1, 3, 1, true, true, true, true, true, true]);
    expect(after).toEqual(before);
    expect(installed).toContain('Less');
    expect(installed).not.toContain('Square');
  }, 60_000);

  it('trains the small network of the example', async () => {
    const losses = await inPage<number[]>(`
      import { losses } from '../examples/training-step.js';
      globalThis.outcome = losses;`);
    expect(losses[0]).toBeGreaterThan(1);
    expect(losses[1]).toBeLessThan(0.01);
  }, 60_000);
});
