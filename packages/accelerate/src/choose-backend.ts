import { installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import { type AcceleratedWasm, accelerateWasm } from './accelerate-wasm.js';
import { adviceFor, type Engine, engine } from './engine.js';
import { AccelerateError } from './errors.js';
import { type TrainingRate, trainingRate } from './rate.js';
import { selfCheck } from './self-check.js';

export type BackendName = 'wasm' | 'webgpu' | 'webgl' | 'cpu';

/** What was found out about one backend. */
export interface BackendReport {
  readonly backend: BackendName;
  /** `absent`: not imported; `failed`: it does not start; `wrong`: its results are; `ready`: measured. */
  readonly state: 'ready' | 'absent' | 'failed' | 'wrong';
  /** Why it is not ready. */
  readonly reason?: string;
  readonly rate?: TrainingRate;
  /** Our kernels on it. */
  readonly accelerated?: Pick<AcceleratedWasm, 'build' | 'kernels' | 'revectorized'>;
}

export interface BackendChoice {
  /** Now tfjs's backend, with gradients and kernels in place. */
  readonly backend: BackendName;
  readonly reports: readonly BackendReport[];
  /** The engine this runs in. */
  readonly engine: Engine;
  /** What would make it faster here, most useful first. */
  readonly advice: readonly string[];
}

export interface ChooseBackendOptions {
  /** Backends to try. @default wasm, webgpu, webgl, cpu: those that are imported are measured */
  readonly candidates?: readonly BackendName[];
  /** See `accelerateWasm`. @default false */
  readonly revectorize?: boolean;
}

/**
 * Starts every backend that was imported, checks its results and measures how fast it trains; keeps the fastest that is right.
 * Gradients are installed and our kernels registered on the way. Takes a few seconds.
 *
 * @throws AccelerateError UNSUPPORTED_BACKEND when none of them works, saying why for each
 * @example
 * import '@tensorflow/tfjs-backend-wasm';
 * const { backend, reports, advice } = await chooseBackend(); // 'wasm', [{ rate: { convolution: 57, … } }], …
 */
export async function chooseBackend(options: ChooseBackendOptions = {}): Promise<BackendChoice> {
  const { candidates = ['wasm', 'webgpu', 'webgl', 'cpu'], revectorize = false } = options;
  installGradients();
  const reports: BackendReport[] = [];
  for (const backend of candidates) reports.push(await examine(backend, revectorize));
  const best = reports
    .filter(({ state }) => state === 'ready')
    .sort((a, b) => b.rate!.convolution - a.rate!.convolution)[0];
  if (!best)
    throw new AccelerateError(
      'UNSUPPORTED_BACKEND',
      `No backend of tfjs can train here. ${reports.map(({ backend, reason }) => `${backend}: ${reason}`).join('; ')}. ` +
        `Import '@tensorflow/tfjs-backend-wasm' 4.22.0 first.`,
      { reports },
    );
  await tf.setBackend(best.backend);
  return {
    backend: best.backend,
    reports,
    engine: engine(),
    advice: adviceFor(engine(), best.accelerated),
  };
}

async function examine(backend: BackendName, revectorize: boolean): Promise<BackendReport> {
  if (!tf.findBackendFactory(backend))
    return {
      backend,
      state: 'absent',
      reason: `@tensorflow/tfjs-backend-${backend} is not imported`,
    };
  try {
    if (backend === 'webgpu' && !(await hasAdapter()))
      return { backend, state: 'failed', reason: 'there is no WebGPU adapter' };
    if (!(await tf.setBackend(backend)))
      return { backend, state: 'failed', reason: 'tfjs could not start it' };
    const accelerated = backend === 'wasm' ? await accelerateWasm({ revectorize }) : undefined;
    const { passed, checks } = await selfCheck();
    if (!passed) {
      const worst = checks.reduce((a, b) => (b.error > a.error ? b : a));
      return {
        backend,
        state: 'wrong',
        reason: `${worst.name} is off by ${worst.error.toExponential(1)}`,
      };
    }
    return {
      backend,
      state: 'ready',
      rate: await trainingRate(),
      ...(accelerated && { accelerated }),
    };
  } catch (error) {
    return { backend, state: 'failed', reason: (error as Error).message };
  }
}

/** tfjs fails with an unreadable error where there is none. */
async function hasAdapter(): Promise<boolean> {
  const { gpu } = (globalThis.navigator ?? {}) as { gpu?: { requestAdapter(): Promise<unknown> } };
  return Boolean(await gpu?.requestAdapter());
}
