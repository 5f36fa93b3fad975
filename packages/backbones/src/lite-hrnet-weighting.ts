import {
  activation,
  adaptiveAveragePool,
  channelShuffle,
  concat,
  conv2d,
  globalAveragePool,
  type Initialiser,
  mul,
  normal,
  resizeNearest,
  split,
  type Value,
} from '@pose-distill/network';
import { convolutionBlock } from './blocks.js';

/** All convolutions of Lite-HRNet start so, as in the released code. */
export const initialiser: Initialiser = normal(0.001);

/** The cross-resolution weights see an eighth of all channels, the spatial ones a quarter of their branch's. */
const CROSS_REDUCTION = 8;
const SPATIAL_REDUCTION = 4;

interface Named {
  readonly name: string;
}

/**
 * Conditional channel weighting, the block of Lite-HRNet (Yu et al., CVPR 2021): half of each branch's channels is weighted
 * by what all resolutions show, filtered, and weighted by its own mean; then both halves are shuffled.
 *
 * Parts `<name>.cross.reduce`, `.cross.expand`, `.branch1.depthwise`, `.branch1.spatial.reduce`, `.branch1.spatial.expand`.
 */
export function conditionalChannelWeighting(branches: readonly Value[], { name }: Named): Value[] {
  const halves = branches.map((x) => split(x, [x.shape[2]! / 2, x.shape[2]! / 2]));
  const changed = halves.map(([, second]) => second!);
  return crossResolutionWeighting(changed, { name: `${name}.cross` }).map((x, index) => {
    const branch = `${name}.branch${index + 1}`;
    const filtered = depthwise(x, { name: `${branch}.depthwise` });
    const weighted = spatialWeighting(filtered, { name: `${branch}.spatial` });
    return channelShuffle(concat([halves[index]![0]!, weighted], { name: `${branch}.concat` }), {
      groups: 2,
    });
  });
}

/** Depthwise 3x3 convolution and batch norm. @param strides default 1 */
export function depthwise(
  x: Value,
  { name, strides = 1 }: Named & { readonly strides?: number },
): Value {
  const channels = x.shape[2]!;
  return convolutionBlock(x, {
    name,
    channels,
    groups: channels,
    kernel: 3,
    strides,
    activation: 'none',
    initialiser,
  });
}

/** Weights per channel and place of the coarsest map, computed from all branches at that size, one for each branch. */
function crossResolutionWeighting(branches: readonly Value[], { name }: Named): Value[] {
  const [height, width] = branches.at(-1)!.shape as [number, number, number];
  const pooled = branches.map((x, index) =>
    index < branches.length - 1 ? adaptiveAveragePool(x, { size: { height, width } }) : x,
  );
  const together = concat(pooled, { name: `${name}.concat` });
  const channels = together.shape[2]!;
  const reduced = convolutionBlock(together, {
    name: `${name}.reduce`,
    channels: Math.floor(channels / CROSS_REDUCTION),
    activation: 'relu',
    initialiser,
  });
  const weights = convolutionBlock(reduced, {
    name: `${name}.expand`,
    channels,
    activation: 'sigmoid',
    initialiser,
  });
  const widths = branches.map((x) => x.shape[2]!);
  return split(weights, widths).map((own, index) => {
    const x = branches[index]!;
    const size = { height: x.shape[0]!, width: x.shape[1]! };
    const larger = size.height === height ? own : resizeNearest(own, { size });
    return mul([x, larger], { name: `${name}.weighted${index + 1}` });
  });
}

/** One weight per channel, computed from the means of the map. */
function spatialWeighting(x: Value, { name }: Named): Value {
  const channels = x.shape[2]!;
  const mean = globalAveragePool(x, { keepMap: true });
  const reduced = conv2d(mean, {
    name: `${name}.reduce`,
    channels: Math.floor(channels / SPATIAL_REDUCTION),
    initialiser,
  });
  const expanded = conv2d(activation(reduced, 'relu'), {
    name: `${name}.expand`,
    channels,
    initialiser,
  });
  return mul([x, activation(expanded, 'sigmoid')], { name: `${name}.weighted` });
}
