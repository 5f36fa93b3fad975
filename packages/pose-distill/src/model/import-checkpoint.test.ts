import { readFileSync } from 'node:fs';
import {
  type Features,
  heatmapHead,
  hourglassTorchModules,
  hrNet,
  liteHrNet,
  mnasNet,
  mobileNetV1,
  mobileNetV2,
  mobileNetV3Large,
  peleeNet,
  resNet,
  shuffleNetV2,
  stackedHourglass,
} from '@pose-distill/backbones';
import { createRandom } from '@pose-distill/internal-random';
import {
  defineNetwork,
  initialise,
  input,
  type Network,
  saveWeights,
  torchEntries,
  type Value,
  writeSafetensors,
} from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import { buildNetwork, networkEntry, networkNames } from '../networks.js';
import { checkpointNames } from './checkpoint-names.js';
import { type ImportReport, importCheckpoint, type NamingScheme } from './import-checkpoint.js';

type Tensors = Record<string, { shape: number[]; data: Float32Array }>;

/** A seeded checkpoint of a network under a scheme's names. */
function checkpointOf(network: Network, scheme: NamingScheme, seed = 1): Tensors {
  const tensors: Tensors = {};
  for (const { torchName, shape } of torchEntries(network, scheme.module)) {
    const size = shape.reduce((product, length) => product * length, 1);
    const first = createRandom(seed, torchName).integer(1000);
    tensors[torchName] = {
      shape: [...shape],
      data: new Float32Array(size).map((_, i) => (first + i) % 997),
    };
  }
  return tensors;
}

/** Our weights of it, tensor by tensor. */
function expectedOf(network: Network, scheme: NamingScheme, tensors: Tensors) {
  return Object.fromEntries(
    torchEntries(network, scheme.module).map(({ parameter, torchName, convert }) => [
      parameter,
      convert(tensors[torchName]!),
    ]),
  );
}

const prefixed = (tensors: Tensors, prefix: (name: string) => string): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [prefix(name) + name, tensor]),
  );

function behind(encode: (image: Value) => Features, stride = 32, keypoints = 3): Network {
  const image = input('image', { height: 64, width: 64, channels: 3 });
  const heatmaps = heatmapHead(encode(image).at(stride), { name: 'head', keypoints });
  return defineNetwork({ inputs: [image], outputs: { heatmaps } });
}

const name = 'encoder';
const NETWORKS: Readonly<Record<string, () => Network>> = {
  mobilenetv1: () => behind((x) => mobileNetV1(x, { name, width: 0.25 })),
  mobilenetv2: () => behind((x) => mobileNetV2(x, { name, width: 0.25 })),
  mobilenetv3large: () => behind((x) => mobileNetV3Large(x, { name })),
  mnasnet: () => behind((x) => mnasNet(x, { name, width: 0.25 })),
  shufflenetv2: () => behind((x) => shuffleNetV2(x, { name, width: 0.5 })),
  resnet18: () => behind((x) => resNet(x, { name, depth: 18, channels: 8 })),
  peleenet: () => behind((x) => peleeNet(x, { name })),
  'hrnet-w32': () => behind((x) => hrNet(x, { name, width: 4, modules: [1, 1, 1], blocks: 1 }), 4),
  'litehrnet-18': () => behind((x) => liteHrNet(x, { name, modules: [1, 1, 1] }), 4),
  'hourglass-2': () => {
    const image = input('image', { height: 64, width: 64, channels: 3 });
    const options = { name: 'net', keypoints: 3, features: 16, stacks: 2 };
    return defineNetwork({ inputs: [image], outputs: stackedHourglass(image, options).outputs });
  },
};

const PREFIXES: readonly ((name: string) => string)[] = [
  () => '',
  () => 'module.',
  () => 'state_dict.module.',
  () => 'model.',
  (tensor) =>
    /^(final_layer|deconv_layers)\./.test(tensor)
      ? 'state_dict.keypoint_head.'
      : 'state_dict.backbone.',
  (tensor) => (/^(final_layer|deconv_layers)\./.test(tensor) ? 'head.' : 'backbone.'),
];

/** Numbers of both by name; vitest's own comparison takes minutes for millions. */
function expectSame(
  weights: Readonly<Record<string, Float32Array | undefined>>,
  expected: Readonly<Record<string, Float32Array | undefined>>,
): void {
  expect(Object.keys(weights).sort()).toEqual(Object.keys(expected).sort());
  const bytes = (values: Float32Array | undefined) => Buffer.from(values!.buffer);
  for (const [key, values] of Object.entries(expected))
    expect(bytes(weights[key]).equals(bytes(values)), key).toBe(true);
}

