import { escapeHtml } from './page.js';

/** One bar: from `from` to `to` of the axis, or several parts one after the other. */
export interface BarRow {
  readonly label: string;
  /** Parts of the bar; an empty list draws the track alone. */
  readonly parts: readonly BarPart[];
  /** Where the first part starts. @default 0 */
  readonly from?: number;
  /** Right of the bar. */
  readonly value: string;
  /** Behind the value, quieter. */
  readonly note?: string;
  /** Room above the row, in pixels. @default 0 */
  readonly space?: number;
}

export interface BarPart {
  readonly size: number;
  /** A CSS colour, `var(--x)` included. */
  readonly colour: string;
  /** Shown on hovering. */
  readonly name?: string;
}

export interface BarChartOptions {
  readonly title: string;
  readonly rows: readonly BarRow[];
  /** The axis goes from 0 to this. @default 1 */
  readonly max?: number;
  readonly width?: number;
  /** @default as the longest label needs */
  readonly labelWidth?: number;
  /** Room for value and note. @default as the longest needs */
  readonly valueWidth?: number;
}

const ROW = 24;
const BAR = 14;
const TOP = 34;
/** Width of a character of the 12 px font, on the safe side. */
const CHARACTER = 6.9;
const LONGEST = 28;

/** Horizontal bars with their values, as an SVG element. */
export function barChart(options: BarChartOptions): string {
  const { title, rows, max = 1, width = 500 } = options;
  const labelWidth =
    options.labelWidth ?? 18 + widest(rows.map(({ label }) => shorten(label))) * CHARACTER;
  const valueWidth =
    options.valueWidth ??
    14 + widest(rows.map(({ value, note }) => `${value} ${note ?? ''}`)) * CHARACTER;
  const room = Math.max(40, width - labelWidth - valueWidth);
  const place = (value: number): number =>
    labelWidth + (Math.min(max, Math.max(0, value)) / max) * room;
  let below = TOP;
  const drawn = rows.map(({ label, parts, from = 0, value, note, space = 0 }) => {
    const y = below + space;
    below = y + ROW;
    const middle = y + BAR / 2 + 4;
    let at = from;
    const bars = parts.map(({ size, colour, name }) => {
      const [start, end] = [place(Math.min(at, at + size)), place(Math.max(at, at + size))];
      at += size;
      if (!(end > start)) return '';
      const hover = name ? `<title>${escapeHtml(name)}</title>` : '';
      return `<rect x="${start.toFixed(1)}" y="${y}" width="${(end - start).toFixed(1)}" height="${BAR}" style="fill:${escapeHtml(colour)}">${hover}</rect>`;
    });
    const shown = shorten(label);
    const full = shown === label ? '' : `<title>${escapeHtml(label)}</title>`;
    const quiet = note ? ` <tspan class="note">${escapeHtml(note)}</tspan>` : '';
    return `<text class="label" x="${(labelWidth - 10).toFixed(1)}" y="${middle}" text-anchor="end">${escapeHtml(shown)}${full}</text><rect class="track" x="${labelWidth.toFixed(1)}" y="${y}" width="${room.toFixed(1)}" height="${BAR}"/>${bars.join('')}<text class="value" x="${(labelWidth + room + 8).toFixed(1)}" y="${middle}">${escapeHtml(value)}${quiet}</text>`;
  });
  const height = below + 6;
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}"><text class="title" x="0" y="16">${escapeHtml(title)}</text>${drawn.join('')}</svg>`;
}

/** Names beside their colours. */
export function colourKey(
  entries: readonly { readonly name: string; readonly colour: string }[],
): string {
  const items = entries.map(
    ({ name, colour }) =>
      `<span><i style="background:${escapeHtml(colour)}"></i>${escapeHtml(name)}</span>`,
  );
  return `<p class="key">${items.join('')}</p>`;
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

function shorten(label: string): string {
  return label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label;
}
