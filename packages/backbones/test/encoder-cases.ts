import {
  defineNetwork,
  globalAveragePool,
  hardSwish,
  importTorch,
  input,
  linear,
  type Network,
  type TorchTensor,
  type Value,
} from '@pose-distill/network';
import {
  classifier,
  type Features,
  type MobileNetV3Variant,
  mnasNet,
  mnasNetTorchModules,
  mobileNetV1,
  mobileNetV1TorchModules,
  mobileNetV2,
  mobileNetV2TorchModules,
  mobileNetV3Large,
  mobileNetV3TorchModules,
  peleeNet,
  peleeNetTorchModules,
  resNet,
  resNetTorchModules,
  type ShuffleNetV2Width,
  shuffleNetV2,
  shuffleNetV2TorchModules,
} from '../src/index.js';
import { hashed, hashedParameter } from './hashed.js';

/** The means of a map over its pixels and over its channels. */
export interface Means {
  readonly pixels: readonly number[];
  readonly channels: readonly number[];
}

/** A file of `golden/encoders`. */
export interface GoldenEncoder {
  readonly height: number;
  readonly width: number;
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly norms: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<string, Means>>;
  readonly logits: readonly number[];
}

export interface LoadedEncoder {
  /** Outputs `stride2` and so on, and `logits`. */
  readonly network: Network;
  readonly weights: Record<string, Float32Array>;
  /** `[1, height, width, 3]` */
  readonly image: { readonly data: Float32Array; readonly shape: readonly number[] };
  readonly features: GoldenEncoder['features'];
  readonly logits: readonly number[];
  /** Trained numbers of the PyTorch module. */
  readonly parameters: number;
}

type Build = (image: Value) => { readonly features: Features; readonly logits: Value };

const CLASSES = 10;
const name = 'encoder';

const simple =
  (encoder: (image: Value) => Features): Build =>
  (image) => {
    const features = encoder(image);
    return {
      features,
      logits: classifier(features.last, { name: 'classifier', classes: CLASSES }),
    };
  };

/** Maps of our names, and of the classifier. */
const modules =
  (encoder: (node: string) => string, last: string): ((node: string) => string) =>
  (node) =>
    node === 'classifier' ? last : encoder(node);

/** MobileNetV3's classifier has a layer more; the early one of d-li14 an activation more, too. */
const third = (
  variant: MobileNetV3Variant,
  first: string,
  last: string,
): readonly [Build, (node: string) => string] => [
  (image) => {
    const features = mobileNetV3Large(image, { name, variant });
    const means = globalAveragePool(features.last);
    const input = variant === 'first' ? hardSwish(means) : means;
    const hidden = hardSwish(linear(input, { name: 'hidden', channels: 1280 }));
    return { features, logits: linear(hidden, { name: 'classifier', channels: CLASSES }) };
  },
  (node) =>
    node === 'hidden' ? first : modules(mobileNetV3TorchModules(name, variant), last)(node),
];

const shuffled = (width: ShuffleNetV2Width): readonly [Build, (node: string) => string] => [
  simple((image) => shuffleNetV2(image, { name, width })),
  modules(shuffleNetV2TorchModules(name), 'fc'),
];

