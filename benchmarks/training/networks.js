/** The networks whose training is timed; torch_networks.py has the same ones. Parameter counts are asserted. */
import {
  benchmarkDense,
  benchmarkMobile,
  ducDecoder,
  peleeNet,
  stackedHourglass,
} from '@pose-distill/backbones';
import { defineNetwork, input } from '@pose-distill/network';

const keypoints = 17;

const BUILDERS = {
  mobile: benchmarkMobile,
  dense: benchmarkDense,
  pelee: (size) => {
    const image = input('image', { ...size, channels: 3 });
    const features = peleeNet(image, { name: 'encoder' }).at(32);
    const heatmaps = ducDecoder(features, { name: 'decoder', keypoints });
    return defineNetwork({ inputs: [image], outputs: { heatmaps } });
  },
  hourglass: (size) => {
    const image = input('image', { ...size, channels: 3 });
    const { last } = stackedHourglass(image, { name: 'hourglass', stacks: 1, keypoints });
    return defineNetwork({ inputs: [image], outputs: { heatmaps: last } });
  },
};

const PARAMETERS = { mobile: 204_361, dense: 373_489, pelee: 2_802_013, hourglass: 3_587_217 };

/** Builds a network by name for an image of that size. */
export function buildNetwork(name, { height, width }) {
  const network = BUILDERS[name]({ height, width });
  const parameters = network.parameters
    .filter(({ kind }) => kind === 'weight')
    .reduce((sum, { shape }) => sum + shape.reduce((product, n) => product * n, 1), 0);
  if (parameters !== PARAMETERS[name])
    throw new Error(`${name} has ${parameters} parameters, expected ${PARAMETERS[name]}`);
  return network;
}
