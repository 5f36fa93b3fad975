import * as tf from '@tensorflow/tfjs-core';
import {
  batchNormTrain,
  channelShuffle,
  flattenTensors,
  type GroupedConv2dOptions,
  gelu,
  groupedConv2d,
  hardSigmoid,
  hardSwish,
  l2Norm,
  layerNorm,
  pixelShuffle,
  silu,
  softArgmax,
  spatialSoftmax,
  splitTensor,
} from '../src/index.js';

/** One function whose gradient is checked by finite differences; builds its inputs when run. */
export interface GradientCase {
  readonly name: string;
  /** Kernel names of tfjs or this package whose gradients the case is about. */
  readonly kernels: readonly string[];
  readonly inputs: readonly InputDescription[];
  readonly f: (...inputs: tf.Tensor[]) => tf.Tensor;
  readonly step?: number;
  readonly tolerance?: number;
  /** Backends whose own forward op gives wrong values, until `registerFallbackKernels` corrects it. */
  readonly forwardWrongOn?: readonly string[];
}

export interface InputDescription {
  readonly shape: readonly number[];
  /** Lowest and highest value. @default [-1.5, 1.5] */
  readonly range?: readonly [number, number];
  /** Values are kept at least `gap` apart from these numbers. */
  readonly avoid?: readonly number[];
  readonly gap?: number;
  /** All values differ by at least the given amount (for max, pools and other choices). */
  readonly distinct?: number;
}

/** Values without symmetry: an irrational walk through the range, the same on every machine. */
export function makeInput(description: InputDescription, salt: number): tf.Tensor {
  const { shape, range = [-1.5, 1.5], avoid = [], gap = 0.05, distinct } = description;
  const size = shape.reduce((a, b) => a * b, 1);
  const [low, high] = range;
  const values = Float32Array.from({ length: size }, (_, i) => {
    const unit = ((i + 1) * 0.6180339887498949 + salt * 0.3819660112501051) % 1;
    return low + (high - low) * unit;
  });
  if (distinct !== undefined) {
    const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
    for (const [rank, index] of order.entries()) values[index] = low + rank * distinct;
  }
  for (const [i, value] of values.entries()) {
    for (const point of avoid) {
      if (Math.abs(value - point) < gap) values[i] = point + (value >= point ? gap : -gap) * 1.5;
    }
  }
  return tf.tensor(values, [...shape]);
}

type Four = tf.Tensor4D;
const explicit: [[number, number], [number, number], [number, number], [number, number]] = [
  [0, 0],
  [0, 1],
  [2, 1],
  [0, 0],
];

const explicitSmall: typeof explicit = [
  [0, 0],
  [0, 1],
  [1, 0],
  [0, 0],
];
const symmetricPads: readonly [number, number][] = [
  [0, 0],
  [2, 1],
  [1, 2],
  [0, 0],
];
const mask: number[] = Array.from({ length: 30 }, (_, i) => ((i * 7) % 3 === 0 ? 1 : 0));

const convolutions: GradientCase[] = (
  [
    ['1x1', [2, 3, 5, 3], [1, 1, 3, 4], 1, 'valid', 1],
    ['1x1 stride 2', [2, 5, 4, 3], [1, 1, 3, 2], 2, 'valid', 1],
    ['3x3 same', [2, 4, 5, 3], [3, 3, 3, 2], 1, 'same', 1],
    ['3x3 valid', [2, 5, 4, 2], [3, 3, 2, 3], 1, 'valid', 1],
    ['3x3 same stride 2, odd and even', [2, 5, 6, 2], [3, 3, 2, 3], 2, 'same', 1],
    ['3x3 pad 1 stride 2, even', [2, 6, 4, 2], [3, 3, 2, 2], 2, 1, 1],
    ['3x2 explicit pad', [2, 4, 5, 2], [3, 2, 2, 3], 1, explicit, 1],
    ['3x2 explicit pad stride 2', [2, 5, 6, 2], [3, 2, 2, 2], 2, explicit, 1],
    ['2x3 stride [1, 2]', [2, 4, 7, 2], [2, 3, 2, 2], [1, 2], 'same', 1],
    ['5x5 same stride 2, larger than half', [2, 5, 4, 2], [5, 5, 2, 2], 2, 'same', 1],
    ['3x3 same dilation 2', [2, 6, 5, 2], [3, 3, 2, 2], 1, 'same', 2],
    ['3x3 stride 3 with unread edge', [2, 8, 7, 2], [2, 2, 2, 2], 3, 'valid', 1],
  ] as const
).map(([name, x, filter, strides, pad, dilation]) => ({
  name: `conv2d ${name}`,
  kernels: ['Conv2D'],
  inputs: [{ shape: x }, { shape: filter }],
  f: (a, b) =>
    tf.conv2d(a as Four, b as Four, strides as number | [number, number], pad, 'NHWC', dilation),
}));

