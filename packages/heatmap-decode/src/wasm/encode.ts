import {
  type EncodedHeatmaps,
  type EncodeOptions,
  encodeWith,
  type WeightedKeypoints,
} from '../encode.js';
import { drawNative } from './draw.js';

/** `encodeHeatmaps` of the main entry, the same bits; faster where `unbiased`. */
export function encodeHeatmaps(
  labels: WeightedKeypoints,
  options: EncodeOptions,
  out?: EncodedHeatmaps,
): EncodedHeatmaps {
  return encodeWith(drawNative, labels, options, out);
}
