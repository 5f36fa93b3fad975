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
  /** With 256-bit SIMD. */
  readonly revectorized: boolean;
}

let started: Promise<BackendChoice> | undefined;
let accelerated: AcceleratedWasm | undefined;

/** Whether V8 is asked to use 256-bit SIMD, in this thread and all others: `POSE_DISTILL_REVECTORIZE=1`, for Node 24 and later. */
export const revectorize = (): boolean => process.env.POSE_DISTILL_REVECTORIZE === '1';

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
  accelerated = await accelerateWasm({ revectorize: revectorize() });
  const { kernels, build, revectorized } = accelerated;
  return { name: 'wasm', kernels, build, revectorized };
}

/** What this thread's tensors have taken since the backend was started. */
export function heapUsage(): RunUsage {
  const { peakBytes, heapBytes } = accelerated!.memory();
  return { peakBytes, heapBytes };
}
