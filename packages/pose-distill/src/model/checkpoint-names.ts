import {
  distilPoseTorchModules,
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
type Schemes = Readonly<Record<string, Modules>>;

const ENCODER = 'encoder';
const WHOLE = 'net';

/** Encoders by the beginning of a network's name: projects and their modules. */
const ENCODERS: readonly (readonly [prefix: string, schemes: Schemes])[] = [
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
      mmpose: mobileNetV2TorchModules(ENCODER, 'mmpose'),
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

/**
 * The naming schemes for a network by its name, for `importCheckpoint`.
 *
 * @param network for example `mobilenetv2-deconv256`, `hrnet-w32`, `hourglass-4`; an unknown one has no scheme but our own names
 */
export function checkpointNames(network: string): CheckpointNames {
  const [, stacks] = /^hourglass-(\d+)$/.exec(network) ?? [];
  if (stacks)
    return {
      schemes: schemesOf(hourglassSchemes(Number(stacks))),
      isHead: (node) => /\.(heatmaps|remapHeatmaps)$/.test(node),
    };
  if (/^(distilpose|tokenpose)/.test(network))
    return {
      schemes: schemesOf({
        DistilPose: distilPoseTorchModules({ twoLayers: network.startsWith('tokenpose') }),
      }),
      isHead: (node) => /^head\./.test(node) || node === 'encoder.tokens',
    };
  const [, encoders = {}] = ENCODERS.find(([prefix]) => network.startsWith(prefix)) ?? [];
  const schemes = Object.entries(encoders).map(
    ([name, modules]) => [name, (node: string) => headModule(node) ?? modules(node)] as const,
  );
  return {
    schemes: schemesOf({ ...Object.fromEntries(schemes), 'pose-distill': (node) => node }),
    isHead: (node) => !node.startsWith(`${ENCODER}.`),
  };
}

function schemesOf(modules: Schemes): NamingScheme[] {
  return Object.entries(modules).map(([name, module]) => ({ name, module }));
}

/** The head of Simple Baselines, HRNet and mmpose. */
function headModule(node: string): string | undefined {
  if (node === 'head') return 'final_layer';
  const [, step, kind] = /^decoder\.deconv(\d+)\.(conv|bn)$/.exec(node) ?? [];
  return step && `deconv_layers.${3 * (Number(step) - 1) + (kind === 'conv' ? 0 : 1)}`;
}

/** Private stacks of a branch of OKDHP that shares the others. */
const OWN_STACKS = 2;

/** The plain hourglass, and one that OKDHP trained as the first of several branches. */
function hourglassSchemes(stacks: number): Schemes {
  const branched = hourglassTorchModules(WHOLE, 'okdhp');
  const inBranch =
    (shared: number): Modules =>
    (node) =>
      branched(
        node.replace(/^net\.stack(\d+)\./, (text, stack: string) =>
          Number(stack) <= shared ? text : `${WHOLE}.branch1.stack${Number(stack) - shared}.`,
        ),
      );
  return {
    'pytorch-pose': hourglassTorchModules(WHOLE),
    "OKDHP's first branch": inBranch(0),
    ...(stacks > OWN_STACKS && {
      "OKDHP's first branch behind shared stacks": inBranch(stacks - OWN_STACKS),
    }),
  };
}
