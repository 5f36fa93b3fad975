import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { type AcceleratedWasm, accelerateWasm } from '@pose-distill/accelerate/wasm';
import { installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { PoseDistillError } from '../errors.js';
import type { RunUsage } from '../train/train.js';

/** What training runs on. */
export interface BackendChoice {
  readonly name: 'wasm';
  /** Our kernels in place of tfjs's. */
  readonly kernels: readonly string[];
  readonly build: 'relaxed' | 'plain';
}

let started: Promise<BackendChoice> | undefined;
let accelerated: AcceleratedWasm | undefined;

/** Starts the WASM backend with our kernels and gradients, once a thread. */
export function startBackend(): Promise<BackendChoice> {
  started ??= start();
  return started;
}

async function start(): Promise<BackendChoice> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const files = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
  setWasmPaths(files + sep);
  if (!(await tf.setBackend('wasm')))
    throw new PoseDistillError(
      'UNSUPPORTED_BACKEND',
      `tfjs could not start its WASM backend from ${files}. Install the packages again (npm ci).`,
    );
  await tf.ready();
  installGradients();
  accelerated = await accelerateWasm();
  const { kernels, build } = accelerated;
  return { name: 'wasm', kernels, build };
}

/** What this thread's tensors have taken since the backend was started. */
export function heapUsage(): RunUsage {
  const { peakBytes, heapBytes } = accelerated!.memory();
  return { peakBytes, heapBytes };
}
