/**
 * Times every distinct layer of a benchmark network on its own: forward, input gradient and filter gradient, and batch norm.
 * The minimum processor time over many runs: what the kernels take when nothing else disturbs them.
 *
 * node layers.js [mobile|dense] [accelerated|accelerated-plain|stock]
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { accelerateWasm } from '@pose-distill/accelerate/wasm';
import { benchmarkDense, benchmarkMobile } from '@pose-distill/backbones';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const [name = 'mobile', variant = 'accelerated', repeats = '40'] = process.argv.slice(2);
const batch = 8;

const require = createRequire(import.meta.url);
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await tf.setBackend('wasm');
await tf.ready();
if (variant !== 'stock') await accelerateWasm({ relaxed: variant === 'accelerated' });

const kernel = (kernelName, inputs, attrs) => {
  if (tf.getKernel(kernelName, 'wasm') === undefined) return null;
  let least = Infinity;
  for (let i = 0; i < Number(repeats); i++) {
    const start = process.cpuUsage();
    const result = tf.engine().runKernel(kernelName, inputs, attrs);
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
    tf.dispose(result);
  }
  return least;
};

const totals = {};
const rows = new Map();
const network = (name === 'mobile' ? benchmarkMobile : benchmarkDense)({});
const shapeOf = (node) => network.nodes.find((other) => other.name === node).shape;
for (const node of network.nodes) {
  const shape = node.inputs.length > 0 ? shapeOf(node.inputs[0]) : [];
  const { strides, groups, kernel: size, padding } = node.attributes ?? {};
  const key = JSON.stringify([node.op, shape, node.shape, node.attributes]);
  const row = rows.get(key);
  if (row) row.count++;
  else rows.set(key, { node, shape, strides, groups, size, padding, count: 1 });
}

const pad = (p) =>
  typeof p === 'string'
    ? p
    : [
        [0, 0],
        [p.top, p.bottom],
        [p.left, p.right],
        [0, 0],
      ];
const show = (label, list) => {
  const cells = list.map(([part, ms, flops]) => {
    totals[part] = (totals[part] ?? 0) + (ms ?? 0);
    if (ms === null) return `${part} -`.padEnd(30);
    return `${part} ${ms.toFixed(2)} ms${flops ? ` (${(flops / ms / 1e6).toFixed(1)})` : ''}`.padEnd(
      30,
    );
  });
  console.log(label.padEnd(48), cells.join(''));
};

for (const { node, shape, count } of rows.values()) {
  const times = (ms) => (ms === null ? null : ms * count);
  const x = shape.length ? tf.randomUniform([batch, ...shape], -1, 1) : null;
  const y = tf.randomUniform([batch, ...node.shape], -1, 1);
  const label = `${count} x ${node.op} [${shape}] -> [${node.shape}]`;
  if (node.op === 'conv2d' || node.op === 'convTranspose2d') {
    const { strides, groups = 1, padding } = node.attributes;
    const weight = network.parameters.find(
      (parameter) => parameter.name === node.parameters.weight,
    );
    const depthwise = groups > 1;
    const [kh, kw, inner, outer] = weight.shape;
    const filterShape = depthwise ? [kh, kw, outer, 1] : [kh, kw, inner, outer];
    const filter = tf.randomUniform(filterShape, -1, 1);
    const attrs = {
      ...{ strides: [strides.height, strides.width], pad: pad(padding), dataFormat: 'NHWC' },
      ...{ dilations: [1, 1], filterShape },
    };
    const macs =
      batch *
      (node.op === 'conv2d' ? node.shape[0] * node.shape[1] : shape[0] * shape[1]) *
      weight.shape.reduce((a, b) => a * b);
    const flops = 2 * macs * count;
    if (depthwise) {
      show(`${label} dw ${kh}x${kw} s${strides.height}`, [
        ['dw forward', times(kernel('DepthwiseConv2dNative', { x, filter }, attrs)), flops],
        [
          'dw dX',
          times(
            kernel(
              'DepthwiseConv2dNativeBackpropInput',
              { dy: y, filter },
              { ...attrs, inputShape: x.shape },
            ),
          ),
          flops,
        ],
        ['dw dW', times(kernel('DepthwiseConv2dNativeBackpropFilter', { x, dy: y }, attrs)), flops],
      ]);
    } else {
      const [image, out] = node.op === 'conv2d' ? [x, y] : [y, x];
      show(`${label} ${kh}x${kw} s${strides.height}`, [
        ['forward', times(kernel('Conv2D', { x: image, filter }, attrs)), flops],
        [
          'dX',
          times(
            kernel(
              'Conv2DBackpropInput',
              { dy: out, filter },
              { ...attrs, inputShape: image.shape },
            ),
          ),
          flops,
        ],
        ['dW', times(kernel('Conv2DBackpropFilter', { x: image, dy: out }, attrs)), flops],
      ]);
    }
    filter.dispose();
  } else if (node.op === 'batchNorm') {
    const vector = tf.ones([node.shape[2]]);
    const attrs = { epsilon: 1e-5, activation: 'relu6' };
    show(label, [
      ['bn forward', times(kernel('BatchNormTrain', { x, gamma: vector, beta: vector }, attrs))],
      [
        'bn backward',
        times(
          kernel(
            'BatchNormTrainGrad',
            { dy: y, x, gamma: vector, beta: vector, mean: vector, variance: vector },
            attrs,
          ),
        ),
      ],
    ]);
    vector.dispose();
  } else if (node.op === 'resizeNearest') {
    show(label, [
      [
        'resize forward',
        times(
          kernel(
            'ResizeNearestNeighbor',
            { images: x },
            { size: node.shape.slice(0, 2), alignCorners: false, halfPixelCenters: false },
          ),
        ),
      ],
      [
        'resize backward',
        times(
          kernel(
            'ResizeNearestNeighborGrad',
            { images: x, dy: y },
            { alignCorners: false, halfPixelCenters: false },
          ),
        ),
      ],
    ]);
  } else if (node.op === 'add') {
    show(label, [['add', times(kernel('Add', { a: x, b: x }, {}))]]);
  }
  tf.dispose([x, y].filter(Boolean));
}
const sum = Object.values(totals).reduce((a, b) => a + b);
console.log(
  ...Object.entries(totals).map(([part, ms]) => `${part} ${ms.toFixed(1)} ms;`),
  `all ${sum.toFixed(1)} ms`,
);
