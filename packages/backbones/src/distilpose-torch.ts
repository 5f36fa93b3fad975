import { hrNetTorchModules } from './hrnet-torch.js';
import { before, ruledTorchModules, type TorchRule } from './torch-rules.js';

const ENCODER: readonly TorchRule[] = [
  [/^tokens$/, () => 'keypoint_token'],
  [/^embed$/, () => 'patch_to_embedding'],
  [/^layer(\d+)\.attention\.norm$/, (layer) => `${layerModule(layer, 0)}.norm`],
  [/^layer(\d+)\.attention\.qkv$/, (layer) => `${layerModule(layer, 0)}.fn.to_qkv`],
  [/^layer(\d+)\.attention\.out$/, (layer) => `${layerModule(layer, 0)}.fn.to_out.0`],
  [/^layer(\d+)\.mlp\.norm$/, (layer) => `${layerModule(layer, 1)}.norm`],
  [/^layer(\d+)\.mlp\.expand$/, (layer) => `${layerModule(layer, 1)}.fn.net.0`],
  [/^layer(\d+)\.mlp\.project$/, (layer) => `${layerModule(layer, 1)}.fn.net.3`],
];

const layerModule = (layer: string | undefined, part: 0 | 1): string =>
  `transformer.layers.${before(layer)}.${part}.fn`;

const HEAD_STEPS: Readonly<Record<string, number>> = {
  norm: 0,
  linear: 1,
  hidden: 1,
  hiddenNorm: 2,
};

export interface DistilPoseTorchOptions {
  /** The name that the network was given. @param name default none */
  readonly name?: string;
  /** Whether the head has two linear layers, as TokenPose's has at 256x192. @param twoLayers default false */
  readonly twoLayers?: boolean;
}

/**
 * PyTorch's module path of each node of `distilPose` and `tokenPose`, for `importTorch`: the names of the released
 * DistilPose (`backbone...`, `keypoint_head.tokenhead...`).
 */
export function distilPoseTorchModules(
  options: DistilPoseTorchOptions = {},
): (node: string) => string {
  const { name, twoLayers = false } = options;
  const path = (part: string): string => (name ? `${name}.${part}` : part);
  const body = hrNetTorchModules(path('body'));
  const encoder = ruledTorchModules(path('encoder'), ENCODER);
  const head = ruledTorchModules(path('head'), [
    [/^(\w+)$/, (step) => `mlp_head.${step === 'linear' && twoLayers ? 3 : HEAD_STEPS[step!]}`],
  ]);
  return (node) => {
    if (node.startsWith(`${path('body')}.`)) return `backbone.${body(node)}`;
    for (const [part, modules] of [
      ['encoder', encoder],
      ['head', head],
    ] as const)
      if (node.startsWith(`${path(part)}.`)) return `keypoint_head.tokenhead.${modules(node)}`;
    return node;
  };
}
