/**
 * Times training steps of one network on tfjs's wasm backend: forward, mean squared error, gradients, Adam.
 *
 * node step.js '{"network":"mobile","variant":"accelerated","steps":20}' prints one JSON line.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import { initialise } from '@pose-distill/network';
import { run, toTensors } from '@pose-distill/network-tfjs';
import {
  adamScalars,
  adamUpdate,
  flattenTensors,
  installGradients,
  splitTensor,
} from '@pose-distill/tensor-ops';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { buildNetwork } from './networks.js';

const {
  network: name,
  variant,
  steps = 20,
  warmup = 3,
  batch = 8,
  height = 128,
  width = 96,
  learningRate = 1e-3,
} = JSON.parse(process.argv[2] ?? '{}');

const require = createRequire(import.meta.url);
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await tf.setBackend('wasm');
await tf.ready();
installGradients();
const accelerated =
  variant === 'compositions'
    ? undefined
    : await accelerateWasm({
        relaxed: variant !== 'accelerated-plain',
        revectorize: variant.endsWith('revectorized'),
      });
const build = accelerated?.build ?? 'tfjs';

const network = buildNetwork(name, { height, width });
const tensors = toTensors(network, initialise(network, 1));
const trained = network.parameters.filter(({ kind }) => kind === 'weight');
const shapes = trained.map(({ shape }) => shape);
let weights = tf.tidy(() => flattenTensors(trained.map((parameter) => tensors[parameter.name])));
let m = tf.zerosLike(weights);
let v = tf.zerosLike(weights);

// The values do not matter for the time; they are the same in every variant and in torch_step.py.
const ramp = (count, period) =>
  Float32Array.from({ length: count }, (_, i) => ((i * 7919) % period) / period - 0.5);
const image = tf.tensor4d(ramp(batch * height * width * 3, 1009), [batch, height, width, 3]);
const target = tf.tensor4d(ramp((batch * height * width * 17) / 16, 997), [
  ...[batch, height / 4, width / 4, 17],
]);

function step(number) {
  const scalars = tf.tensor1d(adamScalars({ learningRate, step: number }));
  const [value, ...next] = tf.tidy(() => {
    const parts = splitTensor(weights, shapes);
    const loss = (...list) => {
      const variables = { ...tensors };
      trained.forEach((parameter, i) => {
        variables[parameter.name] = list[i];
      });
      const { outputs } = run(network, variables, { image }, { training: true });
      return tf.mean(tf.squaredDifference(outputs.heatmaps, target));
    };
    const { value, grads } = tf.valueAndGrads(loss)(parts);
    const updated = adamUpdate({ weights, m, v, gradient: flattenTensors(grads), scalars });
    return [value, updated.weights, updated.m, updated.v];
  });
  tf.dispose([weights, m, v, scalars]);
  [weights, m, v] = next;
  return value;
}

const losses = [];
/** Wall and processor milliseconds of each step; the second is the one to trust on a shared machine. */
const times = [];
const processorTimes = [];
const processorMilliseconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
let tensorsAfterWarmup = 0;
for (let number = 1; number <= warmup + steps; number++) {
  if (number === warmup + 1) tensorsAfterWarmup = tf.memory().numTensors;
  const start = performance.now();
  const processorStart = processorMilliseconds();
  const value = step(number);
  if (number > warmup) {
    times.push(performance.now() - start);
    processorTimes.push(processorMilliseconds() - processorStart);
  }
  losses.push((await value.data())[0]);
  value.dispose();
}

console.log(
  JSON.stringify({
    ...{ network: name, variant, build, batch, height, width },
    parameters: weights.size,
    losses: losses.slice(0, 5),
    leakedTensors: tf.memory().numTensors - tensorsAfterWarmup,
    revectorized: accelerated?.revectorized ?? false,
    heapMebibytes: Math.round(tf.backend().wasm.HEAPU8.length / 2 ** 20),
    peakMebibytes: process.resourceUsage().maxRSS / 1024,
    times,
    processorTimes,
  }),
);
