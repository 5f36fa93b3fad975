import { deconvolutionHead, heatmapHead, mobileNetV2 } from '@pose-distill/backbones';
import type { Size } from '@pose-distill/heatmap-decode';
import { defineNetwork, input, type Network } from '@pose-distill/network';
import { PoseDistillError } from './errors.js';

const GRAMMAR = /^mobilenetv2(?:x(\d+(?:\.\d+)?))?(s16)?-deconv(\d+)$/;

/** How a network's name is written, for messages and help. */
export const NETWORK_NAMES: string =
  'mobilenetv2[xWIDTH][s16]-deconvCHANNELS, for example mobilenetv2-deconv256 or mobilenetv2x0.5s16-deconv64 ' +
  '(s16: the encoder stops at its 96-channel group, stride 16)';

/**
 * Builds a network by name: input `image`, output `heatmaps` at a quarter of the input size, with K maps. The maps are
 * Gaussians (explicit heatmap) or logits of a soft-argmax (implicit heatmap), as the loss decides.
 *
 * @throws PoseDistillError BAD_OPTION for an unknown name or an input size the network cannot halve
 */
export function buildNetwork(
  name: string,
  { inputSize, keypoints }: { readonly inputSize: Size; readonly keypoints: number },
): Network {
  const match = GRAMMAR.exec(name);
  if (!match)
    throw new PoseDistillError(
      'BAD_OPTION',
      `No network is called "${name}". Names are ${NETWORK_NAMES}.`,
      { name },
    );
  const stride = match[2] ? 16 : 32;
  const { width, height } = inputSize;
  if (width % stride || height % stride || width <= 0 || height <= 0)
    throw new PoseDistillError(
      'BAD_OPTION',
      `${name} halves its input down to 1/${stride}, so height and width must be multiples of ${stride}; ` +
        `${height}x${width} is not. Choose for example ${Math.ceil(height / stride) * stride}x${Math.ceil(width / stride) * stride}.`,
      { name, height, width },
    );
  if (!Number.isInteger(keypoints) || keypoints < 1)
    throw new PoseDistillError(
      'BAD_OPTION',
      `A network needs at least one keypoint; ${keypoints} was asked for.`,
    );
  const image = input('image', { height, width, channels: 3 });
  const encoder = mobileNetV2(image, {
    name: 'encoder',
    width: Number(match[1] ?? 1),
    groups: stride === 16 ? 5 : 7,
  });
  const channels = new Array<number>(Math.log2(stride / 4)).fill(Number(match[3]));
  const features = deconvolutionHead(encoder.at(stride), { name: 'decoder', channels });
  return defineNetwork({
    inputs: [image],
    outputs: { heatmaps: heatmapHead(features, { name: 'head', keypoints }) },
  });
}