const depthwise: GradientCase[] = (
  [
    ['3x3 same', [2, 4, 5, 3], [3, 3, 3, 1], 1, 'same', 1],
    ['3x3 same stride 2', [2, 5, 6, 3], [3, 3, 3, 1], 2, 'same', 1],
    ['3x3 pad 1 stride 2', [2, 6, 5, 3], [3, 3, 3, 1], 2, 1, 1],
    ['5x5 same', [2, 4, 6, 2], [5, 5, 2, 1], 1, 'same', 1],
    ['3x2 explicit pad', [2, 4, 5, 3], [3, 2, 3, 1], 1, explicit, 1],
    ['3x2 explicit pad stride 2', [2, 5, 4, 3], [3, 2, 3, 1], 2, explicit, 1],
    ['multiplier 2 stride 2', [2, 5, 4, 2], [3, 3, 2, 2], 2, 'same', 1],
    ['3x3 same dilation 2', [2, 6, 5, 2], [3, 3, 2, 1], 1, 'same', 2],
  ] as const
).map(([name, x, filter, strides, pad, dilation]) => ({
  name: `depthwiseConv2d ${name}`,
  kernels: ['DepthwiseConv2dNative'],
  inputs: [{ shape: x }, { shape: filter }],
  f: (a, b) => tf.depthwiseConv2d(a as Four, b as Four, strides, pad, 'NHWC', dilation),
}));

const transposed: GradientCase[] = (
  [
    ['4x4 stride 2 same', [2, 2, 3, 3], [4, 4, 2, 3], [2, 4, 6, 2], 2, 'same'],
    ['4x4 stride 2 pad 1', [2, 3, 2, 2], [4, 4, 3, 2], [2, 6, 4, 3], 2, 1],
    ['3x3 stride 2 same, odd output', [2, 3, 2, 2], [3, 3, 2, 2], [2, 5, 3, 2], 2, 'same'],
    ['2x2 stride 2 valid', [2, 3, 2, 2], [2, 2, 3, 2], [2, 6, 4, 3], 2, 'valid'],
  ] as const
).map(([name, x, filter, output, strides, pad]) => ({
  name: `conv2dTranspose ${name}`,
  kernels: ['Conv2DBackpropInput'],
  inputs: [{ shape: x }, { shape: filter }],
  f: (a, b) => tf.conv2dTranspose(a as Four, b as Four, [...output], strides, pad),
}));

const normalisation: GradientCase[] = (['none', 'relu', 'relu6'] as const).map((activation) => ({
  name: `batchNormTrain ${activation}`,
  kernels: ['BatchNormTrain'],
  inputs: [
    { shape: [2, 3, 5, 3], range: [-4, 7] },
    { shape: [3], range: [2, 4] },
    { shape: [3], range: [1.2, 2.9] },
  ],
  // The gradient is a small difference of large terms: a wider step lifts it over the rounding.
  step: 0.03,
  f: (x, gamma, beta) =>
    batchNormTrain(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, { activation }).y,
}));

const grouped: GradientCase[] = (
  [
    ['one group', [2, 4, 5, 3], [3, 3, 3, 2], { groups: 1, pad: 'valid' }],
    ['2 groups same', [2, 4, 5, 4], [3, 3, 2, 6], { groups: 2 }],
    ['3 groups 1x1', [2, 3, 4, 6], [1, 1, 2, 3], { groups: 3 }],
    ['2 groups stride 2 pad 1', [2, 6, 5, 4], [3, 3, 2, 2], { groups: 2, strides: 2, pad: 1 }],
    ['2 groups explicit pad', [2, 4, 5, 4], [3, 2, 2, 4], { groups: 2, pad: explicit }],
    ['2 groups dilation [2, 1]', [2, 6, 5, 4], [3, 3, 2, 2], { groups: 2, dilations: [2, 1] }],
    ['depthwise stride 2', [2, 5, 6, 3], [3, 3, 1, 3], { groups: 3, strides: 2 }],
    ['depthwise, two per channel', [2, 4, 5, 2], [3, 3, 1, 4], { groups: 2 }],
  ] as readonly [string, number[], number[], GroupedConv2dOptions][]
).map(([name, x, filter, options]) => ({
  name: `groupedConv2d ${name}`,
  kernels: ['GroupedConv2D'],
  inputs: [{ shape: x }, { shape: filter }],
  f: (a, b) => groupedConv2d(a as Four, b as Four, options),
}));

