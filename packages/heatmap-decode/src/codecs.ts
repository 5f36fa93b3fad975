import { heatmapToInput } from './back-projection.js';
import { type DecodedKeypoints, decodeHeatmaps } from './decode.js';
import { type EncodeOptions, encodeHeatmaps, type WeightedKeypoints } from './encode.js';
import { requireRange } from './error.js';
import { averageFlipped, type FlipOptions } from './flip.js';
import { averageFlippedCoordinates } from './flip-coordinates.js';
import { averageFlippedSimcc } from './flip-simcc.js';
import type { Heatmaps, Layout } from './heatmaps.js';
import type { LabelOptions } from './labels.js';
import { type DecodeRegressionOptions, decodeRegression } from './regression-decode.js';
import { encodeRegression } from './regression-encode.js';
import { roundHalfEven, type SimccVectors } from './simcc.js';
import { type DecodeSimccOptions, decodeSimcc } from './simcc-decode.js';
import { type EncodeSimccOptions, encodeSimcc } from './simcc-encode.js';
import type { Convention, Size } from './size.js';
import { decodeUdpCombined } from './udp-combined-decode.js';
import { type EncodeUdpCombinedOptions, encodeUdpCombined } from './udp-combined-encode.js';
import { decodeUdpHeatmaps } from './udp-decode.js';
import { type EncodeUdpOptions, encodeUdpHeatmaps } from './udp-encode.js';
import type { Vectors } from './vectors.js';

/** One way to say keypoints to a network, both ways, for programs that choose among several. */
export interface Codec<Encoded> {
  /** What the network should give for these keypoints (input pixels), and what each counts. */
  encode(labels: WeightedKeypoints): { readonly encoded: Encoded; readonly weights: Float32Array };
  /** Keypoints in input pixels [B, K, 2] and scores [B, K]. */
  decode(output: Encoded): DecodedKeypoints;
  /** The mean of what the network gave for a picture and for its mirror image (flip test). */
  averageFlipped(output: Encoded, mirrored: Encoded, flipIndices: ArrayLike<number>): Encoded;
}

type WithoutBatch<T> = Omit<T, 'batch'>;
/** How a codec of maps finds keypoints in them, in heatmap pixels. */
interface MapDecoder {
  /** E.g. `decodeByFit`, or `(maps) => decodeHeatmaps(maps, { refine: 'quarter' })`. @default the codec's own with its defaults */
  readonly decode?: (maps: Heatmaps) => DecodedKeypoints;
}

export interface HeatmapCodecOptions extends WithoutBatch<EncodeOptions>, MapDecoder {
  /** Whether the flip test moves mirrored maps one column. @default true, as the classic crop asks for */
  readonly shiftFlipped?: boolean;
}

/**
 * Gaussian heatmaps by `encodeHeatmaps`, `decodeHeatmaps` (DARK) and `averageFlipped`.
 *
 * @example
 * const codec = heatmapCodec({ keypointCount: 17, inputSize, heatmapSize, unbiased: true });
 * const { encoded, weights } = codec.encode(labels);
 * codec.decode(encoded).keypoints; // input pixels
 */
export function heatmapCodec(options: HeatmapCodecOptions): Codec<Heatmaps> {
  const { decode = decodeHeatmaps, shiftFlipped: shift = true, ...rest } = options;
  return mapCodec(rest, encodeHeatmaps, 1, (maps) => decode(maps), 'classic', { shift });
}

export type UdpCodecOptions = WithoutBatch<EncodeUdpOptions> & MapDecoder;

/** UDP's Gaussian heatmaps by `encodeUdpHeatmaps`, `decodeUdpHeatmaps` and `averageFlipped`. */
export function udpCodec(options: UdpCodecOptions): Codec<Heatmaps> {
  const { decode = decodeUdpHeatmaps, ...rest } = options;
  return mapCodec(rest, encodeUdpHeatmaps, 1, (maps) => decode(maps), 'udp', {});
}

export type UdpCombinedCodecOptions = WithoutBatch<EncodeUdpCombinedOptions> & MapDecoder;

/** UDP's discs and offsets by `encodeUdpCombined`, `decodeUdpCombined` and `averageFlipped`. */
export function udpCombinedCodec(options: UdpCombinedCodecOptions): Codec<Heatmaps> {
  const { radiusFactor } = options;
  const decoding = radiusFactor === undefined ? {} : { radiusFactor };
  const { decode = (maps) => decodeUdpCombined(maps, decoding), ...rest } = options;
  return mapCodec(rest, encodeUdpCombined, 3, (maps) => decode(maps), 'udp', {
    kind: 'udp-combined',
  });
}

