/**
 * The most memory that one training step (forward, loss, backward) takes on the WASM heap, for each way to recompute.
 *
 * node training/memory.js [height width batch, default 128 128 8]
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import { initialise } from '@pose-distill/network';
import { run, toTensors } from '@pose-distill/network-tfjs';
import { installGradients } from '@pose-distill/tensor-ops';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { buildNetwork } from './networks.js';

const [height = 128, width = 128, batch = 8] = process.argv.slice(2).map(Number);
const require = createRequire(import.meta.url);
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await tf.setBackend('wasm');
await tf.ready();
installGradients();
const { memory, resetPeak } = await accelerateWasm();

const rows = {};
for (const name of ['mobile', 'dense', 'pelee', 'hourglass']) {
  const network = buildNetwork(name, { height, width });
  const tensors = toTensors(network, initialise(network, 1));
  const trained = network.parameters.filter(({ kind }) => kind === 'weight');
  const image = tf.zeros([batch, height, width, 3]);
  rows[name] = {};
  for (const recompute of [false, 'norms', true]) {
    const loss = (...weights) => {
      const own = Object.fromEntries(trained.map((parameter, i) => [parameter.name, weights[i]]));
      const { outputs } = run(
        network,
        { ...tensors, ...own },
        { image },
        { training: true, recompute },
      );
      return tf.mean(tf.square(outputs.heatmaps));
    };
    resetPeak();
    const before = memory().bytes;
    const { value, grads } = tf.valueAndGrads(loss)(
      trained.map((parameter) => tensors[parameter.name]),
    );
    rows[name][`recompute ${recompute}, MB`] = Math.round((memory().peakBytes - before) / 1e5) / 10;
    tf.dispose([value, grads]);
  }
  tf.dispose([tensors, image]);
}
console.table(rows);
