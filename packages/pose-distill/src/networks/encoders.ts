import {
  type Features,
  mnasNet,
  mobileNetV1,
  mobileNetV2,
  mobileNetV3Large,
  peleeNet,
  type ResNetDepth,
  resNet,
  type ShuffleNetV2Width,
  shuffleNetV2,
} from '@pose-distill/backbones';
import type { Value } from '@pose-distill/network';
import type { NamePattern } from './entry.js';

/** An encoder that a decoder may follow. */
export interface Encoder {
  /** Of the map that the decoder gets. */
  readonly stride: number;
  readonly source: string;
  readonly encode: (image: Value) => Features;
}

const name = 'encoder';

const at32 = (source: string, encode: Encoder['encode']): Encoder => ({
  stride: 32,
  source,
  encode,
});

const WIDTH = '(?:x(\\d+(?:\\.\\d+)?))?';
const widthOf = (text: string | undefined): number => Number(text ?? 1);

/** Names of encoders, the first half of `<encoder>-<decoder>`. */
export const encoders: readonly NamePattern<Encoder>[] = [
  {
    usage: 'peleenet[xWIDTH]',
    pattern: new RegExp(`^peleenet${WIDTH}$`),
    names: ['peleenet'],
    meaning: ([, width]) => {
      const channels = 2 * Math.round(16 * widthOf(width));
      return at32('PeleeNet (Wang et al., NeurIPS 2018)', (image) =>
        peleeNet(image, { name, stemChannels: channels, growth: channels }),
      );
    },
  },
  {
    usage: 'mobilenetv1[xWIDTH]',
    pattern: new RegExp(`^mobilenetv1${WIDTH}$`),
    names: ['mobilenetv1'],
    meaning: ([, width]) =>
      at32('MobileNets (Howard et al., 2017)', (image) =>
        mobileNetV1(image, { name, width: widthOf(width) }),
      ),
  },
  {
    usage: 'mobilenetv2[xWIDTH][s16]',
    pattern: new RegExp(`^mobilenetv2${WIDTH}(s16)?$`),
    names: ['mobilenetv2', 'mobilenetv2x0.5s16'],
    meaning: ([, width, short]) => ({
      stride: short ? 16 : 32,
      source: 'MobileNetV2 (Sandler et al., CVPR 2018)',
      encode: (image) => mobileNetV2(image, { name, width: widthOf(width), groups: short ? 5 : 7 }),
    }),
  },
  {
    usage: 'mobilenetv3large[-first]',
    pattern: /^mobilenetv3large(-first)?$/,
    names: ['mobilenetv3large', 'mobilenetv3large-first'],
    meaning: ([, first]) =>
      at32(
        first
          ? 'MobileNetV3-Large (Howard et al., arXiv 1905.02244v1)'
          : 'MobileNetV3-Large (Howard et al., ICCV 2019)',
        (image) => mobileNetV3Large(image, { name, variant: first ? 'first' : 'torchvision' }),
      ),
  },
  {
    usage: 'mnasnet[xWIDTH]',
    pattern: new RegExp(`^mnasnet${WIDTH}$`),
    names: ['mnasnet'],
    meaning: ([, width]) =>
      at32('MnasNet-B1 (Tan et al., CVPR 2019)', (image) =>
        mnasNet(image, { name, width: widthOf(width) }),
      ),
  },
  {
    usage: 'shufflenetv2[x0.5|x1.5|x2]',
    pattern: new RegExp(`^shufflenetv2${WIDTH}$`),
    names: ['shufflenetv2x0.5', 'shufflenetv2', 'shufflenetv2x1.5', 'shufflenetv2x2'],
    meaning: ([, width]) =>
      at32('ShuffleNetV2 (Ma et al., ECCV 2018)', (image) =>
        shuffleNetV2(image, { name, width: widthOf(width) as ShuffleNetV2Width }),
      ),
  },
  {
    usage: 'resnet18|34|50|101|152',
    pattern: /^resnet(18|34|50|101|152)$/,
    names: ['resnet18', 'resnet50'],
    meaning: ([, depth]) =>
      at32('ResNet (He et al., CVPR 2016)', (image) =>
        resNet(image, { name, depth: Number(depth) as ResNetDepth }),
      ),
  },
];
