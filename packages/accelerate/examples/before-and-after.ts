// The gradient of a small block, first with tfjs's own kernels, then with the accelerated ones: the same numbers, sooner.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import { batchNormTrain, installGradients } from '@pose-distill/tensor-ops';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const files = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
if (tf.findBackend('wasm') === null) setWasmPaths(`${files}/`);
await tf.setBackend('wasm');
installGradients();

const x = tf.randomNormal([4, 32, 24, 16], 0, 1, 'float32', 1) as tf.Tensor4D;
const parameters = [
  tf.randomNormal([3, 3, 16, 1], 0, 0.3, 'float32', 2),
  tf.randomNormal([1, 1, 16, 24], 0, 0.3, 'float32', 3),
  tf.ones([24]),
  tf.zeros([24]),
];

/** Depthwise 3x3, 1x1, batch norm with relu6, mean square. */
function loss(depthwise: tf.Tensor, pointwise: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) {
  const filtered = tf.depthwiseConv2d(x, depthwise as tf.Tensor4D, 2, 'same');
  const mixed = tf.conv2d(filtered, pointwise as tf.Tensor4D, 1, 'same');
  const scale = [gamma, beta] as [tf.Tensor1D, tf.Tensor1D];
  const { y } = batchNormTrain(mixed, ...scale, { activation: 'relu6' });
  return tf.mean(tf.square(y)) as tf.Scalar;
}

async function gradients(): Promise<{ values: Float32Array; milliseconds: number }> {
  let milliseconds = Infinity;
  let values = new Float32Array();
  for (let repeat = 0; repeat < 5; repeat++) {
    const start = performance.now();
    const flat = tf.tidy(() =>
      tf.concat(
        tf
          .grads(loss)(parameters)
          .map((g) => tf.reshape(g, [-1])),
      ),
    );
    milliseconds = Math.min(milliseconds, performance.now() - start);
    values = new Float32Array(await flat.data());
    flat.dispose();
  }
  return { values, milliseconds };
}

const before = await gradients();
const { kernels, build, undo } = await accelerateWasm();
const after = await gradients();
undo();

const scale = Math.max(...before.values.map(Math.abs));
/** Largest difference relative to the largest gradient, for the test that runs this file. */
export const difference: number =
  Math.max(...before.values.map((value, i) => Math.abs(value - after.values[i]!))) / scale;
console.log(`${kernels.length} kernels, ${build} build`); // 14 kernels, relaxed build
console.log(`${(before.milliseconds / after.milliseconds).toFixed(0)} times as fast`); // 31 times as fast
console.log(`difference ${difference.toExponential(0)}`); // difference 6e-7
