import {
  distilPose,
  heatmapHead,
  hrNet,
  ladm,
  liteHrNet,
  lspd,
  stackedHourglass,
  tokenPose,
  ulpd,
} from '@pose-distill/backbones';
import type { Size } from '@pose-distill/heatmap-decode';
import type { Value } from '@pose-distill/network';
import { type NamePattern, type NetworkEntry, square } from './entry.js';

/** What a whole network's name means. */
export type WholeNetwork = Omit<NetworkEntry, 'name'>;

const HEATMAPS = { heatmaps: 'one map per keypoint at a quarter of the input size' };
const PORTRAIT = { height: 256, width: 192 };
const SQUARE = { height: 256, width: 256 };

const REGRESSION = {
  coordinates: '(x, y) of each keypoint as shares of the input',
  score: 'of each keypoint',
  sigma: 'deviations (x, y) of each keypoint in heatmap pixels',
};

/** Height and width of a map at stride 4 must divide into patches of 4x3. */
const PATCHES: Size = { height: 16, width: 12 };
/** That, and HRNet's first three stages. */
const HRNET_PATCHES: Size = { height: 16, width: 48 };

/** A network with one name. */
function single(name: string, network: WholeNetwork): NamePattern<WholeNetwork> {
  return { usage: name, pattern: new RegExp(`^${name}$`), names: [name], meaning: () => network };
}

/** A network as it is deployed: of what its function gives, the outputs that the table tells. */
function deployed(
  network: Omit<WholeNetwork, 'build'>,
  build: (image: Value, keypoints: number) => Readonly<Record<string, Value>>,
): WholeNetwork {
  return {
    ...network,
    build(image, keypoints) {
      const all = build(image, keypoints);
      return Object.fromEntries(Object.keys(network.outputs).map((name) => [name, all[name]!]));
    },
  };
}

/** A network of which width and depth may be said: `lspd`, `lspdx64b2w0.5`. */
function staged(
  name: string,
  source: string,
  build: (image: Value, size: StageSize) => Readonly<Record<string, Value>>,
): NamePattern<WholeNetwork> {
  return {
    usage: `${name}[xCHANNELS][bBLOCKS][wENCODERWIDTH]`,
    pattern: new RegExp(`^${name}(?:x(\\d+))?(?:b(\\d+))?(?:w(\\d+(?:\\.\\d+)?))?$`),
    names: [name],
    meaning: ([, channels = '128', blocks = '4', width = '1']) => ({
      multiple: square(16),
      inputSize: SQUARE,
      source,
      outputs: HEATMAPS,
      build: (image, keypoints) =>
        build(image, {
          keypoints,
          channels: Number(channels),
          blocks: Number(blocks),
          width: Number(width),
        }),
    }),
  };
}

interface StageSize {
  readonly keypoints: number;
  readonly channels: number;
  readonly blocks: number;
  readonly width: number;
}

