import { heatmapHead, hrNet, liteHrNet, stackedHourglass } from '@pose-distill/backbones';
import type { NamePattern, NetworkEntry } from './entry.js';

/** What a whole network's name means. */
export type WholeNetwork = Omit<NetworkEntry, 'name'>;

const HEATMAPS = { heatmaps: 'one map per keypoint at a quarter of the input size' };
const PORTRAIT = { height: 256, width: 192 };
const SQUARE = { height: 256, width: 256 };

/** Networks that are no encoder with a decoder behind it. */
export const wholeNetworks: readonly NamePattern<WholeNetwork>[] = [
  {
    usage: 'hourglass-STACKS',
    pattern: /^hourglass-(\d+)$/,
    names: ['hourglass-1', 'hourglass-2', 'hourglass-4', 'hourglass-8'],
    meaning: ([, text]) => {
      const stacks = Number(text);
      const earlier = Array.from({ length: stacks - 1 }, (_, index) => `stack${index + 1}`);
      return {
        stride: 64,
        inputSize: SQUARE,
        source: 'stacked hourglass (Newell et al., ECCV 2016), as released with OKDHP (ICCV 2021)',
        outputs: {
          ...Object.fromEntries(earlier.map((stack) => [stack, `heatmaps of ${stack}`])),
          heatmaps: 'those of the last stack, at a quarter of the input size',
        },
        build(image, keypoints) {
          const { outputs, last } = stackedHourglass(image, { name: 'net', keypoints, stacks });
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
      stride: 32,
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
      stride: 32,
      inputSize: PORTRAIT,
      source: 'Lite-HRNet (Yu et al., CVPR 2021)',
      outputs: HEATMAPS,
      build(image, keypoints) {
        const features = liteHrNet(image, { name: 'encoder', depth: depth === '18' ? 18 : 30 });
        return { heatmaps: heatmapHead(features.at(4), { name: 'head', keypoints }) };
      },
    }),
  },
];
