import type { Sides } from '@pose-distill/network';

/** tfjs's form of padding per side for channels-last maps. */
export type TfjsPadding = 'valid' | [[0, 0], [number, number], [number, number], [0, 0]];

/** Padding inside the kernel, so that no padded copy of the map is made. */
export function tfjsPadding({ top, bottom, left, right }: Sides): TfjsPadding {
  if (top === 0 && bottom === 0 && left === 0 && right === 0) return 'valid';
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}
