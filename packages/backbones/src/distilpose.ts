import type { Value } from '@pose-distill/network';
import { type ChannelAttentionUnitOptions, channelAttentionUnit } from './channel-attention.js';
import { hrNet } from './hrnet.js';
import { stemNet } from './stem-net.js';
import { type TokenEncoderOptions, tokenEncoder, tokenTaps } from './token-encoder.js';
import { regressionHead, tokenHeatmapHead } from './token-heads.js';

/** The map that becomes tokens: DistilPose's small encoder, or HRNet-W48 up to its third stage. */
export type TokenBody = 'stem-net' | 'hrnet-w48';

export interface TokenPoseOptions extends Omit<TokenEncoderOptions, 'name'> {
  /** Path in front of all names; default none, the parts are `body`, `encoder`, `head`. */
  readonly name?: string;
  /** @param body default `stem-net` for `distilPose`, `hrnet-w48` for `tokenPose` */
  readonly body?: TokenBody;
}

export interface LadmOptions extends Omit<TokenPoseOptions, 'body'> {
  /** Of the grouped convolutions. @param groups 4, 8 or 16; default 8 */
  readonly groups?: number;
  /** @param attention default `squeeze` */
  readonly attention?: NonNullable<ChannelAttentionUnitOptions['attention']>;
}

/**
 * DistilPose's student (Ye et al., CVPR 2023): S with `body: 'stem-net'`, L with `body: 'hrnet-w48'`.
 *
 * Outputs by name: `coordinates` `[K,2]` (shares of the input's size), `score` `[K,1]`, `sigma` `[K,2]` (heatmap pixels), and
 * the taps of `tokenTaps`. To ship it, `prune(network, ['coordinates', 'score'])`.
 * @example
 * const image = input('image', { height: 256, width: 192, channels: 3 });
 * defineNetwork({ inputs: [image], outputs: distilPose(image, { keypoints: 17 }) }); // 5,364,101 parameters
 */
export function distilPose(image: Value, options: TokenPoseOptions): Record<string, Value> {
  const { path, body, encoder } = partsOf(options);
  return regression(bodyMap(image, body ?? 'stem-net', path('body')), path, encoder);
}

/**
 * Our reconstruction of the student of LADM (Wei and Hu, Pattern Recognition Letters 185, 2024): DistilPose's with nine
 * layers and channel attention units instead of bottlenecks. Outputs as `distilPose`.
 */
export function ladm(image: Value, options: LadmOptions): Record<string, Value> {
  const { groups = 8, attention = {}, depth = 9, ...rest } = options;
  const { path, encoder } = partsOf({ ...rest, depth });
  const { last } = stemNet(image, {
    name: path('body'),
    block: (x, own) => channelAttentionUnit(x, { ...own, groups, attention }),
  });
  return regression(last, path, encoder);
}

/**
 * The teacher of both: TokenPose, a heatmap from each keypoint token (Li et al., ICCV 2021).
 *
 * Outputs by name: `heatmaps` `[H/4,W/4,K]` and the taps of `tokenTaps`. With equal `channels`, `patch` and input size its
 * tokens are those of a student, one for one.
 */
export function tokenPose(image: Value, options: TokenPoseOptions): Record<string, Value> {
  const { path, body, encoder } = partsOf(options);
  const map = bodyMap(image, body ?? 'hrnet-w48', path('body'));
  const [height, width] = map.shape as readonly [number, number, number];
  const features = tokenEncoder(map, { ...encoder, name: path('encoder') });
  const heatmaps = tokenHeatmapHead(features.keypoints, {
    name: path('head'),
    heatmapSize: { width, height },
  });
  return { heatmaps, ...tokenTaps(features) };
}

function partsOf(options: TokenPoseOptions): {
  readonly path: (part: string) => string;
  readonly body: TokenBody | undefined;
  readonly encoder: Omit<TokenEncoderOptions, 'name'>;
} {
  const { name, body, ...encoder } = options;
  return { path: (part) => (name ? `${name}.${part}` : part), body, encoder };
}

function bodyMap(image: Value, body: TokenBody, name: string): Value {
  return body === 'stem-net'
    ? stemNet(image, { name }).last
    : hrNet(image, { name, width: 48, stages: 3 }).at(4);
}

function regression(
  map: Value,
  path: (part: string) => string,
  encoder: Omit<TokenEncoderOptions, 'name'>,
): Record<string, Value> {
  const features = tokenEncoder(map, { ...encoder, name: path('encoder') });
  const head = regressionHead(features.keypoints, { name: path('head') });
  return { ...head, ...tokenTaps(features) };
}
