import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { installGradients, registerFallbackKernels } from '../src/index.js';
import { type CaseResult, runGradientCases } from './run-gradient-cases.js';

/** Software rendering is slow: few elements of few cases. scripts/gradient-table.mjs runs them all. */
const SAMPLES = 2;
const CASES =
  /residual block|conv2dTranspose 4x4 stride 2 pad 1|batchNormTrain relu6|softArgmax normalised/;

/** What failed on each of the browser's backends that starts; undefined for one that does not. */
export default async function run(): Promise<Record<string, CaseResult[] | undefined>> {
  const failures: Record<string, CaseResult[] | undefined> = {};
  installGradients();
  for (const backend of ['webgl', 'webgpu']) {
    if (!(await tf.setBackend(backend).catch(() => false))) continue;
    await tf.ready();
    registerFallbackKernels(backend);
    const results = await runGradientCases(SAMPLES, CASES);
    failures[backend] = results.filter(({ outcome }) => outcome !== 'right');
  }
  return failures;
}