describe.each(Object.entries(NETWORKS))('a checkpoint of %s', (networkName, build) => {
  const names = checkpointNames(networkName);
  it.each(
    names.schemes.map((scheme, index) => [scheme.name, scheme, index] as const),
  )('under the names of %s is taken whole, whatever is in front', (_, scheme, index) => {
    const network = build();
    const tensors = checkpointOf(network, scheme);
    const prefixes =
      networkName === 'hrnet-w32' ? PREFIXES : [PREFIXES[(index + 2) % PREFIXES.length]!];
    for (const prefix of prefixes) {
      const file = writeSafetensors({
        ...prefixed(tensors, prefix),
        'fc.weight': { shape: [2, 3], data: new Float32Array(6) },
        'bn1.num_batches_tracked': { shape: [1], data: new Float32Array(1) },
      });
      const { weights, report } = importCheckpoint(network, file, names);
      expect(report).toMatchObject({
        scheme: scheme.name,
        missing: [],
        mismatched: [],
        kept: [],
        unused: [{ tensor: 'fc.weight', shape: [2, 3] }],
      });
      expectSame(weights, expectedOf(network, scheme, tensors));
    }
  });
});

describe.each(
  networkNames().filter((known) => !/^(ladm|lspd|ulpd)/.test(known)),
)('the names of %s', (networkName) => {
  const { schemes, isHead } = checkpointNames(networkName);
  it.each(schemes.filter(({ name: who }) => who !== 'pose-distill'))('in $name', ({ module }) => {
    const { inputSize } = networkEntry(networkName);
    const network = buildNetwork(networkName, { inputSize, keypoints: 3 });
    const entries = torchEntries(network, module);
    expect(new Set(entries.map(({ torchName }) => torchName)).size).toBe(entries.length);
    const own = entries.filter(({ node }) => module(node) === node && !isHead(node));
    expect(own).toEqual([]);
    const heads = entries.filter(({ node }) => isHead(node));
    expect(heads.length).toBeGreaterThan(0);
    expect(heads.length).toBeLessThan(entries.length);
  });
});

