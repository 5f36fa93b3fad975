/**
 * Each kernel of @pose-distill/accelerate beside what it replaces in tfjs-backend-wasm 4.22, one core.
 *
 * node kernels/small.js [--rounds 5] [--milliseconds 40] [--only pattern]
 *
 * With and without the kernels take turns, round after round. Both sides use the gradients of @pose-distill/tensor-ops.
 * Writes results/small-kernels-<date>.json and prints a table; nothing is written with --only.
 */
import { parseArgs } from 'node:util';
import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import { installGradients } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { machine, spread, version, writeReport } from '../shared/report.js';
import { cases } from './small-cases.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    milliseconds: { type: 'string', default: '40' },
    only: { type: 'string', default: '' },
  },
});
const chosen = cases.filter(({ name }) => new RegExp(options.only).test(name));
const where = machine();
await tf.setBackend('wasm');
installGradients();

/** Milliseconds of single calls, measured for the given time and at least three times. */
function measure({ inputs, run }) {
  const tensors = inputs.map((shape) => tf.randomUniform(shape, -2, 2));
  const times = [];
  const start = performance.now();
  while (times.length < 4 || performance.now() - start < Number(options.milliseconds)) {
    const before = performance.now();
    tf.tidy(() => void run(...tensors));
    times.push(performance.now() - before);
  }
  tf.dispose(tensors);
  // The first call may grow the heap.
  return times.slice(1);
}

const stock = new Map(chosen.map(({ name }) => [name, []]));
const ours = new Map(chosen.map(({ name }) => [name, []]));
let build = '';
for (let round = 0; round < Number(options.rounds); round++) {
  for (const one of chosen) stock.get(one.name).push(...measure(one));
  const accelerated = await accelerateWasm();
  build = accelerated.build;
  for (const one of chosen) ours.get(one.name).push(...measure(one));
  accelerated.undo();
}

const results = chosen.map(({ name, inputs, bytes, operations }) => {
  const before = spread(stock.get(name));
  const after = spread(ours.get(name));
  return {
    name,
    inputs,
    stockMilliseconds: before,
    milliseconds: after,
    timesFaster: before.least / after.least,
    gigabytesPerSecond: bytes ? bytes / after.least / 1e6 : null,
    gigaflops: operations ? operations / after.least / 1e6 : null,
  };
});
for (const { name, stockMilliseconds, milliseconds, timesFaster, gigaflops } of results) {
  console.log(
    name.padEnd(46),
    stockMilliseconds.least.toFixed(3).padStart(9),
    `${milliseconds.least.toFixed(3)} ms`.padStart(11),
    `${timesFaster.toFixed(1)} x`.padStart(9),
    gigaflops ? `${gigaflops.toFixed(0)} GFLOP/s` : '',
  );
}
if (options.only === '') {
  writeReport({
    benchmark: 'small-kernels',
    machine: where,
    versions: {
      node: process.version,
      v8: process.versions.v8,
      '@tensorflow/tfjs-core': version('@tensorflow/tfjs-core'),
      '@tensorflow/tfjs-backend-wasm': version('@tensorflow/tfjs-backend-wasm'),
    },
    build,
    rounds: Number(options.rounds),
    note: 'Milliseconds of one call on one thread; ratios are of the least times of interleaved rounds.',
    results,
  });
}
