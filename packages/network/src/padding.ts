import { NetworkError } from './error.js';
import type { Sides, Size } from './types.js';

/**
 * How an author may say padding: one number for all sides, per side, or `'same'` in TensorFlow's sense (output size is
 * `ceil(input / stride)`; the odd pixel goes to the bottom and right). It is stored per side.
 */
export type Padding = number | Sides | 'same';

/** A size from one number or both. */
export function sizeFrom(size: number | Size): Size {
  return typeof size === 'number'
    ? { width: size, height: size }
    : { width: size.width, height: size.height };
}

/** Padding per side for a window over a map of the given size. */
export function sidesFrom(
  padding: Padding,
  input: Size,
  kernel: Size,
  strides: Size,
  dilations: Size = { width: 1, height: 1 },
): Sides {
  if (typeof padding === 'number')
    return { top: padding, bottom: padding, left: padding, right: padding };
  if (padding !== 'same') {
    const { top, bottom, left, right } = padding;
    return { top, bottom, left, right };
  }
  const total = (length: number, window: number, stride: number, dilation: number): number =>
    Math.max(0, (Math.ceil(length / stride) - 1) * stride + (window - 1) * dilation + 1 - length);
  const vertical = total(input.height, kernel.height, strides.height, dilations.height);
  const horizontal = total(input.width, kernel.width, strides.width, dilations.width);
  const top = Math.floor(vertical / 2);
  const left = Math.floor(horizontal / 2);
  return { top, bottom: vertical - top, left, right: horizontal - left };
}

/** Number of window positions, rounded down; or up, as far as windows begin before the padding behind the map. */
export function windowCount(
  length: number,
  before: number,
  after: number,
  window: number,
  stride: number,
  dilation = 1,
  ceilMode = false,
): number {
  const steps = (length + before + after - (window - 1) * dilation - 1) / stride;
  if (!ceilMode) return Math.floor(steps) + 1;
  const count = Math.ceil(steps) + 1;
  return (count - 1) * stride >= length + before ? count - 1 : count;
}

/** Size of the map behind a window operation. */
export function windowedSize(
  input: Size,
  {
    kernel,
    strides,
    padding,
    dilations,
    ceilMode,
  }: {
    readonly kernel: Size;
    readonly strides: Size;
    readonly padding: Sides;
    readonly dilations?: Size;
    readonly ceilMode?: boolean;
  },
  where: string,
): Size {
  const height = windowCount(
    input.height,
    padding.top,
    padding.bottom,
    kernel.height,
    strides.height,
    dilations?.height,
    ceilMode,
  );
  const width = windowCount(
    input.width,
    padding.left,
    padding.right,
    kernel.width,
    strides.width,
    dilations?.width,
    ceilMode,
  );
  if (height < 1 || width < 1)
    throw new NetworkError(
      'SHAPE_MISMATCH',
      `${where}: a ${kernel.height}x${kernel.width} window does not fit the ${input.height}x${input.width} input; use a larger input or more padding`,
      { input, kernel, padding },
    );
  return { width, height };
}
