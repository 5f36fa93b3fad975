import { limbLines } from './limb-lines.js';
import { escapeHtml } from './page.js';

/** A pose drawn without a picture. */
export interface StickPose {
  /** [K*2] x, y in any unit, y down. */
  readonly keypoints: ArrayLike<number>;
  readonly limbs: readonly (readonly [number, number])[];
  /** [K]: keypoints to draw; all when absent. */
  readonly shown?: ArrayLike<number | boolean>;
  /** CSS colour of limbs, and of keypoints without their own. */
  readonly colour: string;
  /** [K]: CSS colours of the keypoints. */
  readonly colours?: readonly (string | undefined)[];
  /** In pixels of the picture. @default 2 */
  readonly lineWidth?: number;
  /** [K] or one for all, in pixels of the picture. @default 2.5 */
  readonly radius?: number | ArrayLike<number>;
  /** [K]: shown on hovering. */
  readonly names?: readonly string[];
  /** 0..1. @default 1 */
  readonly opacity?: number;
}

/** A line between two places, dashed, such as from a prediction to the truth. */
export interface StickLine {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly colour: string;
}

export interface Extent {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Poses drawn one over the other in a frame that shows the extent, as an SVG element; what is outside is cut off. */
export function stickFigure(
  poses: readonly StickPose[],
  extent: Extent,
  frame: { readonly width: number; readonly height: number; readonly label: string },
  lines: readonly StickLine[] = [],
): string {
  const scale = Math.min(
    frame.width / Math.max(extent.width, 1e-9),
    frame.height / Math.max(extent.height, 1e-9),
  );
  const left = extent.left - (frame.width / scale - extent.width) / 2;
  const top = extent.top - (frame.height / scale - extent.height) / 2;
  const place = (x: number, y: number): [string, string] => [
    ((x - left) * scale).toFixed(1),
    ((y - top) * scale).toFixed(1),
  ];
  const dashes = lines.map(({ from, to, colour }) => {
    const [[x1, y1], [x2, y2]] = [place(...from), place(...to)];
    return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" style="stroke:${escapeHtml(colour)};stroke-width:1;stroke-dasharray:2 2"/>`;
  });
  const drawn = poses.map((pose) => drawPose(pose, place)).join('');
  return `<svg class="stick" viewBox="0 0 ${frame.width} ${frame.height}" width="${frame.width}" height="${frame.height}" role="img" aria-label="${escapeHtml(frame.label)}">${dashes.join('')}${drawn}</svg>`;
}

function drawPose(
  {
    keypoints,
    limbs,
    shown,
    colour,
    colours,
    lineWidth = 2,
    radius = 2.5,
    names,
    opacity = 1,
  }: StickPose,
  place: (x: number, y: number) => [string, string],
): string {
  const visible = (k: number): boolean =>
    (!shown || Number(shown[k]) > 0) &&
    Number.isFinite(keypoints[2 * k]) &&
    Number.isFinite(keypoints[2 * k + 1]);
  const at = (k: number): [string, string] => place(keypoints[2 * k]!, keypoints[2 * k + 1]!);
  const dots = Array.from({ length: keypoints.length / 2 }, (_, k) => k)
    .filter(visible)
    .map((k) => {
      const size = typeof radius === 'number' ? radius : radius[k]!;
      const own = colours?.[k] ? ` style="fill:${escapeHtml(colours[k])}"` : '';
      const hover = names?.[k] ? `<title>${escapeHtml(names[k])}</title>` : '';
      return `<circle cx="${at(k)[0]}" cy="${at(k)[1]}" r="${size.toFixed(1)}"${own}>${hover}</circle>`;
    });
  const css = escapeHtml(colour);
  return `<g opacity="${opacity}"><g style="stroke:${css};stroke-width:${lineWidth};stroke-linecap:round">${limbLines(limbs, visible, at)}</g><g style="fill:${css}">${dots.join('')}</g></g>`;
}

/** The extent of some places with a margin of a fraction of the longer side, never empty. */
export function extentOf(places: readonly (readonly [number, number])[], margin = 0.12): Extent {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of places) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    [x0, y0] = [Math.min(x0, x), Math.min(y0, y)];
    [x1, y1] = [Math.max(x1, x), Math.max(y1, y)];
  }
  if (!(x1 >= x0)) return { left: 0, top: 0, width: 1, height: 1 };
  const side = Math.max(x1 - x0, y1 - y0, 1);
  const pad = side * margin;
  return { left: x0 - pad, top: y0 - pad, width: x1 - x0 + 2 * pad, height: y1 - y0 + 2 * pad };
}
