/**
 * Times one variant of the convolution kernels on every shape: forward, input gradient, filter gradient; prints one JSON line.
 *
 * node convolution-variant.js '{"variant":"relaxed"}'
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { peak } from '../shared/peak.js';
import { BATCH, shapes } from './convolution-shapes.js';

const { variant } = JSON.parse(process.argv[2] ?? '{}');

const OPTIONS = {
  plain: { relaxed: false },
  direct: { winograd: false },
  relaxed: {},
  revectorized: { revectorize: true },
};
const require = createRequire(import.meta.url);
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await tf.setBackend('wasm');
await tf.ready();
const accelerated = OPTIONS[variant] && (await accelerateWasm(OPTIONS[variant]));

/** Least processor milliseconds of runs over at least a third of a second; null where there is no such kernel. */
function time(name, inputs, attributes) {
  if (tf.getKernel(name, 'wasm') === undefined) return null;
  let least = Infinity;
  const end = performance.now() + 300;
  for (let run = 0; run < 2 || (run < 30 && performance.now() < end); run++) {
    const start = process.cpuUsage();
    const result = tf.engine().runKernel(name, inputs, attributes);
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
    tf.dispose(result);
  }
  return least;
}

const rows = shapes.map(({ height, width, channels, out, kernel, stride, groups }) => {
  const x = tf.randomUniform([BATCH, height, width, channels], -1, 1);
  const filter = tf.randomUniform([kernel, kernel, channels / groups, out], -1, 1);
  const dy = tf.randomUniform([BATCH, height / stride, width / stride, out], -1, 1);
  const attributes = {
    ...{ strides: [stride, stride], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] },
    ...{ inputShape: x.shape, filterShape: filter.shape },
    ...(groups > 1 && { groups }),
  };
  const name = groups > 1 ? 'GroupedConv2D' : 'Conv2D';
  const row = {
    forward: time(name, { x, filter }, attributes),
    inputGradient: time(`${name}BackpropInput`, { dy, filter }, attributes),
    filterGradient: time(`${name}BackpropFilter`, { x, dy }, attributes),
  };
  tf.dispose([x, filter, dy]);
  return row;
});

console.log(
  JSON.stringify({
    ...{ variant, node: process.version, build: accelerated?.build ?? 'XNNPACK' },
    ...{ revectorized: accelerated?.revectorized ?? false, peak: peak(), rows },
  }),
);
