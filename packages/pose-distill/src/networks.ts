import type { Size } from '@pose-distill/heatmap-decode';
import { defineNetwork, input, type Network } from '@pose-distill/network';
import { PoseDistillError } from './errors.js';
import { decoders } from './networks/decoders.js';
import { encoders } from './networks/encoders.js';
import { meaningOf, type NetworkEntry, square } from './networks/entry.js';
import { nearestNames } from './networks/nearest.js';
import { wholeNetworks } from './networks/whole.js';

export type { NetworkEntry } from './networks/entry.js';

const usages = (patterns: readonly { readonly usage: string }[]): string =>
  patterns.map(({ usage }) => usage).join(', ');

/** How a network's name is written, for messages and help. */
export const NETWORK_NAMES: string =
  `<encoder>-<decoder> with encoders ${usages(encoders)} and decoders ${usages(decoders)}, ` +
  `or ${usages(wholeNetworks)}; for example mobilenetv2-deconv256 or mobilenetv2x0.5s16-deconv64 ` +
  '(s16: the encoder stops at its 96-channel group, stride 16)';

/** Decoders of Park et al. (2021) that only their encoder is listed with. */
const PARK = ['deconv512', 'deconv128', 'deconv64', 'deconv352x176x88'];

/** Names of ready networks. There are more: widths and channels are free where `NETWORK_NAMES` says so. */
export function networkNames(): string[] {
  const names = (patterns: readonly { readonly names: readonly string[] }[]): string[] =>
    patterns.flatMap((pattern) => pattern.names);
  const pairs = names(encoders).flatMap((encoder) =>
    [...names(decoders), ...(encoder === 'peleenet' ? PARK : [])].map(
      (decoder) => `${encoder}-${decoder}`,
    ),
  );
  return [...pairs, ...names(wholeNetworks)];
}

/**
 * What a network's name stands for.
 *
 * @throws PoseDistillError BAD_OPTION for an unknown name, with the nearest known ones
 */
export function networkEntry(name: string): NetworkEntry {
  const whole = meaningOf(wholeNetworks, name);
  if (whole) return { name, ...whole };
  const dash = name.lastIndexOf('-');
  const encoder = meaningOf(encoders, name.slice(0, dash));
  const decoder = meaningOf(decoders, name.slice(dash + 1));
  if (!encoder || !decoder)
    throw new PoseDistillError(
      'BAD_OPTION',
      `No network is called "${name}". The nearest names are ${nearestNames(name, networkNames()).join(', ')}. Names are ${NETWORK_NAMES}.`,
      { name },
    );
  const { stride } = encoder;
  return {
    name,
    multiple: square(stride),
    inputSize: { height: 256, width: 192 },
    source: `${encoder.source}; ${decoder.source}`,
    outputs: { heatmaps: 'one map per keypoint at a quarter of the input size' },
    build: (image, keypoints) => ({
      heatmaps: decoder.decode(encoder.encode(image).at(stride), stride, keypoints),
    }),
  };
}

/**
 * Builds a network by name: input `image` and the outputs that `networkEntry` tells, most often `heatmaps` at a quarter of
 * the input size, with K maps. The maps are Gaussians (explicit heatmap) or logits of a soft-argmax (implicit heatmap), as
 * the loss decides.
 *
 * @throws PoseDistillError BAD_OPTION for an unknown name, no keypoints, or an input size the network cannot halve
 * @example
 * buildNetwork('peleenet-duc', { inputSize: { width: 192, height: 256 }, keypoints: 17 })
 */
export function buildNetwork(
  name: string,
  { inputSize, keypoints }: { readonly inputSize: Size; readonly keypoints: number },
): Network {
  const entry = networkEntry(name);
  const { width, height } = inputSize;
  checkSize(entry, inputSize);
  if (!Number.isInteger(keypoints) || keypoints < 1)
    throw new PoseDistillError(
      'BAD_OPTION',
      `A network needs at least one keypoint; ${keypoints} was asked for.`,
      { name, keypoints },
    );
  const image = input('image', { height, width, channels: 3 });
  return defineNetwork({ inputs: [image], outputs: outputsOf(entry, image, keypoints) });
}

function checkSize({ name, multiple }: NetworkEntry, { height, width }: Size): void {
  const fits = (length: number, of: number): boolean => length > 0 && length % of === 0;
  if (fits(height, multiple.height) && fits(width, multiple.width)) return;
  const next = (length: number, of: number): number =>
    Math.max(1, Math.ceil(Number.isFinite(length) ? length / of : 1)) * of;
  const rule =
    multiple.height === multiple.width
      ? `height and width to be multiples of ${multiple.height}`
      : `a height that is a multiple of ${multiple.height} and a width that is one of ${multiple.width}`;
  throw new PoseDistillError(
    'BAD_OPTION',
    `${name} needs ${rule}; ${height}x${width} is not. ` +
      `Choose for example ${next(height, multiple.height)}x${next(width, multiple.width)}.`,
    { name, height, width, multiple },
  );
}

/** An encoder or decoder that cannot be built as its name says is a wrong name. */
function outputsOf(
  entry: NetworkEntry,
  image: Parameters<NetworkEntry['build']>[0],
  keypoints: number,
): ReturnType<NetworkEntry['build']> {
  try {
    return entry.build(image, keypoints);
  } catch (error) {
    if (!(error instanceof Error) || !/^(Backbone|Network)Error$/.test(error.name)) throw error;
    throw new PoseDistillError('BAD_OPTION', `${entry.name} cannot be built: ${error.message}.`, {
      name: entry.name,
      cause: error,
    });
  }
}