type Pad = 'same' | 'valid' | number | typeof explicit;
type Rounding = 'floor' | 'round' | 'ceil';

/** tfjs's wasm pools leave the rows that rounding up adds unwritten. */
const rounded = (rounding: Rounding | undefined): Pick<GradientCase, 'forwardWrongOn'> =>
  rounding === 'ceil' ? { forwardWrongOn: ['wasm'] } : {};

const pools: GradientCase[] = (
  [
    ['2x2 stride 2', [2, 4, 6, 3], 2, 2, 'valid', undefined],
    ['2x2 stride 2 same, odd', [2, 5, 3, 2], 2, 2, 'same', undefined],
    ['3x3 stride 2 same', [2, 5, 6, 2], 3, 2, 'same', undefined],
    ['3x3 stride 2 pad 1', [2, 5, 7, 2], 3, 2, 1, 'floor'],
    ['3x3 stride 1 same', [2, 4, 3, 2], 3, 1, 'same', undefined],
    ['2x2 stride 3, gaps', [2, 7, 5, 2], 2, 3, 'valid', undefined],
    ['3x3 stride 2 pad 1, rounded up', [2, 6, 4, 2], 3, 2, 1, 'ceil'],
    ['2x2 stride 2 explicit pad', [2, 5, 4, 2], 2, 2, explicitSmall, undefined],
  ] as readonly [string, number[], number, number, Pad, Rounding | undefined][]
).flatMap(([name, x, size, stride, pad, rounding]) => [
  {
    name: `maxPool ${name}`,
    kernels: ['MaxPool'],
    inputs: [{ shape: x, range: [-1.2, 0], distinct: 0.03 }],
    ...rounded(rounding),
    f: (a: tf.Tensor) => tf.maxPool(a as Four, size, stride, pad, rounding),
  },
  {
    name: `maxPool ${name}, all negative`,
    kernels: ['MaxPool'],
    inputs: [{ shape: x, range: [-40, 0], distinct: 0.03 }],
    ...rounded(rounding),
    f: (a: tf.Tensor) => tf.maxPool(a as Four, size, stride, pad, rounding),
  },
  {
    name: `avgPool ${name}`,
    kernels: ['AvgPool'],
    ...rounded(rounding),
    inputs: [{ shape: x }],
    f: (a: tf.Tensor) => tf.avgPool(a as Four, size, stride, pad, rounding),
  },
]);

const resizes: GradientCase[] = (
  [
    ['up x2', [2, 3, 4, 2], [6, 8], false, false],
    ['up x2 half-pixel', [2, 3, 4, 2], [6, 8], false, true],
    ['up x2 corners', [2, 3, 4, 2], [6, 8], true, false],
    ['down x2 half-pixel', [2, 6, 4, 2], [3, 2], false, true],
    ['3x4 to 5x7 half-pixel', [2, 3, 4, 2], [5, 7], false, true],
    ['3x4 to 5x7', [2, 3, 4, 2], [5, 7], false, false],
    ['to one pixel', [2, 3, 4, 2], [1, 1], false, false],
    ['square up x2, one image', [1, 3, 3, 2], [6, 6], false, false],
  ] as const
).flatMap(([name, x, size, corners, half]) => [
  {
    name: `resizeBilinear ${name}`,
    kernels: ['ResizeBilinear'],
    inputs: [{ shape: x }],
    f: (a: tf.Tensor) => tf.image.resizeBilinear(a as Four, [...size], corners, half),
  },
  {
    name: `resizeNearestNeighbor ${name}`,
    kernels: ['ResizeNearestNeighbor'],
    inputs: [{ shape: x }],
    f: (a: tf.Tensor) => tf.image.resizeNearestNeighbor(a as Four, [...size], corners, half),
  },
]);

