import { invertAffine, type Points, transformPoints } from './affine.js';
import type { Crop } from './crop.js';
import { type CropTransformOptions, cropTransform } from './crop-transform.js';
import { requireRange } from './error.js';
import { type Convention, requirePixelSize, type Size } from './size.js';

/**
 * Takes points of a crop's heatmap back to image pixels: the inverse of `cropTransform(crop, heatmapSize, options)`.
 *
 * @param points x, y pairs in heatmap pixels
 * @param options as given to `cropTransform` when the crop was cut
 * @param out where to write; may be `points` itself. @default a new array of the same kind
 */
export function heatmapToImage<T extends Points>(
  points: T,
  crop: Crop,
  heatmapSize: Size,
  options: CropTransformOptions = {},
  out?: T,
): T {
  return transformPoints(points, invertAffine(cropTransform(crop, heatmapSize, options)), out);
}

/**
 * Takes points of a crop (network input pixels) back to image pixels: the inverse of `cropTransform(crop, inputSize, options)`.
 *
 * @param points x, y pairs in input pixels
 * @param options as given to `cropTransform` when the crop was cut
 * @param out where to write; may be `points` itself. @default a new array of the same kind
 */
export function inputToImage<T extends Points>(
  points: T,
  crop: Crop,
  inputSize: Size,
  options: CropTransformOptions = {},
  out?: T,
): T {
  return transformPoints(points, invertAffine(cropTransform(crop, inputSize, options)), out);
}

export interface RescaleOptions {
  /** `classic`: times to/from. `udp`: times (to-1)/(from-1). @default 'classic' */
  readonly convention?: Convention;
}

export interface HeatmapToInputOptions {
  /**
   * As in `RescaleOptions`, or `udp-mmpose`: times w/(W-1), what mmpose's UDP codec does to decoded points. It does not undo its
   * encoding, x comes back as x * w/(w-1), but `inputToImage` with `aspect: 'free'` (mmpose's x / w * scale) makes up for it: in the
   * image it is what `heatmapToImage` gives with `udp`. @default 'classic'
   */
  readonly convention?: Convention | 'udp-mmpose';
}

/**
 * Takes points from heatmap pixels to input pixels.
 *
 * @param out where to write; may be `points` itself. @default a new array of the same kind
 */
export function heatmapToInput<T extends Points>(
  points: T,
  heatmapSize: Size,
  inputSize: Size,
  options: HeatmapToInputOptions = {},
  out?: T,
): T {
  return rescale(points, heatmapSize, inputSize, options, out);
}

/**
 * Takes points from input pixels to heatmap pixels.
 *
 * @param out where to write; may be `points` itself. @default a new array of the same kind
 */
export function inputToHeatmap<T extends Points>(
  points: T,
  inputSize: Size,
  heatmapSize: Size,
  options: RescaleOptions = {},
  out?: T,
): T {
  return rescale(points, inputSize, heatmapSize, options, out);
}

function rescale<T extends Points>(
  points: T,
  from: Size,
  to: Size,
  options: HeatmapToInputOptions,
  out?: T,
): T {
  requirePixelSize('source size', from);
  requirePixelSize('target size', to);
  const { convention = 'classic' } = options;
  const edge = convention === 'classic' ? 0 : 1;
  const toEdge = convention === 'udp' ? 1 : 0;
  requireRange(
    from.width > edge && from.height > edge,
    'source size',
    'at least 2x2 with udp',
    `${from.width}x${from.height}`,
  );
  const alongX = (to.width - toEdge) / (from.width - edge);
  const alongY = (to.height - toEdge) / (from.height - edge);
  return transformPoints(points, [alongX, 0, 0, 0, alongY, 0], out);
}
