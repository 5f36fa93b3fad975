import {
  type DecodedKeypoints,
  type DecodeOptions,
  decodeWith,
  type KeypointArrays,
} from '../decode.js';
import type { Heatmaps } from '../heatmaps.js';
import { type DecodeUdpOptions, decodeUdpWith } from '../udp-decode.js';
import { nativePeakFinder } from './peaks.js';

/** `decodeHeatmaps` of the main entry, the same bits, with maxima found by vectors. */
export function decodeHeatmaps(
  maps: Heatmaps,
  options: DecodeOptions = {},
  out?: KeypointArrays,
): DecodedKeypoints {
  return decodeWith(nativePeakFinder, maps, options, out);
}

/** `decodeUdpHeatmaps` of the main entry, the same bits, with maxima found by vectors. */
export function decodeUdpHeatmaps(
  maps: Heatmaps,
  options: DecodeUdpOptions = {},
  out?: KeypointArrays,
): DecodedKeypoints {
  return decodeUdpWith(nativePeakFinder, maps, options, out);
}
