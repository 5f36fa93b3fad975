import {
  channelAttentionUnit,
  distilPoseTorchModules,
  poseStage,
  regressionHead,
  reparameterisedBlock,
  simccHead,
  stemNet,
  tokenEncoder,
  tokenHeatmapHead,
  tokenTaps,
} from '../src/index.js';
import type { Definition } from './reference-cases.js';

const ours = (node: string): string => node;

/** Networks that `golden/tokens.py` has written down once more in PyTorch. */
export const TOKEN_DEFINITIONS: readonly Definition[] = [
  {
    file: 'tokens-regression',
    build(map) {
      const sizes = { keypoints: 3, channels: 16, depth: 3, heads: 2 };
      const features = tokenEncoder(map, { name: 'encoder', ...sizes });
      return { ...regressionHead(features.keypoints, { name: 'head' }), ...tokenTaps(features) };
    },
    modules: distilPoseTorchModules(),
  },
  {
    file: 'tokens-heatmap',
    build(image) {
      const body = stemNet(image, { name: 'body', width: 4, blocks: 2 }).last;
      const sizes = { keypoints: 3, channels: 8, depth: 2, heads: 4 };
      const features = tokenEncoder(body, { name: 'encoder', ...sizes });
      const heatmaps = tokenHeatmapHead(features.keypoints, {
        name: 'head',
        heatmapSize: { width: 6, height: 8 },
        hidden: 16,
      });
      return { body, heatmaps, ...tokenTaps(features) };
    },
    modules: distilPoseTorchModules({ twoLayers: true }),
  },
  {
    file: 'channel-attention',
    build(map) {
      const sizes = { channels: 16, inner: 8 };
      const squeeze = { kind: 'squeeze', squeezed: 2 } as const;
      const eca = { kind: 'eca', kernel: 5 } as const;
      const first = channelAttentionUnit(map, {
        ...sizes,
        name: 'first',
        groups: 4,
        attention: squeeze,
      });
      const second = channelAttentionUnit(first, {
        ...sizes,
        name: 'second',
        groups: 8,
        attention: eca,
      });
      return { first, second };
    },
    modules: ours,
  },
  {
    file: 'lspd-stage',
    build: (map) => ({
      heatmaps: poseStage(map, { name: 'stage', keypoints: 3, channels: 8, blocks: 2 }),
    }),
    modules: ours,
  },
  {
    file: 'reparameterised',
    build(map) {
      const channels = 4;
      const dense = reparameterisedBlock(map, { name: 'dense', channels });
      const again = reparameterisedBlock(dense, { name: 'again', channels, sharedWith: 'dense' });
      const depthwise = reparameterisedBlock(again, { name: 'depthwise', channels, groups: 4 });
      const last = { name: 'strided', channels: 6, groups: 2, strides: 2 };
      return { dense, again, depthwise, strided: reparameterisedBlock(depthwise, last) };
    },
    modules: ours,
  },
  {
    file: 'simcc',
    build(map) {
      const inputSize = { width: 12, height: 16 };
      const { x, y } = simccHead(map, { name: 'head', keypoints: 3, inputSize, kernel: 3 });
      return { x, y };
    },
    modules: ours,
  },
];
