import { escapeHtml } from './page.js';

export interface Series {
  readonly name: string;
  /** One of the palette, so that a name keeps its colour over several charts. Default: its place in the list. */
  readonly colour?: number;
  readonly points: readonly (readonly [number, number])[];
  /** A CSS colour instead of one of the palette. */
  readonly css?: string;
}

export interface ChartOptions {
  readonly title: string;
  readonly xLabel: string;
  readonly series: readonly Series[];
  /** Logarithmic y axis; points at or below zero are left out. */
  readonly logarithmic?: boolean;
  readonly width?: number;
  readonly height?: number;
  /** Ends of the axes instead of those of the data. */
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
  /** False leaves out the names under the chart. @default true */
  readonly legend?: boolean;
  /** Most points of a line that are drawn as dots too. @default 40 */
  readonly mostDots?: number;
}

const COLOURS = ['#2f6fde', '#e0662b', '#2a9d5c', '#a04bc9', '#c0392b', '#7a7f87'];
const MARGIN = { left: 58, right: 14, top: 30, bottom: 64 };

/** A line chart as an SVG element. */
export function lineChart(options: ChartOptions): string {
  const { title, xLabel, series, logarithmic = false, width = 500, height = 300 } = options;
  const kept = series.map(({ name, points, colour, css }, i) => ({
    name,
    colour: css ?? COLOURS[(colour ?? i) % COLOURS.length]!,
    points: points.filter(
      ([x, y]) => Number.isFinite(x) && Number.isFinite(y) && (!logarithmic || y > 0),
    ),
  }));
  const all = kept.flatMap(({ points }) => points);
  const scaleY = logarithmic ? Math.log10 : (y: number) => y;
  const [x0, x1] = options.xRange ?? extent(all.map(([x]) => x));
  const [y0, y1] = options.yRange ?? extent(all.map(([, y]) => scaleY(y)));
  const bottom = options.legend === false ? 28 : MARGIN.bottom;
  const plot = {
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - bottom,
  };
  const px = (x: number): number => MARGIN.left + ((x - x0) / (x1 - x0)) * plot.width;
  const py = (y: number): number => MARGIN.top + (1 - (scaleY(y) - y0) / (y1 - y0)) * plot.height;

  const rows = ticks(y0, y1, 5).map((t) => {
    const value = logarithmic ? 10 ** t : t;
    const y = py(value).toFixed(1);
    return `<line class="grid" x1="${MARGIN.left}" x2="${width - MARGIN.right}" y1="${y}" y2="${y}"/><text x="${MARGIN.left - 6}" y="${y}" dy="4" text-anchor="end">${short(value)}</text>`;
  });
  const columns = ticks(x0, x1, 6).map(
    (t) =>
      `<text x="${px(t).toFixed(1)}" y="${height - bottom + 16}" text-anchor="middle">${short(t)}</text>`,
  );
  const lines = kept.map(({ points, colour }) => {
    const places = points.map(([x, y]) => [px(x).toFixed(1), py(y).toFixed(1)]);
    const dots =
      points.length > (options.mostDots ?? 40)
        ? ''
        : places.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2.5" fill="${colour}"/>`).join('');
    const path = places.map((place) => place.join(',')).join(' ');
    return `<polyline fill="none" stroke="${colour}" stroke-width="1.8" points="${path}"/>${dots}`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}"><text class="title" x="${MARGIN.left}" y="18">${escapeHtml(title)}</text><text x="${width - MARGIN.right}" y="18" text-anchor="end">by ${escapeHtml(xLabel)}</text>${rows.join('')}${columns.join('')}${lines.join('')}${options.legend === false ? '' : legend(kept, width, height)}</svg>`;
}

/** Names and colours under the chart, two to a row. */
function legend(
  series: readonly { readonly name: string; readonly colour: string }[],
  width: number,
  height: number,
): string {
  const column = (width - MARGIN.left - MARGIN.right) / 2;
  return series
    .map(({ name, colour }, i) => {
      const x = MARGIN.left + (i % 2) * column;
      const y = height - MARGIN.bottom + 28 + 17 * Math.floor(i / 2);
      return `<rect x="${x}" y="${y}" width="10" height="10" fill="${colour}"/><text x="${x + 15}" y="${y + 9}">${escapeHtml(name)}</text>`;
    })
    .join('');
}

function extent(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  let low = values[0]!;
  let high = low;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

/** About `count` round numbers within [low, high]. */
function ticks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((candidate) => candidate >= raw)!;
  const list: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high * (1 + 1e-9); i++) list.push(i * step);
  return list;
}

function short(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(0);
  return String(Number(value.toPrecision(3)));
}
