import {
  type InstalledGradients,
  installGradients,
  registerFallbackKernels,
} from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';
import { AccelerateError } from './errors.js';

/** What importing this module did to tfjs. */
export interface Registered {
  /** The backend that is current now. */
  readonly backend: 'wasm';
  /** Our SIMD kernels, and whether they use fused multiply-add. */
  readonly kernels: AcceleratedWasm['kernels'];
  readonly build: AcceleratedWasm['build'];
  /** Kernels that tfjs lacks or has wrong on wasm, composed of others now. */
  readonly composed: readonly string[];
  /** Gradients that are ours instead of tfjs's, and why. */
  readonly gradients: InstalledGradients['replaced'];
  /** Takes kernels and gradients out again; wasm stays the current backend. */
  undo(): void;
}

/**
 * Made by `import '@pose-distill/accelerate/register'`, whose side effect is its purpose: tfjs runs on WASM from then on, with
 * right gradients and SIMD training kernels, for every model on tfjs-core, also those of tfjs-layers.
 *
 * In a page tfjs must find its `.wasm` files: serve them beside the page, or call `setWasmPaths` of tfjs-backend-wasm before
 * this module is imported.
 *
 * @throws AccelerateError MISSING_PEER when tfjs-backend-wasm is not installed, UNSUPPORTED_BACKEND when it does not start
 * @example
 * import { registered } from '@pose-distill/accelerate/register';
 * registered.kernels; // ['AdamUpdate', 'AvgPool', …]
 */
export const registered: Registered = await register();

async function register(): Promise<Registered> {
  await importBackend();
  const gradients = installGradients();
  if (!(await tf.setBackend('wasm'))) {
    throw new AccelerateError(
      'UNSUPPORTED_BACKEND',
      "Expected tfjs's backend 'wasm' to start, and it did not. In a page, serve the .wasm files of @tensorflow/tfjs-backend-wasm " +
        'beside it, or call its setWasmPaths() before this import.',
    );
  }
  const fallback = registerFallbackKernels('wasm');
  const accelerated = await accelerateWasm();
  const taken = new Set(accelerated.kernels);
  const composed = [...fallback.registered, ...fallback.corrected.map(({ kernel }) => kernel)];
  return {
    backend: 'wasm',
    kernels: accelerated.kernels,
    build: accelerated.build,
    composed: composed.filter((kernel) => !taken.has(kernel)).sort(),
    gradients: gradients.replaced,
    undo: () => {
      accelerated.undo();
      fallback.undo();
      gradients.undo();
    },
  };
}

async function importBackend(): Promise<void> {
  if (tf.findBackendFactory('wasm')) return;
  try {
    await import('@tensorflow/tfjs-backend-wasm');
  } catch (cause) {
    throw new AccelerateError(
      'MISSING_PEER',
      'Expected the package @tensorflow/tfjs-backend-wasm 4.22.0, and importing it failed ' +
        `(${(cause as Error).message}). Install it beside @tensorflow/tfjs-core 4.22.0.`,
    );
  }
}