export interface SimccCodecOptions extends WithoutBatch<EncodeSimccOptions> {
  /** @default 'none' */
  readonly refine?: DecodeSimccOptions['refine'];
}

/** SimCC vectors by `encodeSimcc`, `decodeSimcc` and `averageFlippedSimcc` (its mirror shifted by splitRatio - 1 bins). */
export function simccCodec(options: SimccCodecOptions): Codec<SimccVectors> {
  const { keypointCount, inputSize, splitRatio = 2, sigma = 6, refine = 'none' } = options;
  const width = roundHalfEven(inputSize.width * splitRatio);
  const height = roundHalfEven(inputSize.height * splitRatio);
  // Where the mirror of a pixel lies further right than the mirror of its bin.
  const shift = Math.max(0, Math.round(splitRatio - 1));
  const vectors = (x: Float32Array, y: Float32Array): SimccVectors => {
    const batch = x.length / (keypointCount * width);
    return {
      x: { data: x, shape: [batch, keypointCount, width] },
      y: { data: y, shape: [batch, keypointCount, height] },
    };
  };
  return {
    encode(labels) {
      const { x, y, weights } = encodeSimcc(labels, withBatch(options, labels));
      return { encoded: vectors(x, y), weights };
    },
    decode: (output) => decodeSimcc(output, { splitRatio, sigma, refine }),
    averageFlipped(output, mirrored, flipIndices) {
      const { x, y } = averageFlippedSimcc(output, mirrored, flipIndices, { shift });
      return vectors(x, y);
    },
  };
}

export interface RegressionCodecOptions extends WithoutBatch<LabelOptions> {
  readonly logits?: DecodeRegressionOptions['logits'];
}

/** Coordinates, with or without sigmas, by `encodeRegression`, `decodeRegression` and `averageFlippedCoordinates`. */
export function regressionCodec(options: RegressionCodecOptions): Codec<Vectors> {
  const { keypointCount, inputSize, logits = false } = options;
  return {
    encode(labels) {
      const all = withBatch(options, labels);
      const { coordinates, weights } = encodeRegression(labels, all);
      return { encoded: { data: coordinates, shape: [all.batch, keypointCount, 2] }, weights };
    },
    decode: (output) => decodeRegression(output, { inputSize, logits }),
    averageFlipped(output, mirrored, flipIndices) {
      const { width } = inputSize;
      const data = averageFlippedCoordinates(output, mirrored, flipIndices, { width });
      return { data, shape: output.shape };
    },
  };
}

function withBatch<T extends { readonly keypointCount: number }>(
  options: T,
  labels: WeightedKeypoints,
): T & { readonly batch: number } {
  const { length } = labels.weights;
  const batch = length / options.keypointCount;
  const expected = `a multiple of keypointCount (${options.keypointCount})`;
  requireRange(Number.isInteger(batch), 'weights.length', expected, length);
  return { ...options, batch };
}

interface MapOptions extends WithoutBatch<LabelOptions> {
  readonly heatmapSize: Size;
  readonly layout?: Layout;
}

function mapCodec<T extends MapOptions>(
  options: T,
  encode: (
    labels: WeightedKeypoints,
    options: T & { readonly batch: number },
  ) => { readonly heatmaps: Float32Array; readonly weights: Float32Array },
  channels: number,
  decode: (maps: Heatmaps) => DecodedKeypoints,
  convention: Convention,
  flip: FlipOptions,
): Codec<Heatmaps> {
  const { inputSize, heatmapSize, layout = 'NHWC' } = options;
  const { width, height } = heatmapSize;
  return {
    encode(labels) {
      const all = withBatch(options, labels);
      const { heatmaps, weights } = encode(labels, all);
      const count = options.keypointCount * channels;
      const shape =
        layout === 'NCHW' ? [all.batch, count, height, width] : [all.batch, height, width, count];
      return { encoded: { data: heatmaps, shape, layout }, weights };
    },
    decode(output) {
      const decoded = decode(output);
      const { keypoints } = decoded;
      heatmapToInput(keypoints, heatmapSize, inputSize, { convention }, keypoints);
      return decoded;
    },
    averageFlipped: (output, mirrored, flipIndices) => ({
      ...output,
      data: averageFlipped(output, mirrored, flipIndices, flip),
    }),
  };
}
