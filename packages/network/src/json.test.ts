import { describe, expect, it } from 'vitest';
import {
  adaptiveAveragePool,
  add,
  avgPool,
  batchNorm,
  channelShuffle,
  concat,
  conv2d,
  defineNetwork,
  globalAveragePool,
  input,
  layerNorm,
  leakyRelu,
  matmul,
  maxPool,
  mean,
  mul,
  NetworkError,
  networkFromJson,
  networkToJson,
  pad,
  parameter,
  pixelShuffle,
  relu6,
  reshape,
  resizeBilinear,
  sinePositions,
  softmax,
  split,
  transpose,
  truncatedNormal,
} from './index.js';

const image = input('image', { height: 8, width: 6, channels: 3 });
const stem = conv2d(image, { name: 'stem', channels: 4, kernel: 3, padding: 1, bias: false });
const network = defineNetwork({
  inputs: [image],
  outputs: { stem, maps: relu6(batchNorm(stem, { name: 'bn' })) },
});

// biome-ignore lint/suspicious/noExplicitAny: tampering with untyped JSON is the point
type Json = any;
const json = (): Json => JSON.parse(JSON.stringify(networkToJson(network)));

describe('networkFromJson', () => {
  it('gives back the same network, frozen', () => {
    const read = networkFromJson(json());
    expect(read).toEqual(network);
    expect(Object.isFrozen(read.nodes[1]!.attributes)).toBe(true);
  });

  it('gives back every operation', () => {
    const tokens = reshape(split(image, [1, 2])[1]!, { shape: [12, 8] });
    const learned = parameter({
      name: 'tokens',
      shape: [2, 8],
      initialiser: truncatedNormal(0.02),
    });
    const positions = sinePositions({ name: 's', size: { width: 4, height: 3 }, channels: 8 });
    const placed = layerNorm(add([tokens, positions], { name: 'placed' }), { name: 'norm' });
    const sequence = concat([learned, placed], { name: 'all', axis: 0 });
    const scores = matmul(sequence, sequence, { name: 'qk', transposeB: true, scale: 0.5 });
    const attended = matmul(softmax(scores), transpose(sequence, { axes: [0, 1] }), { name: 'av' });
    const pooled = maxPool(pad(stem, { padding: 1 }), { kernel: 3, strides: 2, ceilMode: true });
    const averaged = avgPool(pooled, { kernel: 2, padding: 1, strides: 1, countPadding: true });
    const small = adaptiveAveragePool(averaged, { size: 3 });
    const large = resizeBilinear(channelShuffle(small, { groups: 2 }), {
      scale: 2,
      alignCorners: true,
    });
    const shuffled = pixelShuffle(large, { factor: 2, order: 'tensorflow' });
    const scaled = mul([shuffled, globalAveragePool(shuffled, { keepMap: true })], { name: 'se' });
    const every = defineNetwork({
      inputs: [image],
      outputs: { pose: mean(attended, { axes: [0] }), maps: leakyRelu(scaled, { slope: 0.2 }) },
    });
    expect(networkFromJson(JSON.parse(JSON.stringify(networkToJson(every))))).toEqual(every);
  });

  it.each<[string, string, (file: Json) => void]>([
    ['another format', 'BAD_FILE', (file) => (file.format = 'x')],
    ['a newer version', 'BAD_FILE', (file) => (file.version = 2)],
    ['another layout', 'BAD_FILE', (file) => (file.layout = 'NCHW/OIHW')],
    ['an unknown operation', 'UNKNOWN_NAME', (file) => (file.nodes[1].op = 'toString')],
    ['a wrong shape', 'SHAPE_MISMATCH', (file) => (file.nodes[1].shape = [8, 6, 5])],
    ['a wrong attribute', 'OUT_OF_RANGE', (file) => (file.nodes[1].attributes.groups = 0)],
    ['an unknown attribute', 'OUT_OF_RANGE', (file) => (file.nodes[1].attributes.size = 1)],
    ['a missing attribute', 'OUT_OF_RANGE', (file) => delete file.nodes[1].attributes.kernel],
    ['a node before its input', 'BAD_FILE', (file) => file.nodes.reverse()],
    ['a name used twice', 'BAD_FILE', (file) => (file.nodes[2].name = 'stem')],
    ['an unknown input', 'BAD_FILE', (file) => (file.nodes[1].inputs = ['x'])],
    ['too many inputs', 'OUT_OF_RANGE', (file) => file.nodes[2].inputs.push('image')],
    ['an unknown output node', 'BAD_FILE', (file) => (file.outputs.maps = 'x')],
    ['no outputs', 'BAD_FILE', (file) => (file.outputs = {})],
    ['an input that is no input', 'BAD_FILE', (file) => (file.inputs = ['stem'])],
    ['a parameter of another shape', 'SHAPE_MISMATCH', (file) => file.parameters[1].shape.push(2)],
    [
      'a parameter of another kind',
      'SHAPE_MISMATCH',
      (file) => (file.parameters[1].kind = 'state'),
    ],
    ['a missing parameter', 'SHAPE_MISMATCH', (file) => file.parameters.pop()],
    [
      'a parameter that nobody uses',
      'BAD_FILE',
      (file) => {
        file.parameters.push({ ...file.parameters[1], name: 'left-over' });
      },
    ],
    [
      'an unknown initialiser',
      'BAD_FILE',
      (file) => (file.parameters[0].initialiser = { type: 'x' }),
    ],
    [
      'a limit that nothing meets',
      'BAD_FILE',
      (file) => (file.parameters[0].initialiser = { type: 'truncated-normal', std: 1, limit: 0 }),
    ],
    [
      'a role that the operation does not have',
      'BAD_FILE',
      (file) => {
        file.nodes[1].parameters.bias = 'bn.beta';
      },
    ],
    ['a list', 'BAD_FILE', (file) => (file.nodes = {})],
  ])('refuses %s', (_, code, tamper) => {
    const file = json();
    tamper(file);
    expect(() => networkFromJson(file)).toThrowError(
      expect.objectContaining({ name: 'NetworkError', code }) as NetworkError,
    );
  });

  it('refuses what is no object', () => {
    for (const value of [null, 1, 'x', []])
      expect(() => networkFromJson(value)).toThrowError(NetworkError);
  });

  it('keeps the order of the parameter table', () => {
    const file = json();
    file.parameters.reverse();
    expect(networkFromJson(file).parameters.map(({ name }) => name)).toEqual(
      network.parameters.map(({ name }) => name).toReversed(),
    );
  });
});
