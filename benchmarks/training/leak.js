/**
 * Whether training leaks: many steps of a tiny network with the program's own step; tensors and heap before and after.
 *
 * node training/leak.js [steps, default 10000]
 *
 * Writes results/leak-<date>.json; ends with status 1 if anything grew.
 */

import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import { installGradients } from '@pose-distill/tensor-ops';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { plain } from 'pose-distill/recipes';
import * as train from 'pose-distill/train';
import { machine, version, writeReport } from '../shared/report.js';

const { positionals } = parseArgs({ allowPositionals: true });
const steps = Number(positionals[0] ?? 10_000);
const WARM_UP = 20;

const require = createRequire(import.meta.url);
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await tf.setBackend('wasm');
await tf.ready();
installGradients();
const accelerated = await accelerateWasm();

const plan = plain.plan({
  ...{ keypoints: ['head', 'left_hand', 'right_hand'], height: 32, width: 48, batchSize: 2 },
  ...{ network: 'mobilenetv2x0.25s16-deconv8', steps: steps + WARM_UP, warmUpSteps: 2, sigma: 1 },
});
const compiled = train.compilePlan(plan);
let state = train.toTensors(plan.student, train.initialState(plan.student, 1));
const { height, width } = plan.inputSize;
const size = plan.batchSize;
const batch = train.toBatchTensors(plan, {
  size,
  images: Float32Array.from({ length: size * height * width * 3 }, (_, i) => Math.sin(i)),
  keypoints: Float32Array.from({ length: size * 6 }, (_, i) => 8 + 4 * i),
  weights: new Float32Array(size * 3).fill(1),
  sampleIndices: Int32Array.from({ length: size }, (_, i) => i),
  transforms: Float64Array.from({ length: 6 * size }, (_, i) =>
    i % 6 === 0 || i % 6 === 4 ? 1 : 0,
  ),
});

async function run(count, first) {
  let total = 0;
  for (let i = 0; i < count; i++) {
    const scalars = tf.tensor1d(train.stepScalars(plan, first + i));
    const next = train.trainStep(compiled, state, batch, scalars);
    train.disposeState(state);
    scalars.dispose();
    state = next.state;
    if (i === count - 1) total = (await next.terms.data())[0];
    next.terms.dispose();
  }
  return total;
}

const count = () => ({
  tensors: tf.memory().numTensors,
  buffers: tf.memory().numDataBuffers,
  tensorBytes: accelerated.memory().bytes,
  heapBytes: accelerated.memory().heapBytes,
});
const machineBefore = machine();
await run(WARM_UP, 0);
const before = count();
const start = performance.now();
const loss = await run(steps, WARM_UP);
const after = count();
const seconds = (performance.now() - start) / 1000;
console.log(`${steps} steps in ${seconds.toFixed(1)} s, loss ${loss}`);
console.table({ before, after });
const leaks = Object.keys(before).filter((name) => after[name] > before[name]);
console.log(leaks.length > 0 ? `Grew: ${leaks.join(', ')}.` : 'Nothing grew.');
writeReport({
  ...{ benchmark: 'leak', machine: machineBefore, steps, before, after, leaks, seconds, loss },
  versions: {
    node: process.version,
    '@tensorflow/tfjs-core': version('@tensorflow/tfjs-core'),
    '@tensorflow/tfjs-backend-wasm': version('@tensorflow/tfjs-backend-wasm'),
  },
});
process.exitCode = leaks.length > 0 ? 1 : 0;
