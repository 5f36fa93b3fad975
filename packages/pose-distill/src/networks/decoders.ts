import { deconvolutionHead, ducDecoder, heatmapHead } from '@pose-distill/backbones';
import type { Value } from '@pose-distill/network';
import { PoseDistillError } from '../errors.js';
import type { NamePattern } from './entry.js';

/** From an encoder's map to heatmaps at a quarter of the input size. */
export interface Decoder {
  readonly source: string;
  readonly decode: (map: Value, stride: number, keypoints: number) => Value;
}

const name = 'decoder';

/** How often the size doubles from a stride to a quarter of the input. */
const doublings = (stride: number): number => Math.log2(stride / 4);

/** Names of decoders, the second half of `<encoder>-<decoder>`. */
export const decoders: readonly NamePattern<Decoder>[] = [
  {
    usage: 'duc',
    pattern: /^duc$/,
    names: ['duc'],
    meaning: () => ({
      source: 'DUC decoder (Park et al., Sensors 2021)',
      decode: (map, stride, keypoints) =>
        ducDecoder(map, { name, keypoints, steps: doublings(stride) - 1 }),
    }),
  },
  {
    usage: 'deconvCHANNELS[xCHANNELS...]',
    pattern: /^deconv(\d+(?:x\d+)*)$/,
    names: ['deconv256'],
    meaning: ([, text]) => ({
      source: 'deconvolution head (Xiao et al., ECCV 2018)',
      decode(map, stride, keypoints) {
        const given = text!.split('x').map(Number);
        const steps = doublings(stride);
        const channels = given.length === 1 ? new Array<number>(steps).fill(given[0]!) : given;
        if (channels.length !== steps)
          throw new PoseDistillError(
            'BAD_OPTION',
            `deconv${text} has ${channels.length} steps, but from stride ${stride} to 4 the size doubles ${steps} times; name ${steps} channel counts, or one for all.`,
            { channels, stride },
          );
        const larger = deconvolutionHead(map, { name, channels });
        return heatmapHead(larger, { name: 'head', keypoints });
      },
    }),
  },
];
