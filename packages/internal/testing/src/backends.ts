import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe } from 'vitest';

/** The tfjs backends that Node can run without a GPU. */
export type TestBackend = 'cpu' | 'wasm';

/** Every backend the shared suites know, in the order they run. */
export const testBackends: readonly TestBackend[] = ['cpu', 'wasm'];

const find = createRequire(import.meta.url);

/** Whether the backend's package is installed; says so when it is not. */
export function hasBackend(name: TestBackend): boolean {
  try {
    find.resolve(`@tensorflow/tfjs-backend-${name}`);
    return true;
  } catch {
    console.warn(`skipped: @tensorflow/tfjs-backend-${name} is not installed`);
    return false;
  }
}

/**
 * Loads the backend's package, points wasm at its files, and makes the backend current.
 *
 * @throws when tfjs cannot start the backend
 */
export async function startBackend(name: TestBackend): Promise<void> {
  if (name === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu');
  } else {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    const files = dirname(find.resolve('@tensorflow/tfjs-backend-wasm'));
    if (tf.findBackend('wasm') === null) setWasmPaths(`${files}/`);
  }
  if (!(await tf.setBackend(name))) throw new Error(`tfjs could not start the backend '${name}'`);
  await tf.ready();
}

/**
 * One body of tests on every backend at hand: a `describe` per backend, skipped when its package is
 * absent, with that backend current in all its tests and hooks.
 *
 * @example
 * forEachBackend((name) => {
 *   it('adds', async () => expect(await tf.add(1, 2).data()).toEqual(new Float32Array([3])));
 * });
 */
export function forEachBackend(
  body: (name: TestBackend) => void,
  backends: readonly TestBackend[] = testBackends,
): void {
  for (const name of backends) {
    describe.skipIf(!hasBackend(name))(`on ${name}`, () => {
      beforeAll(() => startBackend(name));
      body(name);
    });
  }
}
