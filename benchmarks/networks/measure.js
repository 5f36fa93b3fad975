/**
 * Times one network by name on tfjs's wasm backend with the accelerated kernels: forward as deployed (batch norm folded), and
 * forward with gradients of all weights.
 *
 * node networks/measure.js '{"name":"peleenet-duc","height":256,"width":192,"batch":8,"times":5}' prints one JSON line.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import { foldBatchNorm, initialise } from '@pose-distill/network';
import { run, toTensors } from '@pose-distill/network-tfjs';
import { installGradients } from '@pose-distill/tensor-ops';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { buildNetwork } from 'pose-distill/recipes';

const {
  name,
  height,
  width,
  batch,
  times = 5,
  keypoints = 17,
} = JSON.parse(process.argv[2] ?? '{}');

const require = createRequire(import.meta.url);
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await tf.setBackend('wasm');
await tf.ready();
installGradients();
const { build } = await accelerateWasm();

const network = buildNetwork(name, { inputSize: { height, width }, keypoints });
const weights = initialise(network, 1);
const ramp = Float32Array.from(
  { length: batch * height * width * 3 },
  (_, i) => ((i * 7919) % 1009) / 1009 - 0.5,
);
const image = tf.tensor4d(ramp, [batch, height, width, 3]);

const processorMilliseconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Processor milliseconds of each call, after one that warms up. `work` gives a tensor, which is read. */
async function timed(work) {
  const list = [];
  for (let time = -1; time < times; time++) {
    const start = processorMilliseconds();
    const result = work();
    await result.data();
    result.dispose();
    if (time >= 0) list.push(processorMilliseconds() - start);
  }
  return list;
}

const folded = foldBatchNorm(network, weights);
const deployed = toTensors(folded.network, folded.weights);
const first = Object.keys(network.outputs)[0];
const forward = await timed(() =>
  tf.tidy(() => tf.mean(run(folded.network, deployed, { image }).outputs[first])),
);
tf.dispose(deployed);

const variables = toTensors(network, weights);
const trained = network.parameters.filter(({ kind }) => kind === 'weight').map((one) => one.name);
const loss = (...list) => {
  const given = Object.fromEntries(trained.map((parameter, i) => [parameter, list[i]]));
  const { outputs } = run(network, { ...variables, ...given }, { image }, { training: true });
  return tf.addN(Object.values(outputs).map((map) => tf.mean(tf.square(map))));
};
const both = await timed(() =>
  tf.tidy(() => {
    const { value } = tf.valueAndGrads(loss)(trained.map((parameter) => variables[parameter]));
    return value;
  }),
);

console.log(
  JSON.stringify({
    ...{ name, build, forward, both },
    peakMebibytes: process.resourceUsage().maxRSS / 1024,
  }),
);