/** Networks that are no encoder with a decoder behind it. */
export const wholeNetworks: readonly NamePattern<WholeNetwork>[] = [
  {
    usage: 'hourglass-STACKS[xFEATURES][dDEPTH]',
    pattern: /^hourglass-(\d+)(?:x(\d+))?(?:d(\d+))?$/,
    names: ['hourglass-1', 'hourglass-2', 'hourglass-4', 'hourglass-8'],
    meaning: ([, text, features = '256', halvings = '4']) => {
      const stacks = Number(text);
      const depth = Number(halvings);
      const size = { stacks, depth, features: Number(features) };
      const earlier = Array.from({ length: stacks - 1 }, (_, index) => `stack${index + 1}`);
      return {
        multiple: square(4 * 2 ** depth),
        inputSize: SQUARE,
        source: 'stacked hourglass (Newell et al., ECCV 2016), as released with OKDHP (ICCV 2021)',
        outputs: {
          ...Object.fromEntries(earlier.map((stack) => [stack, `heatmaps of ${stack}`])),
          heatmaps: 'those of the last stack, at a quarter of the input size',
        },
        build(image, keypoints) {
          const { outputs, last } = stackedHourglass(image, { name: 'net', keypoints, ...size });
          return {
            ...Object.fromEntries(earlier.map((stack) => [stack, outputs[stack]!])),
            heatmaps: last,
          };
        },
      };
    },
  },
  {
    usage: 'hrnet-wWIDTH',
    pattern: /^hrnet-w(\d+)$/,
    names: ['hrnet-w32', 'hrnet-w48'],
    meaning: ([, width]) => ({
      multiple: square(32),
      inputSize: PORTRAIT,
      source: 'HRNet (Sun et al., CVPR 2019)',
      outputs: HEATMAPS,
      build: (image, keypoints) => {
        const features = hrNet(image, { name: 'encoder', width: Number(width) });
        return { heatmaps: heatmapHead(features.at(4), { name: 'head', keypoints }) };
      },
    }),
  },
  {
    usage: 'litehrnet-18|30',
    pattern: /^litehrnet-(18|30)$/,
    names: ['litehrnet-18', 'litehrnet-30'],
    meaning: ([, depth]) => ({
      multiple: square(32),
      inputSize: PORTRAIT,
      source: 'Lite-HRNet (Yu et al., CVPR 2021)',
      outputs: HEATMAPS,
      build(image, keypoints) {
        const features = liteHrNet(image, { name: 'encoder', depth: depth === '18' ? 18 : 30 });
        return { heatmaps: heatmapHead(features.at(4), { name: 'head', keypoints }) };
      },
    }),
  },
  single(
    'distilpose-s',
    deployed(
      {
        multiple: PATCHES,
        inputSize: PORTRAIT,
        source: 'DistilPose-S (Ye et al., CVPR 2023)',
        outputs: REGRESSION,
      },
      (image, keypoints) => distilPose(image, { keypoints }),
    ),
  ),
  single(
    'distilpose-l',
    deployed(
      {
        multiple: HRNET_PATCHES,
        inputSize: PORTRAIT,
        source: 'DistilPose-L (Ye et al., CVPR 2023)',
        outputs: REGRESSION,
      },
      (image, keypoints) => distilPose(image, { keypoints, body: 'hrnet-w48' }),
    ),
  ),
  single(
    'ladm',
    deployed(
      {
        multiple: PATCHES,
        inputSize: PORTRAIT,
        source: 'LADM, our reconstruction (Wei and Hu, Pattern Recognition Letters 2024)',
        outputs: REGRESSION,
      },
      (image, keypoints) => ladm(image, { keypoints }),
    ),
  ),
  single(
    'tokenpose-s',
    deployed(
      {
        multiple: PATCHES,
        inputSize: PORTRAIT,
        source: "TokenPose (Li et al., ICCV 2021) with DistilPose-S's body",
        outputs: HEATMAPS,
      },
      (image, keypoints) => tokenPose(image, { keypoints, body: 'stem-net' }),
    ),
  ),
  single(
    'tokenpose-l',
    deployed(
      {
        multiple: HRNET_PATCHES,
        inputSize: PORTRAIT,
        source: 'TokenPose (Li et al., ICCV 2021) with HRNet-W48 up to stage 3',
        outputs: HEATMAPS,
      },
      (image, keypoints) => tokenPose(image, { keypoints }),
    ),
  ),
  staged(
    'lspd',
    'LSPD, our reconstruction of its first stage (Zhang et al., IEEE Sensors Journal 2023)',
    (image, size) => lspd(image, { ...size, stages: 1, teacher: false }),
  ),
  staged(
    'ulpd',
    'ULPD, our reconstruction before fusing (Zhang et al., Electronics 2023)',
    (image, size) => ulpd(image, { ...size, applications: 1 }),
  ),
];
