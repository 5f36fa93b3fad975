import type { Affine } from './affine.js';
import type { Crop } from './crop.js';
import { requireRange } from './error.js';
import { type Convention, requirePixelSize, requirePositiveSize, type Size } from './size.js';

export interface CropTransformOptions {
  /**
   * Degrees about the crop's centre. The sign is the references' own and differs: a positive angle turns the crop
   * frame clockwise on screen with `classic` (the picture turns the other way), and the reverse with `udp`. @default 0
   */
  readonly rotation?: number;
  /** `classic`: sizes map to sizes. `udp`: first and last pixel centres map to the crop's edges. @default 'classic' */
  readonly convention?: Convention;
  /**
   * `width`: one factor, from the crop's width (HRNet, mmpose); right when the crop has the output's aspect.
   * `free`: each axis its own. `udp` always treats the axes apart. @default 'width'
   */
  readonly aspect?: 'width' | 'free';
}

/**
 * The affine map from image pixels to the pixels of a crop of `outputSize` (the network's input, or its heatmap).
 *
 * `classic` follows HRNet's and mmpose's `get_warp_matrix`; `udp` follows Huang et al., "The Devil is in the Details"
 * (CVPR 2020), as in mmpose's `get_udp_warp_matrix`, with the opposite sign of rotation. To move the crop, move its centre.
 *
 * @throws OUT_OF_RANGE for sizes that are not positive
 * @example
 * const crop = cropFromBox({ x: 100, y: 50, width: 80, height: 200 }, { width: 192, height: 256 });
 * cropTransform(crop, { width: 192, height: 256 }); // [1.024, 0, -47.36, 0, 1.024, -25.6]
 */
export function cropTransform(
  crop: Crop,
  outputSize: Size,
  options: CropTransformOptions = {},
): Affine {
  const { rotation = 0, convention = 'classic', aspect = 'width' } = options;
  const { centre, scale } = crop;
  requirePixelSize('outputSize', outputSize);
  requirePositiveSize('crop.scale', scale);
  requireRange(Number.isFinite(rotation), 'rotation', 'a finite number of degrees', rotation);
  const udp = convention === 'udp';
  const width = udp ? outputSize.width - 1 : outputSize.width;
  const height = udp ? outputSize.height - 1 : outputSize.height;
  requireRange(
    width > 0 && height > 0,
    'outputSize',
    'at least 2x2 with udp',
    `${width + 1}x${height + 1}`,
  );
  const alongX = width / scale.width;
  const alongY = udp || aspect === 'free' ? height / scale.height : alongX;
  const angle = ((udp ? -rotation : rotation) * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [a, b, d, e] = [alongX * cos, alongX * sin, -alongY * sin, alongY * cos];
  return [
    a,
    b,
    width / 2 - a * centre.x - b * centre.y,
    d,
    e,
    height / 2 - d * centre.x - e * centre.y,
  ];
}
