import { describe, expect, it } from 'vitest';
import {
  batchNorm,
  conv2d,
  defineNetwork,
  input,
  NetworkError,
  networkFromJson,
  networkToJson,
  relu6,
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
