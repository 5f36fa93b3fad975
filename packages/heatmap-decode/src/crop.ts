import { requireRange } from './error.js';
import { type Box, fixAspect, requirePositiveSize, type Size } from './size.js';

/** The part of an image a network looks at, in image pixels: its centre and its sides, padding included. */
export interface Crop {
  readonly centre: { readonly x: number; readonly y: number };
  readonly scale: Size;
}

export interface CropOptions {
  /** Factor on both sides of the aspect-fixed box. @default 1.25 */
  readonly padding?: number;
}

/**
 * The crop around a person's box: same centre, short side widened to the aspect of the input, both sides padded.
 *
 * @param box in image pixels; one side may be 0, not both
 * @param inputSize size of the network's input; only its aspect counts
 * @throws OUT_OF_RANGE for an empty or non-finite box
 * @example
 * cropFromBox({ x: 100, y: 50, width: 80, height: 200 }, { width: 192, height: 256 });
 * // { centre: { x: 140, y: 150 }, scale: { width: 187.5, height: 250 } }
 */
export function cropFromBox(box: Box, inputSize: Size, options: CropOptions = {}): Crop {
  const { padding = 1.25 } = options;
  requirePositiveSize('inputSize', inputSize);
  requireRange(padding > 0 && padding < Infinity, 'padding', 'a number > 0', padding);
  const { x, y, width, height } = box;
  const usable = width >= 0 && height >= 0 && width + height > 0;
  requireRange(
    usable && Number.isFinite(x + y + width + height),
    'box',
    'finite with a side larger than 0',
    `${width}x${height} at (${x}, ${y})`,
  );
  const sides = fixAspect(box, inputSize);
  return {
    centre: { x: x + width / 2, y: y + height / 2 },
    scale: { width: sides.width * padding, height: sides.height * padding },
  };
}

export interface CleanBoxOptions {
  /** The annotation's own area; a box whose area is not above 0 is dropped. @default box.width * box.height */
  readonly area?: number;
}

/**
 * Clips an annotated box to its image the way COCO training code does, or `undefined` when nothing is left.
 *
 * Corners are whole pixels that belong to the box, so a box of width w spans w - 1 afterwards. Detector boxes
 * are used as they come, without this.
 *
 * @example
 * cleanBox({ x: -10, y: 5, width: 50, height: 40 }, { width: 640, height: 480 });
 * // { x: 0, y: 5, width: 49, height: 39 }
 */
export function cleanBox(
  box: Box,
  imageSize: Size,
  options: CleanBoxOptions = {},
): Box | undefined {
  const { area = box.width * box.height } = options;
  const left = Math.max(0, box.x);
  const top = Math.max(0, box.y);
  const right = Math.min(imageSize.width - 1, left + Math.max(0, box.width - 1));
  const bottom = Math.min(imageSize.height - 1, top + Math.max(0, box.height - 1));
  // Written so that NaN is dropped too.
  if (!(area > 0 && right >= left && bottom >= top)) return undefined;
  return { x: left, y: top, width: right - left, height: bottom - top };
}
