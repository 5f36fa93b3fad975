/** What `small.js` measures: shapes as pose networks have them, batch 8. */
import { hhdLoss, pixelKlLoss } from '@pose-distill/kd-losses';
import { gelu, hardSwish, layerNorm } from '@pose-distill/tensor-ops';
import * as tf from '@tensorflow/tfjs-core';

const FLOAT = 4;
const size = (shape) => shape.reduce((product, extent) => product * extent, 1);
const gradient = (f) => (x, dy) => tf.grad(f)(x, dy);
const kernel = (name, inputs, attrs) => tf.engine().runKernel(name, inputs, attrs);

const FINE = [8, 64, 48, 32];
const COARSE = [8, 32, 24, 32];
const MAPS = [8, 64, 48, 17];
const SCORES = [64, 273, 273];
const TOKENS = [8, 273, 192];

const pool = { filterSize: 3, strides: 2, pad: 'same' };
const half = (x) => tf.image.resizeBilinear(x, [64, 48], false, true);
const plain = (x) => tf.image.resizeBilinear(x, [64, 48]);

const simple = [
  ['max pool 2x2 stride 2', [FINE], (x) => tf.maxPool(x, 2, 2, 'same')],
  ['max pool 3x3 stride 2', [FINE], (x) => tf.maxPool(x, 3, 2, 'same')],
  ['average pool 3x3 stride 2', [FINE], (x) => tf.avgPool(x, 3, 2, 'same')],
  [
    'max pool 3x3 stride 2, gradient',
    [COARSE, FINE, COARSE],
    (dy, input, output) => kernel('MaxPoolGrad', { dy, input, output }, pool),
  ],
  [
    'average pool 3x3 stride 2, gradient',
    [COARSE, FINE],
    (dy, input) => kernel('AvgPoolGrad', { dy, input }, pool),
  ],
  ['mean over height and width', [FINE], (x) => tf.mean(x, [1, 2])],
  [
    'mean over height and width, with gradient',
    [FINE, [8, 32]],
    gradient((x) => tf.mean(x, [1, 2])),
  ],
  ['sum over batch, height, width', [FINE], (x) => tf.sum(x, [0, 1, 2])],
  ['sum over channels', [FINE], (x) => tf.sum(x, 3)],
  ['sum of everything', [FINE], (x) => tf.sum(x)],
  ['nearest x2', [COARSE], (x) => tf.image.resizeNearestNeighbor(x, [64, 48])],
  [
    'nearest 21x15 to 63x45',
    [[8, 21, 15, 32]],
    (x) => tf.image.resizeNearestNeighbor(x, [63, 45], false, true),
  ],
  ['bilinear x2, half-pixel centres', [COARSE], half],
  ['bilinear x2, half-pixel centres, with gradient', [COARSE, FINE], gradient(half)],
  ['bilinear x2, with gradient', [COARSE, FINE], gradient(plain)],
  [
    'bilinear x1/2, half-pixel centres',
    [FINE],
    (x) => tf.image.resizeBilinear(x, [32, 24], false, true),
  ],
  ['softmax over 273', [SCORES], (x) => tf.softmax(x)],
  ['softmax over 273, with gradient', [SCORES, SCORES], gradient((x) => tf.softmax(x))],
  ['log-softmax over 273, with gradient', [SCORES, SCORES], gradient((x) => tf.logSoftmax(x))],
  ['exp', [FINE], (x) => tf.exp(x)],
  ['log', [FINE], (x) => tf.log(x)],
  ['tanh', [FINE], (x) => tf.tanh(x)],
  ['sigmoid', [FINE], (x) => tf.sigmoid(x)],
  ['erf', [FINE], (x) => tf.erf(x)],
  ['softplus', [FINE], (x) => tf.softplus(x)],
  ['gelu, with gradient', [FINE, FINE], gradient(gelu)],
  ['hard swish, with gradient', [FINE, FINE], gradient(hardSwish)],
  [
    'layer norm, with gradients',
    [TOKENS, [192], [192], TOKENS],
    (x, gamma, beta, dy) => tf.grads((...inputs) => layerNorm(...inputs))([x, gamma, beta], dy),
  ],
  ['largest over height and width', [MAPS], (x) => tf.max(x, [1, 2])],
  ['leaky relu', [FINE], (x) => tf.leakyRelu(x, 0.1)],
  ['relu, with gradient', [FINE, FINE], gradient((x) => tf.relu(x))],
  ['relu6, with gradient', [FINE, FINE], gradient((x) => tf.relu6(x))],
  ['clip, with gradient', [FINE, FINE], gradient((x) => tf.clipByValue(x, -1, 1))],
  ['maximum of two', [FINE, FINE], (x, y) => tf.maximum(x, y)],
  ['greater than a number', [FINE], (x) => tf.greater(x, 0)],
  ['select', [FINE, FINE], (x, y) => tf.where(tf.greater(x, 0), x, y)],
  ['maps to rows, transposed', [[8, 3072, 17]], (x) => tf.transpose(x, [0, 2, 1])],
  ['attention heads, transposed', [[8, 273, 8, 24]], (x) => tf.transpose(x, [0, 2, 1, 3])],
  ['channel shuffle, transposed', [[8, 32, 24, 2, 58]], (x) => tf.transpose(x, [0, 1, 2, 4, 3])],
  [
    'pixel shuffle, transposed',
    [[8, 32, 24, 2, 2, 32]],
    (x) => tf.transpose(x, [0, 1, 3, 2, 4, 5]),
  ],
  ['NHWC to NCHW, transposed', [FINE], (x) => tf.transpose(x, [0, 3, 1, 2])],
  ['depth to space', [[8, 32, 24, 128]], (x) => tf.depthToSpace(x, 2)],
  ['tile over height and width', [[8, 1, 1, 32]], (x) => tf.tile(x, [1, 64, 48, 1])],
  ['reverse along the width', [MAPS], (x) => tf.reverse(x, 2)],
  ['gather rows', [FINE], (x) => tf.gather(x, tf.range(0, 64, 1, 'int32'), 1)],
  ['every second pixel', [FINE], (x) => tf.stridedSlice(x, [0, 0, 0, 0], FINE, [1, 2, 2, 1])],
  [
    'zero padding by one',
    [FINE],
    (x) =>
      tf.pad(x, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]),
  ],
  [
    'mirror padding by one',
    [FINE],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        'reflect',
      ),
  ],
  [
    'windows loss, with gradient',
    [MAPS, MAPS],
    (x, y) => tf.grad((student) => hhdLoss(student, y))(x),
  ],
  [
    'pixel divergence, with both gradients',
    [MAPS, MAPS],
    (x, y) => tf.grads((...pair) => pixelKlLoss(...pair))([x, y]),
  ],
  ['cumulative sum along rows', [[8, 3072, 17]], (x) => tf.cumsum(x, 1)],
].map(([name, inputs, run]) => ({
  name,
  inputs,
  run,
  bytes: FLOAT * inputs.reduce((sum, shape) => sum + size(shape), 0),
}));

const products = [
  ['attention scores, q k^T', [64, 273, 24], [64, 273, 24], false, true],
  ['attention values, p v', SCORES, [64, 273, 24], false, false],
  ['attention, p^T dy', SCORES, [64, 273, 24], true, false],
  ['linear layer', [2184, 192], [192, 576], false, false],
  ['linear layer, gradient of x', [2184, 576], [192, 576], false, true],
  ['linear layer, gradient of the weight', [2184, 192], [2184, 576], true, false],
  ['both transposed', [273, 640], [80, 273], true, true],
].map(([name, a, b, transposeA, transposeB]) => ({
  name: `product: ${name}`,
  inputs: [a, b],
  run: (x, y) => tf.matMul(x, y, transposeA, transposeB),
  operations: 2 * size(a) * b[b.length - (transposeB ? 2 : 1)],
}));

/** Every case, with the bytes or the operations of one call. */
export const cases = [...simple, ...products];