describe('importCheckpoint', () => {
  const network = behind((x) => mobileNetV2(x, { name, width: 0.25 }));
  const names = checkpointNames('mobilenetv2-deconv64');
  const scheme = names.schemes[0]!;
  const whole = checkpointOf(network, scheme);
  const error = (
    run: () => unknown,
  ): { code: string; message: string; details: { report: ImportReport } } => {
    try {
      run();
    } catch (thrown) {
      return thrown as ReturnType<typeof error>;
    }
    throw new Error('nothing was thrown');
  };
  const attempt = (tensors: Tensors, options = {}) =>
    importCheckpoint(network, writeSafetensors(tensors), { ...names, ...options });

  it('reads what torch.save writes, halves and all', () => {
    const path = new URL('../../test/golden/mobilenetv2x0.1s16-deconv8.pth', import.meta.url);
    const size = { width: 32, height: 32 };
    const small = buildNetwork('mobilenetv2x0.1s16-deconv8', { inputSize: size, keypoints: 3 });
    const { weights, report } = importCheckpoint(small, readFileSync(path), names);
    expect(report).toMatchObject({
      scheme: 'torchvision',
      unused: [
        { tensor: 'state_dict.module.classifier.1.weight', shape: [4, 2] },
        { tensor: 'state_dict.module.classifier.1.bias', shape: [4] },
      ],
    });
    const entries = torchEntries(small, scheme.module);
    expect(report.matched).toHaveLength(entries.length);
    for (const [k, { parameter, shape, convert }] of entries.entries()) {
      const length = shape.reduce((product, n) => product * n, 1);
      const data = Float32Array.from({ length }, (_, i) => (((37 * i + 11 * k) % 257) - 128) / 128);
      expectSame({ [parameter]: weights[parameter] }, { [parameter]: convert({ shape, data }) });
    }
    for (const cut of [1000, 60_000, 132_000])
      expect(
        error(() => importCheckpoint(small, readFileSync(path).subarray(0, cut), names)),
      ).toMatchObject({
        code: 'BAD_FILE',
        message: expect.stringMatching(/torch\.save\(model\.state_dict\(\), file\)/),
      });
  });

  it('refuses files that hold code, and other files', () => {
    const code = new URL('../../../internal/formats/test/golden/torch-code.pth', import.meta.url);
    const message = expect.stringMatching(/state_dict\(\)/);
    const read = (file: Uint8Array) => error(() => importCheckpoint(network, file, names));
    expect(read(readFileSync(code))).toMatchObject({ code: 'BAD_FILE', message });
    const other = expect.stringMatching(/neither.*\.pth, \.pt or \.safetensors/);
    expect(read(new Uint8Array(0))).toMatchObject({ code: 'BAD_FILE', message: other });
    expect(read(new TextEncoder().encode('{"a": 1}'))).toMatchObject({
      code: 'BAD_FILE',
      message: other,
    });
    const cut = writeSafetensors(whole).subarray(0, 5000);
    expect(read(cut)).toMatchObject({ code: 'BAD_FILE', message: other });
    const own = saveWeights(network, initialise(network, 1));
    expect(read(own)).toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringMatching(/model of pose-distill/),
    });
  });

  it('refuses a checkpoint that lacks a part of the encoder, partial or not', () => {
    const { 'features.3.conv.0.0.weight': _, ...rest } = whole;
    for (const partial of [false, true]) {
      const { code, message, details } = error(() => attempt(rest, { partial }));
      expect(code).toBe('BAD_CHECKPOINT');
      expect(message).toMatch(/Missing: features\.3\.conv\.0\.0\.weight \[\d+,\d+,1,1\]/);
      expect(details.report.missing).toHaveLength(1);
    }
  });

  it('refuses other shapes and says both', () => {
    const wider = checkpointOf(
      behind((x) => mobileNetV2(x, { name, width: 0.5 })),
      scheme,
    );
    const { code, message, details } = error(() => attempt(wider, { partial: true }));
    expect(code).toBe('BAD_CHECKPOINT');
    expect(message).toMatch(/features\.\S+ \[\d[\d,]*\], in the file \[\d[\d,]*\].* and \d+ more/);
    expect(details.report.mismatched.length).toBeGreaterThan(100);
    const timm = names.schemes.find((known) => known.name === 'timm')!;
    const other = behind((x) => mobileNetV2(x, { name, width: 0.75 }), 32, 5);
    const { report } = error(() => attempt(checkpointOf(other, timm))).details;
    expect(report.scheme).toBe('timm');
  });

  it('refuses the checkpoint of another network', () => {
    const other = checkpointOf(NETWORKS.resnet18!(), checkpointNames('resnet18').schemes[0]!);
    const { code, message } = error(() => attempt(other, { partial: true }));
    expect(code).toBe('BAD_CHECKPOINT');
    expect(message).toMatch(
      /^the checkpoint does not fit.*without a place: conv1\.weight.*Choose the network/,
    );
  });

  it('lets the head start anew when it may', () => {
    const { 'final_layer.weight': _, 'final_layer.bias': __, ...headless } = whole;
    const coco = {
      ...headless,
      'final_layer.weight': { shape: [17, 1280, 1, 1], data: new Float32Array(17 * 1280) },
      'final_layer.bias': { shape: [17], data: new Float32Array(17) },
    };
    for (const tensors of [headless, coco]) {
      expect(error(() => attempt(tensors)).message).toMatch(/Only the head differs.*--partial/);
      const { weights, report } = attempt(tensors, { partial: true, seed: 4 });
      expect(report.kept).toEqual(['head.weight', 'head.bias']);
      expect(weights['head.weight']).toEqual(initialise(network, 4)['head.weight']);
      expect(weights['encoder.stem.conv.weight']).not.toEqual(
        initialise(network, 4)['encoder.stem.conv.weight'],
      );
      expect(Object.keys(weights)).toHaveLength(network.parameters.length);
    }
  });

  it('keeps only the heatmaps of an hourglass anew for other keypoints', () => {
    const stacked = NETWORKS['hourglass-2']!();
    const hourglass = checkpointNames('hourglass-2');
    const tensors = checkpointOf(stacked, hourglass.schemes[0]!);
    for (const key of Object.keys(tensors)) if (/^score/.test(key)) delete tensors[key];
    const { report } = importCheckpoint(stacked, writeSafetensors(tensors), {
      ...hourglass,
      partial: true,
    });
    expect(report.kept).toEqual([
      'net.stack1.heatmaps.weight',
      'net.stack1.heatmaps.bias',
      'net.stack1.remapHeatmaps.weight',
      'net.stack1.remapHeatmaps.bias',
      'net.stack2.heatmaps.weight',
      'net.stack2.heatmaps.bias',
    ]);
  });

  it('takes the first branch of an online distillation as a plain hourglass', () => {
    const image = input('image', { height: 64, width: 64, channels: 3 });
    const options = { name: 'net', keypoints: 3, features: 16 };
    const plain = stackedHourglass(image, { ...options, stacks: 4 });
    const deployed = defineNetwork({ inputs: [image], outputs: { heatmaps: plain.last } });
    for (const branches of [{ branches: [4, 4, 4] }, { stacks: 2, branches: [2, 2, 2] }]) {
      const { outputs } = stackedHourglass(image, { ...options, ...branches });
      const trained = defineNetwork({ inputs: [image], outputs });
      const module = hourglassTorchModules('net', 'okdhp');
      const file = writeSafetensors(checkpointOf(trained, { name: 'okdhp', module }));
      const { report } = importCheckpoint(deployed, file, checkpointNames('hourglass-4'));
      expect(report.matched).toHaveLength(deployed.parameters.length);
      expect(report.scheme).toMatch(/^OKDHP's first branch/);
      expect(report.unused.every(({ tensor }) => /_b_[12]_s_/.test(tensor))).toBe(true);
    }
  });

  it('keeps the first of two tensors that come to one name', () => {
    const doubled = { ...whole, ...prefixed(checkpointOf(network, scheme, 2), () => 'module.') };
    const { weights, report } = attempt(doubled);
    expectSame(weights, expectedOf(network, scheme, whole));
    expect(report.unused).toHaveLength(network.parameters.length);
    expect(report.unused[0]!.tensor).toMatch(/^module\./);
  });

  it('refuses values that are not finite', () => {
    const bad = {
      ...whole,
      'final_layer.bias': { shape: [3], data: Float32Array.of(0, Number.NaN, 1) },
    };
    expect(error(() => attempt(bad))).toMatchObject({
      code: 'BAD_CHECKPOINT',
      message: expect.stringMatching(/'head\.bias'.*not finite/),
    });
  });
});