const X: InputDescription = { shape: [2, 3, 5, 2] };
const POSITIVE: InputDescription = { shape: [2, 3, 5], range: [0.3, 2] };
const AWAY: InputDescription = { shape: [2, 3, 5], range: [-2, 2], avoid: [0] };
const FLAT: InputDescription = { shape: [2, 3, 5], range: [-1.5, 1.5] };
const DISTINCT: InputDescription = { shape: [3, 5], range: [-0.5, 0], distinct: 0.06 };

type One = (x: tf.Tensor) => tf.Tensor;
const unary: GradientCase[] = (
  [
    ['Abs', AWAY, tf.abs],
    ['Cast', FLAT, (x) => tf.cast(x, 'float32')],
    ['ClipByValue', { ...FLAT, avoid: [-1, 1] }, (x) => tf.clipByValue(x, -1, 1)],
    ['Cos', FLAT, tf.cos],
    ['Cumsum', FLAT, (x) => tf.cumsum(x, 1)],
    ['Elu', AWAY, tf.elu],
    ['Erf', FLAT, tf.erf],
    ['Exp', FLAT, tf.exp],
    ['ExpandDims', FLAT, (x) => tf.expandDims(x, 1)],
    ['Expm1', FLAT, tf.expm1],
    ['Identity', FLAT, (x) => tf.clone(x)],
    ['LeakyRelu', AWAY, (x) => tf.leakyRelu(x, 0.1)],
    ['Log', POSITIVE, tf.log],
    ['Log1p', POSITIVE, tf.log1p],
    ['LogSoftmax', FLAT, (x) => tf.logSoftmax(x)],
    ['LogSumExp', FLAT, (x) => tf.logSumExp(x, -1)],
    ['Max', DISTINCT, (x) => tf.max(x, 1)],
    ['Mean', X, (x) => tf.mean(x, [1, 2])],
    ['Min', DISTINCT, (x) => tf.min(x, 0)],
    ['Neg', FLAT, tf.neg],
    ['PadV2', X, (x) => tf.pad(x as Four, explicit, 0.5)],
    ['Prod', { shape: [2, 4], range: [0.5, 1.5] }, (x) => tf.prod(x, 1)],
    ['Prod', { shape: [2, 3, 2, 2], range: [0.5, 1.5] }, (x) => tf.prod(x, [0, 2])],
    ['Reciprocal', POSITIVE, tf.reciprocal],
    ['Relu', AWAY, tf.relu],
    ['Relu6', { shape: [2, 3, 5], range: [-3, 9], avoid: [0, 6] }, tf.relu6],
    ['Reshape', FLAT, (x) => tf.reshape(x, [5, 6])],
    ['Reverse', FLAT, (x) => tf.reverse(x, [0, 2])],
    ['Rsqrt', POSITIVE, tf.rsqrt],
    ['Selu', AWAY, tf.selu],
    ['Sigmoid', FLAT, tf.sigmoid],
    ['Sin', FLAT, tf.sin],
    ['Slice', X, (x) => tf.slice(x, [0, 1, 2, 0], [2, 2, 2, 1])],
    ['Softmax', FLAT, (x) => tf.softmax(x)],
    ['Softplus', FLAT, tf.softplus],
    ['SplitV', FLAT, (x) => tf.split(x, [1, 4], 2)[1]!],
    ['Sqrt', POSITIVE, tf.sqrt],
    ['Square', FLAT, tf.square],
    ['Sum', X, (x) => tf.sum(x, [0, 1, 2])],
    ['Sum', X, (x) => tf.sum(x, -1)],
    ['Tanh', FLAT, tf.tanh],
    ['Tile', FLAT, (x) => tf.tile(x, [2, 1, 3])],
    ['Tile', { shape: [1, 2, 1, 2, 1, 2] }, (x) => tf.tile(x, [2, 1, 3, 1, 1, 2])],
    ['Transpose', X, (x) => tf.transpose(x, [3, 0, 2, 1])],
    ['Transpose', { shape: [2, 1, 3, 2, 2, 2] }, (x) => tf.transpose(x, [0, 1, 4, 2, 5, 3])],
    ['Unpack', FLAT, (x) => tf.unstack(x, 1)[1]!],
    ['MirrorPad', X, (x) => tf.mirrorPad(x, [...symmetricPads], 'reflect')],
    ['MirrorPad', X, (x) => tf.mirrorPad(x, [...symmetricPads], 'symmetric')],
    ['GatherV2', FLAT, (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'), 1)],
    [
      'GatherV2',
      FLAT,
      (x) =>
        tf.gather(
          x,
          tf.tensor2d(
            [
              [4, 4],
              [0, 1],
            ],
            [2, 2],
            'int32',
          ),
          2,
        ),
    ],
    ['DepthToSpace', { shape: [2, 3, 2, 8] }, (x) => tf.depthToSpace(x as Four, 2)],
    [
      'SpaceToBatchND',
      { shape: [2, 4, 6, 2] },
      (x) =>
        tf.spaceToBatchND(
          x,
          [2, 2],
          [
            [0, 0],
            [0, 0],
          ],
        ),
    ],
    [
      'BatchToSpaceND',
      { shape: [8, 2, 3, 1] },
      (x) =>
        tf.batchToSpaceND(
          x,
          [2, 2],
          [
            [0, 0],
            [0, 0],
          ],
        ),
    ],
    ['BroadcastTo', { shape: [2, 1, 3] }, (x) => tf.broadcastTo(x, [2, 4, 3])],
    ['Less', AWAY, (x) => tf.mul(tf.cast(tf.less(x, 0), 'float32'), tf.square(x))],
    ['GreaterEqual', AWAY, (x) => tf.where(tf.greaterEqual(x, 0), tf.square(x), tf.neg(x))],
  ] as readonly [string, InputDescription, One][]
).map(([kernel, input, f], i) => ({
  name: `${kernel} (${i})`,
  kernels: [kernel],
  inputs: [input],
  f,
}));

const batchNorms: GradientCase[] = (
  [
    [2, 3, 2, 3],
    [4, 3],
  ] as const
).map((shape) => ({
  name: `batchNorm of rank ${shape.length}`,
  kernels: ['FusedBatchNorm'],
  inputs: [
    { shape },
    { shape: [3] },
    { shape: [3], range: [0.5, 2] },
    { shape: [3] },
    { shape: [3], range: [0.5, 2] },
  ],
  f: (x, mean, variance, offset, scale) =>
    tf.batchNorm(
      x,
      ...([mean, variance, offset, scale] as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]),
    ),
}));
/** As tfjs-layers trains it: moments of the batch, then the op. */
const trainedBatchNorm: GradientCase = {
  name: 'batchNorm by the moments of the batch',
  kernels: ['FusedBatchNorm', 'Mean', 'SquaredDifference'],
  inputs: [{ shape: [2, 3, 4, 2], range: [-3, 4] }, { shape: [2] }, { shape: [2], range: [1, 2] }],
  step: 0.03,
  f: (x, offset, scale) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const [m, v, o, s] = [mean, variance, offset, scale] as [
      tf.Tensor1D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    return tf.batchNorm(x, m, v, o, s, 1e-3);
  },
};

const ROW: InputDescription = { shape: [5], range: [0.5, 2] };
type Two = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
const binary: GradientCase[] = (
  [
    ['Add', FLAT, ROW, tf.add],
    ['Sub', FLAT, ROW, tf.sub],
    ['Multiply', FLAT, ROW, tf.mul],
    ['RealDiv', FLAT, ROW, tf.div],
    ['Pow', POSITIVE, ROW, tf.pow],
    ['Maximum', FLAT, { shape: [5], range: [5, 6] }, tf.maximum],
    ['Minimum', FLAT, { shape: [5], range: [5, 6] }, tf.minimum],
    ['SquaredDifference', FLAT, ROW, tf.squaredDifference],
    ['Prelu', AWAY, ROW, tf.prelu],
    ['Concat', FLAT, { shape: [2, 3, 2] }, (a, b) => tf.concat([a, b], 2)],
    ['Concat', FLAT, { shape: [1, 3, 5] }, (a, b) => tf.concat([a, b], 0)],
    ['Pack', FLAT, FLAT, (a, b) => tf.stack([a, b], 1)],
    ['AddN', FLAT, FLAT, (a, b) => tf.addN([a, b, a])],
    ['BatchMatMul', { shape: [3, 4] }, { shape: [4, 5] }, (a, b) => tf.matMul(a, b)],
    [
      'BatchMatMul',
      { shape: [2, 3, 4] },
      { shape: [2, 5, 4] },
      (a, b) => tf.matMul(a, b, false, true),
    ],
    [
      'BatchMatMul',
      { shape: [2, 4, 3] },
      { shape: [2, 4, 5] },
      (a, b) => tf.matMul(a, b, true, false),
    ],
    ['Select', FLAT, FLAT, (a, b) => tf.where(tf.tensor3d(mask, [2, 3, 5], 'bool'), a, b)],
  ] as readonly [string, InputDescription, InputDescription, Two][]
).map(([kernel, a, b, f], i) => ({
  name: `${kernel} (${i})`,
  kernels: [kernel],
  inputs: [a, b],
  f,
}));

const zeroInside: number[] = [1.5, -0.5, 0, 2, 0, 1.2];
const indicesOf = (rows: number[][]): tf.Tensor2D =>
  tf.tensor2d(rows, [rows.length, rows[0]!.length], 'int32');
const boxes: readonly number[] = [
  0.1, 0, 0.9, 0.8, 0, 0.2, 1, 1, 0.7, 0.6, 0.2, 0.1, -0.3, 0, 0.6, 1.4,
];
const crop = (
  x: tf.Tensor,
  size: [number, number],
  method: 'bilinear' | 'nearest' = 'bilinear',
): tf.Tensor => {
  const owners = tf.tensor1d([1, 0, 1, 1], 'int32');
  return tf.image.cropAndResize(x as Four, tf.tensor2d([...boxes], [4, 4]), owners, size, method);
};
const unusual: GradientCase[] = (
  [
    ['StridedSlice', X, (x) => tf.stridedSlice(x, [0, 0, 1, 0], [2, 3, 5, 2], [1, 2, 3, 1])],
    ['StridedSlice', X, (x) => tf.stridedSlice(x, [1, 2, 4, 0], [0, 0, 0, 2], [-1, -1, -2, 1])],
    ['StridedSlice', FLAT, (x) => tf.stridedSlice(x, [0, 1, 0], [0, 0, 4], [1, 1, 2], 1, 3)],
    ['StridedSlice', FLAT, (x) => tf.stridedSlice(x, [1, 1], [2, 3], [1, 1], 0, 0, 0, 0, 1)],
    ['StridedSlice', FLAT, (x) => tf.stridedSlice(x, [0], [2], [1])],
    ['FlipLeftRight', X, (x) => tf.mul(tf.image.flipLeftRight(x as Four), tf.range(0, 2))],
    ['CropAndResize', X, (x) => crop(x, [3, 4])],
    ['CropAndResize', { shape: [2, 5, 4, 3] }, (x) => crop(x, [1, 7])],
    ['CropAndResize', X, (x) => crop(x, [4, 3], 'nearest')],
    [
      'GatherNd',
      FLAT,
      (x) =>
        tf.gatherND(
          x,
          indicesOf([
            [0, 2],
            [1, 0],
            [0, 2],
          ]),
        ),
    ],
    [
      'GatherNd',
      FLAT,
      (x) =>
        tf.gatherND(
          x,
          indicesOf([
            [1, 2, 4],
            [0, 0, 0],
          ]),
        ),
    ],
    ['ScatterNd', ROW, (x) => tf.scatterND(indicesOf([[3], [0], [3], [6], [1]]), x, [7])],
    [
      'ScatterNd',
      { shape: [3, 4] },
      (x) =>
        tf.scatterND(
          indicesOf([
            [1, 1],
            [0, 2],
            [1, 1],
          ]),
          x,
          [2, 3, 4],
        ),
    ],
    ['TopK', DISTINCT, (x) => tf.topk(x, 2).values],
    ['TopK', { ...DISTINCT, shape: [2, 2, 4] }, (x) => tf.topk(x, 3).values],
    ['Cumprod', FLAT, (x) => tf.cumprod(x, 1)],
    ['Cumprod', FLAT, (x) => tf.cumprod(x, 2, true)],
    ['Cumprod', FLAT, (x) => tf.cumprod(x, 2, false, true)],
    ['Cumprod', FLAT, (x) => tf.cumprod(x, 1, false, true)],
    ['Cumprod', { shape: [7], range: [-2, 2] }, (x) => tf.cumprod(x, 0, true, true)],
    ['Cumprod', { shape: [6], range: [0, 0] }, (x) => tf.cumprod(tf.add(x, zeroInside), 0)],
    ['Prod', { shape: [2, 7], range: [-1.5, 1.5] }, (x) => tf.prod(x, 1)],
    [
      'LogicalAnd',
      AWAY,
      (x) => {
        const inside = tf.logicalAnd(tf.greater(x, -1), tf.logicalNot(tf.greater(x, 0)));
        return tf.mul(tf.cast(inside, 'float32'), tf.square(x));
      },
    ],
  ] as readonly [string, InputDescription, One][]
).map(([kernel, input, f], i) => ({
  name: `${kernel}, more (${i})`,
  kernels: [kernel],
  inputs: [input],
  f,
}));

const einsums: GradientCase[] = (
  [
    ['ij,jk->ik', [3, 4], [4, 2]],
    ['bqhd,bkhd->bhqk', [2, 3, 2, 4], [2, 5, 2, 4]],
    ['ijk,kj->i', [2, 3, 4], [4, 3]],
    ['ij,k->jk', [2, 3], [4]],
    ['i,j->ij', [2], [3]],
    ['bij,b->ji', [2, 3, 4], [2]],
  ] as const
).map(([equation, a, b]) => ({
  name: `einsum ${equation}`,
  kernels: ['Einsum'],
  inputs: [{ shape: a }, { shape: b }],
  // tfjs forgets an operand without a summed letter beside one with.
  ...(equation === 'ij,k->jk' && { forwardWrongOn: ['cpu', 'webgl', 'webgpu'] }),
  f: (x, y) => tf.einsum(equation, x, y),
}));
const einsumOfOne: GradientCase = {
  name: 'einsum ijk->kj',
  kernels: ['Einsum'],
  inputs: [FLAT],
  f: (x) => tf.einsum('ijk->kj', x),
};

const batchIndices: readonly number[] = [1, 1, 0, 2, 0, 2];
const batchedGathers: GradientCase[] = [1, 2].map((axis) => ({
  name: `gather with a batch dimension along axis ${axis}`,
  kernels: ['GatherV2'],
  inputs: [FLAT],
  f: (x) => tf.gather(x, tf.tensor2d([...batchIndices], [2, 3], 'int32'), axis, 1),
  forwardWrongOn: ['wasm'],
}));

const reversedSums: GradientCase[] = [0, 1, 2].map((axis) => ({
  name: `cumsum along axis ${axis}, exclusive, reversed`,
  kernels: ['Cumsum'],
  inputs: [FLAT],
  f: (x) => tf.cumsum(x, axis, true, true),
}));

const TOKENS: InputDescription = { shape: [2, 3, 5], range: [-2, 3] };
const KINKS: InputDescription = { shape: [2, 3, 5], range: [-5, 5], avoid: [-3, 3] };
const own: GradientCase[] = [
  {
    name: 'layerNorm',
    kernels: ['LayerNorm'],
    inputs: [TOKENS, { shape: [5], range: [0.5, 2] }, { shape: [5] }],
    f: (x, gamma, beta) => layerNorm(x, gamma as tf.Tensor1D, beta as tf.Tensor1D),
  },
  {
    name: 'layerNorm of one row, epsilon 0.1',
    kernels: ['LayerNorm'],
    inputs: [{ shape: [7] }, { shape: [7], range: [0.5, 2] }, { shape: [7] }],
    f: (x, gamma, beta) =>
      layerNorm(x, gamma as tf.Tensor1D, beta as tf.Tensor1D, { epsilon: 0.1 }),
  },
  { name: 'gelu', kernels: ['Gelu'], inputs: [KINKS], f: (x) => gelu(x) },
  { name: 'silu', kernels: ['Silu'], inputs: [KINKS], f: (x) => silu(x) },
  { name: 'hardSwish', kernels: ['HardSwish'], inputs: [KINKS], f: (x) => hardSwish(x) },
  { name: 'hardSigmoid', kernels: ['HardSigmoid'], inputs: [KINKS], f: (x) => hardSigmoid(x) },
  ...(['torch', 'tensorflow'] as const).map(
    (order): GradientCase => ({
      name: `pixelShuffle ${order}`,
      kernels: ['pixelShuffle'],
      inputs: [{ shape: [2, 2, 3, 8] }],
      f: (x) => tf.square(pixelShuffle(x as Four, 2, order)),
    }),
  ),
  {
    name: 'channelShuffle',
    kernels: ['channelShuffle'],
    inputs: [{ shape: [2, 2, 3, 6] }],
    f: (x) => tf.square(channelShuffle(x, 2)),
  },
  { name: 'l2Norm of all', kernels: ['l2Norm'], inputs: [FLAT], f: (x) => l2Norm(x) },
  {
    name: 'l2Norm over two axes',
    kernels: ['l2Norm'],
    inputs: [FLAT],
    f: (x) => tf.div(x, l2Norm(x, { axes: [0, -1], epsilon: 0.01, keepDims: true })),
  },
  {
    name: 'spatialSoftmax',
    kernels: [],
    inputs: [{ shape: [2, 3, 5, 2] }],
    f: (x) => spatialSoftmax(x as Four, { beta: 2 }),
  },
  {
    name: 'softArgmax normalised',
    kernels: [],
    inputs: [{ shape: [2, 3, 5, 2] }],
    f: (x) => softArgmax(x as Four),
  },
  {
    name: 'softArgmax in heatmap pixels',
    kernels: [],
    inputs: [{ shape: [2, 4, 3, 2] }],
    f: (x) => softArgmax(x as Four, { beta: 3, space: 'heatmap' }),
  },
  {
    name: 'flattenTensors',
    kernels: ['Concat'],
    inputs: [{ shape: [2, 3] }, { shape: [] }, { shape: [4] }],
    f: (a, b, c) => flattenTensors([a, b, c]),
  },
  {
    name: 'splitTensor',
    kernels: ['SplitV'],
    inputs: [{ shape: [10] }],
    f: (x) => tf.square(splitTensor(x as tf.Tensor1D, [[2, 3], [], [3]])[0]!),
  },
];

/** Composites that training code writes: a small residual block and the usual losses. */
const composites: GradientCase[] = [
  {
    name: 'residual block with upsampling',
    kernels: ['Conv2D', 'DepthwiseConv2dNative', 'BatchNormTrain', 'ResizeNearestNeighbor', 'Add'],
    inputs: [
      { shape: [2, 4, 6, 2] },
      { shape: [1, 1, 2, 4] },
      { shape: [3, 3, 4, 1] },
      { shape: [1, 1, 4, 2] },
    ],
    f: (x, expand, filter, project) => {
      const ones = tf.fill([4], 1.3) as tf.Tensor1D;
      const zeros = tf.fill([4], 0.2) as tf.Tensor1D;
      const wide = batchNormTrain(tf.conv2d(x as Four, expand as Four, 1, 0), ones, zeros).y;
      const spatial = tf.depthwiseConv2d(tf.tanh(wide) as Four, filter as Four, 2, 'same');
      const narrow = tf.conv2d(spatial, project as Four, 1, 0);
      return tf.add(x, tf.image.resizeNearestNeighbor(narrow, [4, 6]));
    },
  },
  {
    name: 'masked mean squared error',
    kernels: ['Mean', 'SquaredDifference', 'Multiply'],
    inputs: [X],
    f: (x) =>
      tf.mean(tf.mul(tf.squaredDifference(x, 0.3), tf.reshape(tf.range(0, 2), [1, 1, 1, 2]))),
  },
  {
    name: 'divergence of log-softmaxes',
    kernels: ['LogSoftmax', 'Softmax', 'Exp'],
    inputs: [FLAT, FLAT],
    f: (a, b) => {
      const [p, q] = [tf.logSoftmax(a), tf.logSoftmax(b)];
      return tf.sum(tf.mul(tf.exp(p), tf.sub(p, q)));
    },
  },
];

/** Every case of the finite-difference suite; plain data, so a browser bundle can run it too. */
export const gradientCases: readonly GradientCase[] = [
  ...convolutions,
  ...depthwise,
  ...grouped,
  ...transposed,
  ...normalisation,
  ...pools,
  ...resizes,
  ...unary,
  ...binary,
  ...unusual,
  ...einsums,
  einsumOfOne,
  ...batchNorms,
  trainedBatchNorm,
  ...batchedGathers,
  ...reversedSums,
  ...own,
  ...composites,
];