const CASES: Readonly<Record<string, readonly [build: Build, modules: (node: string) => string]>> =
  {
    peleenet: [
      simple((image) => peleeNet(image, { name })),
      modules(peleeNetTorchModules(name), 'classifier'),
    ],
    'peleenet-narrow': [
      simple((image) =>
        peleeNet(image, {
          name,
          stemChannels: 8,
          growth: 12,
          layers: [2, 1, 3],
          bottleneck: [6, 2, 4],
        }),
      ),
      modules(peleeNetTorchModules(name), 'classifier'),
    ],
    'mobilenetv1-timm': [
      simple((image) => mobileNetV1(image, { name, activation: 'relu6' })),
      modules(mobileNetV1TorchModules(name), 'classifier'),
    ],
    'mobilenetv1-sequential': [
      simple((image) => mobileNetV1(image, { name })),
      modules(mobileNetV1TorchModules(name, 'sequential'), 'fc'),
    ],
    'mobilenetv2-timm': [
      simple((image) => mobileNetV2(image, { name })),
      modules(mobileNetV2TorchModules(name, 'timm'), 'classifier'),
    ],
    'mnasnet-torchvision': [
      simple((image) => mnasNet(image, { name })),
      modules(mnasNetTorchModules(name), 'classifier.1'),
    ],
    'mnasnet-timm': [
      simple((image) => mnasNet(image, { name })),
      modules(mnasNetTorchModules(name, 'timm'), 'classifier'),
    ],
    'mobilenetv3large-torchvision': third('torchvision', 'classifier.0', 'classifier.3'),
    'mobilenetv3large-timm': third('timm', 'conv_head', 'classifier'),
    'mobilenetv3large-first': third('first', 'classifier.0', 'classifier.2'),
    'shufflenetv2x0.5': shuffled(0.5),
    'shufflenetv2x1.0': shuffled(1),
    'shufflenetv2x1.5': shuffled(1.5),
    'shufflenetv2x2.0': shuffled(2),
    resnet18: [
      simple((image) => resNet(image, { name, depth: 18 })),
      modules(resNetTorchModules(name), 'fc'),
    ],
    resnet50: [
      simple((image) => resNet(image, { name, depth: 50 })),
      modules(resNetTorchModules(name), 'fc'),
    ],
  };

/** Names of the cases, which are those of the golden files. */
export const encoderNames: readonly string[] = Object.keys(CASES);

/** A whole encoder with weights from a formula, and what PyTorch's module says. */
export function loadEncoder(file: string, golden: GoldenEncoder): LoadedEncoder {
  const [build, moduleName] = CASES[file]!;
  const { height, width, features: expected, logits } = golden;
  const image = input('image', { height, width, channels: 3 });
  const built = build(image);
  const network = defineNetwork({
    inputs: [image],
    outputs: {
      ...Object.fromEntries(
        built.features.strides.map((stride) => [`stride${stride}`, built.features.at(stride)]),
      ),
      logits: built.logits,
    },
  });
  const tensors = torchTensors(golden);
  const trained = Object.keys(tensors).filter(
    (parameter) => !/running_(mean|var)$/.test(parameter),
  );
  return {
    network,
    weights: importTorch(network, tensors, moduleName),
    image: {
      data: channelsLast(hashed('image', 3 * height * width)),
      shape: [1, height, width, 3],
    },
    features: expected,
    logits,
    parameters: trained.reduce((sum, key) => sum + tensors[key]!.data.length, 0),
  };
}

function torchTensors({ weights, norms }: GoldenEncoder): Record<string, TorchTensor> {
  const shapes = Object.entries(weights).concat(
    Object.entries(norms).flatMap(([norm, channels]) =>
      ['weight', 'bias', 'running_mean', 'running_var'].map((role): [string, readonly number[]] => [
        `${norm}.${role}`,
        [channels],
      ]),
    ),
  );
  return Object.fromEntries(
    shapes.map(([key, shape]) => [key, { shape, data: hashedParameter(key, shape) }]),
  );
}

/** `[3, pixels]` to `[pixels, 3]`. */
function channelsLast(planes: Float32Array): Float32Array {
  const pixels = planes.length / 3;
  return planes.map((_, i) => planes[(i % 3) * pixels + Math.floor(i / 3)]!);
}

/** The means of a channels-last map of one image. */
export function meansOf(data: ArrayLike<number>, channels: number): Means {
  const pixels = data.length / channels;
  const overPixels = new Array<number>(channels).fill(0);
  const overChannels = new Array<number>(pixels).fill(0);
  for (let i = 0; i < data.length; i++) {
    overPixels[i % channels]! += data[i]! / pixels;
    overChannels[Math.floor(i / channels)]! += data[i]! / channels;
  }
  return { pixels: overPixels, channels: overChannels };
}
