import { limbLines } from './limb-lines.js';
import { escapeHtml } from './page.js';

export interface DrawnPose {
  /** [K*2] pixels of the picture, integer coordinates at pixel centres. */
  readonly keypoints: ArrayLike<number>;
  readonly limbs: readonly (readonly [number, number])[];
  readonly colour: string;
  /** Keypoints to draw; all when absent. */
  readonly shown?: ArrayLike<number>;
}

/** A picture with poses over it, as an SVG element of the given scale. */
export function posePicture(
  href: string,
  size: { readonly width: number; readonly height: number },
  poses: readonly DrawnPose[],
  scale = 1.6,
): string {
  const drawn = poses.map(({ keypoints, limbs, colour, shown }) => {
    const at = (k: number): [string, string] => [
      (keypoints[2 * k]! + 0.5).toFixed(1),
      (keypoints[2 * k + 1]! + 0.5).toFixed(1),
    ];
    const visible = (k: number): boolean => !shown || shown[k]! > 0;
    const dots = Array.from({ length: keypoints.length / 2 }, (_, k) => k)
      .filter(visible)
      .map((k) => `<circle cx="${at(k)[0]}" cy="${at(k)[1]}" r="1.6"/>`);
    return `<g stroke="${colour}" fill="${colour}" stroke-width="1.2" stroke-linecap="round">${limbLines(limbs, visible, at)}${dots.join('')}</g>`;
  });
  const { width, height } = size;
  return `<svg viewBox="0 0 ${width} ${height}" width="${Math.round(width * scale)}"><image href="${escapeHtml(href)}" width="${width}" height="${height}"/>${drawn.join('')}</svg>`;
}
