import { deconvolutionHead, heatmapHead, mobileNetV2 } from '@pose-distill/backbones';
import {
  complexity,
  defineNetwork,
  initialise,
  input,
  type Network,
  prune,
  saveWeights,
} from '@pose-distill/network';

/** A small student: MobileNetV2 to stride 16 at half width, two deconvolutions, one heatmap per keypoint. */
export function student(keypoints: number): Network {
  const image = input('image', { height: 256, width: 192, channels: 3 });
  const features = mobileNetV2(image, { name: 'encoder', width: 0.5, groups: 5 });
  const decoded = deconvolutionHead(features.at(16), { name: 'decoder', channels: [64, 64] });
  const heatmaps = heatmapHead(decoded, { name: 'head', keypoints });
  return defineNetwork({
    inputs: [image],
    outputs: { heatmaps, stride8: features.at(8) }, // a tap for a feature loss
  });
}

/** What the README shows. */
export function describe(): string[] {
  const network = student(17);
  const shipped = prune(network, ['heatmaps']);
  const { parameters, total } = complexity(shipped);
  const file = saveWeights(shipped, initialise(shipped, 1));
  return [
    `heatmaps ${network.nodes.at(-1)!.shape.join('x')}`,
    `${parameters} parameters, ${(total / 1e6).toFixed(1)} M multiply-accumulates`,
    `${file.length} bytes of weights`,
  ];
}
