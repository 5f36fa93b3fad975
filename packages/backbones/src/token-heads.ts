import {
  layerNorm,
  linear,
  reshape,
  type Size,
  sigmoid,
  softplus,
  split,
  transpose,
  truncatedNormal,
  type Value,
} from '@pose-distill/network';

/** What a regression head says of each keypoint. */
export interface RegressionOutputs {
  /** `(x, y)` as shares of the input's width and height, 0..1: `[K, 2]`. */
  readonly coordinates: Value;
  /** Confidence, any number: `[K, 1]`. */
  readonly score: Value;
  /** Deviations `(x, y)` in heatmap pixels, positive: `[K, 2]`. */
  readonly sigma: Value;
}

export interface TokenHeadOptions {
  /** Path in front of all names. */
  readonly name: string;
  /** Channels between two linear layers; 0 for one layer. */
  readonly hidden?: number;
}

/**
 * Coordinates, score and deviations from keypoint tokens `[K, d]` (Ye et al., CVPR 2023): layer norm, linear layer to
 * five; sigmoid, nothing, softplus.
 *
 * Parts `<name>.norm`, `<name>.linear`. @param options `hidden` defaults to 0, as released
 */
export function regressionHead(tokens: Value, options: TokenHeadOptions): RegressionOutputs {
  const { name, hidden = 0 } = options;
  const [place, score, spread] = split(tokenMlp(tokens, { name, hidden, channels: 5 }), [2, 1, 2]);
  return { coordinates: sigmoid(place!), score: score!, sigma: softplus(spread!) };
}

export interface TokenHeatmapHeadOptions extends TokenHeadOptions {
  readonly heatmapSize: Size;
}

/**
 * A heatmap from each keypoint token, `[K, d] -> [H, W, K]` (Li et al., ICCV 2021).
 *
 * Parts `<name>.norm`, `<name>.hidden`, `<name>.hiddenNorm`, `<name>.linear`. @param options `hidden` defaults to an eighth of
 * the pixels where that is at least twice `d`, and to one layer otherwise
 */
export function tokenHeatmapHead(tokens: Value, options: TokenHeatmapHeadOptions): Value {
  const { name, heatmapSize } = options;
  const { width, height } = heatmapSize;
  const [keypoints, channels] = tokens.shape as readonly [number, number];
  const eighth = Math.floor((width * height) / 8);
  const { hidden = channels <= eighth / 2 ? eighth : 0 } = options;
  const pixels = tokenMlp(tokens, { name, hidden, channels: width * height });
  const maps = reshape(pixels, { shape: [keypoints, height, width] });
  return transpose(maps, { axes: [1, 2, 0], name: `${name}.heatmaps` });
}

/** Layer norm and linear layer, once or twice; no activation between. */
function tokenMlp(
  tokens: Value,
  options: { readonly name: string; readonly hidden: number; readonly channels: number },
): Value {
  const { name, hidden, channels } = options;
  const initialiser = truncatedNormal(0.02);
  const normal = layerNorm(tokens, { name: `${name}.norm` });
  if (hidden === 0) return linear(normal, { name: `${name}.linear`, channels, initialiser });
  const inner = linear(normal, { name: `${name}.hidden`, channels: hidden, initialiser });
  const again = layerNorm(inner, { name: `${name}.hiddenNorm` });
  return linear(again, { name: `${name}.linear`, channels, initialiser });
}
