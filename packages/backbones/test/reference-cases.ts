import { readFileSync } from 'node:fs';
import { goldenOrReference } from '@pose-distill/internal-testing';
import {
  batchNorm,
  conv2d,
  convTranspose2d,
  defineNetwork,
  importTorch,
  input,
  type Network,
  readSafetensors,
  relu,
  resizeBilinear,
  resizeNearest,
  type TorchTensor,
  type Value,
} from '@pose-distill/network';
import {
  classifier,
  denseUpsampling,
  heatmapHead,
  hourglass,
  hourglassTorchModules,
  hrNet,
  hrNetTorchModules,
  integralHead,
  invertedResidual,
  liteHrNet,
  liteHrNetTorchModules,
  mobileNetV2,
  mobileNetV2TorchModules,
  peleeDenseLayer,
  peleeNet,
  peleeNetTorchModules,
  stackedHourglass,
} from '../src/index.js';
import { TOKEN_DEFINITIONS } from './token-cases.js';

/** Channels-last numbers with the batch in front. */
export interface Maps {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface ReferenceCase {
  readonly name: string;
  readonly network: Network;
  readonly weights: Record<string, Float32Array>;
  readonly image: Maps;
  /** What PyTorch says, by output name. */
  readonly expected: Readonly<Record<string, Maps>>;
}

export interface Definition {
  readonly file: string;
  /** Outputs by the name that the file gives them (`output`, `at/...`), or by another one. */
  readonly build: (image: Value) => Readonly<Record<string, Value>>;
  /** The file's name of an output that has another one here. */
  readonly answers?: Readonly<Record<string, string>>;
  readonly modules: (node: string) => string;
}

const residual = (channels: number, strides: number): Omit<Definition, 'file'> => ({
  build: (image) => ({
    output: invertedResidual(image, { name: 'block', channels, strides, expansion: 6 }),
  }),
  modules: (node) => {
    const [, role, kind] = node.split('.');
    const index = ['expand', 'depthwise', 'project'].indexOf(role!);
    return `conv.${3 * index + (kind === 'bn' ? 1 : 0)}`;
  },
});

const DEFINITIONS: readonly Definition[] = [
  {
    file: 'mobilenetv2-d-li14',
    build(image) {
      const features = mobileNetV2(image, { name: 'net', width: 0.1, variant: 'd-li14' });
      return {
        'at/features.0': features.blocks[0]!,
        'at/features.5': features.blocks[5]!,
        'at/features': features.blocks[17]!,
        output: classifier(features.at(32), { name: 'classifier', classes: 10 }),
      };
    },
    modules: mobileNetV2TorchModules('net', 'd-li14'),
  },
  {
    file: 'mobilenetv2-torchvision',
    build(image) {
      const features = mobileNetV2(image, { name: 'net', width: 0.1 });
      return {
        'at/features.0': features.blocks[0]!,
        'at/features.18': features.last,
        output: classifier(features.last, { name: 'classifier', classes: 10 }),
      };
    },
    modules: (node) =>
      node === 'classifier' ? 'classifier.1' : mobileNetV2TorchModules('net')(node),
  },
  {
    file: 'peleenet',
    build(image) {
      const features = peleeNet(image, {
        name: 'net',
        stemChannels: 8,
        growth: 8,
        layers: [2, 2, 2, 2],
      });
      return {
        'at/features': features.at(32),
        output: classifier(features.last, { name: 'classifier', classes: 10 }),
      };
    },
    modules: peleeNetTorchModules('net'),
  },
  {
    file: 'pelee-dense-layer',
    build: (image) => ({
      output: peleeDenseLayer(image, { name: 'net.stage1.layer1', growth: 8, bottleneck: 2 }),
    }),
    modules: (node) =>
      peleeNetTorchModules('net')(node).replace('features.denseblock1.denselayer1.', ''),
  },
  {
    file: 'duc',
    build: (image) => ({
      output: denseUpsampling(image, { name: 'duc', channels: 9, bias: true }),
    }),
    modules: (node) => (node === 'duc.conv' ? '0' : '1'),
  },
  { file: 'inverted-residual', ...residual(8, 1) },
  { file: 'inverted-residual-s2', ...residual(12, 2) },
  {
    file: 'deconv',
    build(image) {
      const first = convTranspose2d(image, {
        name: '0',
        channels: 4,
        kernel: 4,
        strides: 2,
        padding: 1,
        bias: false,
      });
      const output = convTranspose2d(relu(batchNorm(first, { name: '1' })), {
        name: '3',
        channels: 3,
        kernel: 3,
        strides: 2,
        padding: 1,
        outputPadding: 1,
      });
      return { output };
    },
    modules: (node) => node,
  },
  {
    file: 'upsample',
    build(image) {
      const small = conv2d(image, { name: '0', channels: 4, kernel: 3, strides: 2, padding: 1 });
      const smooth = resizeBilinear(small, { scale: 2 });
      return { 'at/0': small, 'at/1': smooth, 'at/2': resizeNearest(smooth, { scale: 2 }) };
    },
    modules: (node) => node,
  },
  {
    file: 'hrnet',
    build(image) {
      const features = hrNet(image, { name: 'net', width: 4, modules: [1, 1, 1], blocks: 1 });
      return {
        'at/layer1': features.blocks[1]!,
        output: heatmapHead(features.at(4), { name: 'final_layer', keypoints: 5 }),
      };
    },
    modules: hrNetTorchModules('net'),
  },
  {
    file: 'hourglass',
    build: (image) => ({ output: hourglass(image, { name: 'net.stack1.hourglass', depth: 3 }) }),
    modules: (node) => hourglassTorchModules('net')(node).slice('hg.0.'.length),
  },
  {
    file: 'okdhp-fau-stacks2',
    build(image) {
      const options = { name: 'net', keypoints: 5, features: 16, branches: [2, 2, 2] };
      const { stem, outputs } = stackedHourglass(image, options);
      return { 'at/layer3': stem, ...outputs };
    },
    answers: {
      'branch1.stack1': 'out_0',
      'branch1.stack2': 'out_1',
      'branch2.stack1': 'out_2',
      'branch2.stack2': 'out_3',
      'branch3.stack1': 'out_4',
      'branch3.stack2': 'out_5',
    },
    modules: hourglassTorchModules('net', 'okdhp'),
  },
  {
    file: 'lite-hrnet',
    build(image) {
      const options = { modules: [1, 1, 1], widths: [8, 16, 24, 32], stem: 8 };
      const released = liteHrNet(image, { ...options, name: 'net' });
      const once = liteHrNet(image, { ...options, name: 'once', fusion: 'once' });
      const coarse = liteHrNet(image, { ...options, name: 'net', head: false });
      return {
        'at/stem': released.blocks[0]!,
        'at/stage2.3': coarse.at(32),
        output: integralHead(released.at(4), { name: 'final_layer', keypoints: 3 }),
        'once/output': integralHead(once.at(4), { name: 'once.final_layer', keypoints: 3 }),
      };
    },
    modules(node) {
      if (node === 'once.final_layer') return 'final_layer';
      return liteHrNetTorchModules(node.startsWith('once.') ? 'once' : 'net')(node);
    },
  },
];

/** The stored cases at hand as networks of ours with PyTorch's weights, input and answers. */
export function referenceCases(): ReferenceCase[] {
  return [...DEFINITIONS, ...TOKEN_DEFINITIONS].flatMap(
    ({ file, build, modules, answers = {} }) => {
      const stem = `${file}.safetensors`;
      const path = goldenOrReference(new URL(`./golden/${stem}`, import.meta.url), 'nets', stem);
      if (!path) return [];
      const { tensors } = readSafetensors(readFileSync(path));
      const stored = (name: string): Maps => channelsLast(tensors[name] as TorchTensor);
      const image = stored('input');
      const [, height, width, channels] = image.shape as [number, number, number, number];
      const value = input('image', { height, width, channels });
      const outputs = build(value);
      const network = defineNetwork({ inputs: [value], outputs });
      const torch = Object.entries(tensors)
        .filter(([name]) => name.startsWith('param/'))
        .map(([name, tensor]) => [name.slice('param/'.length), tensor as TorchTensor] as const);
      return {
        name: file,
        network,
        weights: importTorch(network, Object.fromEntries(torch), modules),
        image,
        expected: Object.fromEntries(
          Object.keys(outputs).map((name) => [name, stored(answers[name] ?? name)]),
        ),
      };
    },
  );
}

/** NCHW to NHWC; other ranks stay. */
function channelsLast({ data, shape }: TorchTensor): Maps {
  if (shape.length !== 4) return { data: Float32Array.from(data), shape };
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const out = new Float32Array(data.length);
  let i = 0;
  for (let b = 0; b < batch; b++)
    for (let pixel = 0; pixel < height * width; pixel++)
      for (let c = 0; c < channels; c++)
        out[i++] = data[(b * channels + c) * height * width + pixel]!;
  return { data: out, shape: [batch, height, width, channels] };
}
