import { canonicalKeypointName, type Skeleton } from '@pose-distill/skeletons';
import type { PoseSample } from '../../types.js';

/** The person's own left blue, right orange, as most pose tools draw them. */
const COLOURS = { left: '#2f7df6', right: '#ff7a1a', middle: '#3fd27a' } as const;

type Side = keyof typeof COLOURS;

/** Maps picture pixels to pixels of a tile. */
export interface TileScale {
  readonly x: number;
  readonly y: number;
  readonly factor: number;
}

/**
 * A person's keypoints, limbs and box as SVG elements in pixels of a tile. Hidden keypoints are hollow; what joins left and right is
 * in the middle's colour.
 */
export function personOverlay(
  { keypoints, visibility, box }: PoseSample,
  skeleton: Skeleton,
  { x: left, y: top, factor }: TileScale,
): string {
  const place = (k: number): [string, string] => [
    ((keypoints[2 * k]! + 0.5 - left) * factor).toFixed(1),
    ((keypoints[2 * k + 1]! + 0.5 - top) * factor).toFixed(1),
  ];
  const sides = skeleton.keypoints.map(sideOf);
  const limbs = skeleton.limbs
    .filter(([a, b]) => visibility[a]! > 0 && visibility[b]! > 0)
    .map(([a, b]) => {
      const colour = COLOURS[sides[a] === sides[b] ? sides[a]! : 'middle'];
      const [[x1, y1], [x2, y2]] = [place(a), place(b)];
      return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}"/>`;
    });
  const dots = sides.map((side, k) => {
    if (visibility[k] === 0) return '';
    const [x, y] = place(k);
    const fill = visibility[k] === 1 ? 'none' : COLOURS[side];
    return `<circle cx="${x}" cy="${y}" r="2.6" fill="${fill}" stroke="${COLOURS[side]}"/>`;
  });
  const frame =
    `<rect x="${((box.x - left) * factor).toFixed(1)}" y="${((box.y - top) * factor).toFixed(1)}" ` +
    `width="${(box.width * factor).toFixed(1)}" height="${(box.height * factor).toFixed(1)}" ` +
    'fill="none" stroke="#fff" stroke-opacity=".7" stroke-dasharray="4 3" stroke-width="1"/>';
  return `<g stroke-width="2" stroke-linecap="round">${frame}${limbs.join('')}${dots.join('')}</g>`;
}

function sideOf(name: string): Side {
  const canonical = canonicalKeypointName(name);
  if (canonical.startsWith('left_')) return 'left';
  return canonical.startsWith('right_') ? 'right' : 'middle';
}
