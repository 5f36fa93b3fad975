import {
  hourglassTorchModules,
  hrNetTorchModules,
  liteHrNetTorchModules,
  mnasNetTorchModules,
  mobileNetV1TorchModules,
  mobileNetV2TorchModules,
  mobileNetV3TorchModules,
  peleeNetTorchModules,
  resNetTorchModules,
  shuffleNetV2TorchModules,
} from '@pose-distill/backbones';
import type { NamingScheme } from './import-checkpoint.js';

/** Names under which checkpoints of a network are published, and which of its nodes are the head. */
export interface CheckpointNames {
  readonly schemes: readonly NamingScheme[];
  readonly isHead: (node: string) => boolean;
}

type Modules = NamingScheme['module'];

const ENCODER = 'encoder';
const WHOLE = 'net';

/** By the beginning of a network's name: projects and their modules of the encoder. */
const ENCODERS: readonly (readonly [prefix: string, Readonly<Record<string, Modules>>])[] = [
  [
    'mobilenetv1',
    {
      timm: mobileNetV1TorchModules(ENCODER, 'timm'),
      'a plain sequence': mobileNetV1TorchModules(ENCODER, 'sequential'),
    },
  ],
  [
    'mobilenetv2',
    {
      torchvision: mobileNetV2TorchModules(ENCODER, 'torchvision'),
      timm: mobileNetV2TorchModules(ENCODER, 'timm'),
      'd-li14': mobileNetV2TorchModules(ENCODER, 'd-li14'),
    },
  ],
  ['mobilenetv3large-first', { 'the first version': mobileNetV3TorchModules(ENCODER, 'first') }],
  // timm's has the same shapes but another epsilon, so it would load and compute something else.
  ['mobilenetv3large', { torchvision: mobileNetV3TorchModules(ENCODER, 'torchvision') }],
  [
    'mnasnet',
    {
      torchvision: mnasNetTorchModules(ENCODER, 'torchvision'),
      timm: mnasNetTorchModules(ENCODER, 'timm'),
    },
  ],
  ['shufflenetv2', { torchvision: shuffleNetV2TorchModules(ENCODER) }],
  ['resnet', { 'torchvision, timm and mmpose': resNetTorchModules(ENCODER) }],
  ['peleenet', { PeleeNet: peleeNetTorchModules(ENCODER) }],
  ['hrnet', { 'deep-high-resolution-net and mmpose': hrNetTorchModules(ENCODER) }],
  ['litehrnet', { 'Lite-HRNet and mmpose': liteHrNetTorchModules(ENCODER) }],
];

/** The head of Simple Baselines, HRNet and mmpose. */
function headModule(node: string): string | undefined {
  if (node === 'head') return 'final_layer';
  const [, step, kind] = /^decoder\.deconv(\d+)\.(conv|bn)$/.exec(node) ?? [];
  return step && `deconv_layers.${3 * (Number(step) - 1) + (kind === 'conv' ? 0 : 1)}`;
}

/**
 * The naming schemes for a network by its name, for `importCheckpoint`.
 *
 * @param network for example `mobilenetv2-deconv256`, `hrnet-w32`, `hourglass-4`; an unknown one has no scheme but our own names
 */
export function checkpointNames(network: string): CheckpointNames {
  if (network.startsWith('hourglass'))
    return {
      schemes: [{ name: 'pytorch-pose', module: hourglassTorchModules(WHOLE) }],
      isHead: (node) => /\.(heatmaps|remapHeatmaps)$/.test(node),
    };
  const [, encoders = {}] = ENCODERS.find(([prefix]) => network.startsWith(prefix)) ?? [];
  const schemes = Object.entries(encoders).map(([name, modules]) => ({
    name,
    module: (node: string): string => headModule(node) ?? modules(node),
  }));
  return {
    schemes: [...schemes, { name: 'pose-distill', module: (node: string) => node }],
    isHead: (node) => !node.startsWith(`${ENCODER}.`),
  };
}
