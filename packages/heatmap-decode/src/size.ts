import { requireInteger, requireRange } from './error.js';

/** Width and height; pixels of the space that the name says. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle in image pixels: `x`, `y` is its top left corner, as in COCO files. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How two grids of pixels lie over each other: by size (`classic`, in/out) or by pixel centres (`udp`, (in-1)/(out-1)). */
export type Convention = 'classic' | 'udp';

/**
 * Widens the short side of `size` until it has the aspect ratio of `target`.
 *
 * @example
 * fixAspect({ width: 60, height: 200 }, { width: 192, height: 256 }); // { width: 150, height: 200 }
 */
export function fixAspect(size: Size, target: Size): Size {
  const aspect = target.width / target.height;
  return size.width > size.height * aspect
    ? { width: size.width, height: size.width / aspect }
    : { width: size.height * aspect, height: size.height };
}

/** Throws OUT_OF_RANGE unless width and height are whole numbers of at least one pixel. */
export function requirePixelSize(name: string, size: Size): void {
  requireInteger(`${name}.width`, size.width);
  requireInteger(`${name}.height`, size.height);
}

/** Throws OUT_OF_RANGE unless width and height are finite and greater than zero. */
export function requirePositiveSize(name: string, size: Size): void {
  const holds = size.width > 0 && size.height > 0 && Number.isFinite(size.width + size.height);
  requireRange(
    holds,
    name,
    'finite and larger than 0 on both sides',
    `${size.width}x${size.height}`,
  );
}
