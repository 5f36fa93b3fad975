import type { Box } from '@pose-distill/heatmap-decode';

/** MPII measures people in units of this many pixels. */
const UNIT = 200;
/** HRNet moves the centre down by this share of the scale, so that ankles are not cut off. */
const DOWN = 15;
/** What HRNet enlarges the scale by, and what crops are padded by here. */
const PADDING = 1.25;

/**
 * The box and HRNet's scale of a person given by MPII's centre and scale; `base` is what the file calls the first pixel.
 *
 * HRNet: centre down by 15 s, s times 1.25, side of the crop 200 s, only for a centre that is known (not -1). The box is
 * that crop without the 1.25, which is the default padding of crops here.
 */
export function boxFromScale(
  centre: readonly [number, number],
  scale: number,
  base: 0 | 1,
): { readonly box: Box; readonly scale: number } | undefined {
  if (centre[0] === -1 || !(scale > 0)) return undefined;
  const side = UNIT * scale;
  const [x, y] = [centre[0] - base, centre[1] + DOWN * scale - base];
  const box = { x: x - side / 2, y: y - side / 2, width: side, height: side };
  return { box, scale: scale * PADDING };
}
