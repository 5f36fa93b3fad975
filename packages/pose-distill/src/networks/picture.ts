import { escapeHtml } from '@pose-distill/internal-sheets';
import type { Network } from '@pose-distill/network';
import { PoseDistillError } from '../errors.js';
import { drawableRows, type Stage } from './stages.js';

export interface NetworkPictureOptions {
  readonly title: string;
  /** Rows in a column before the next column begins. @param rows default 14 */
  readonly rows?: number;
}

const BOX = { width: 206, height: 40 };
const ROOM = { across: 18, down: 16, column: 44 };
const MARGIN = 14;
const TITLE = 26;

const STYLE = `text{font:12px system-ui,sans-serif;fill:#1d2530}.t{font-weight:600;font-size:14px}.n{font-weight:600}.q{fill:#5b6675;font-size:11px}rect{stroke:#b8c2cf}path{fill:none;stroke:#7b8798;stroke-width:1.3}.s{stroke-dasharray:4 3}.m{fill:#2f6fde;stroke:none}`;
/** Boxes of one first part of the path have one colour. */
const COLOURS = ['#eef4ff', '#fff4e3', '#e8f7ee', '#f6ecfb', '#f1f3f6'];

interface Place {
  readonly stage: Stage;
  readonly x: number;
  readonly y: number;
  readonly column: number;
  /** Where its column begins. */
  readonly left: number;
}

/**
 * A network as an SVG picture: its stages as boxes with shape, parameters and a bar for their share of the operations, and
 * lines for the maps that go between them. Reads downwards, then the next column.
 *
 * @throws PoseDistillError BAD_MODEL when parts of its paths need each other, so that they have no order
 */
export function networkPicture(network: Network, options: NetworkPictureOptions): string {
  const { title, rows: perColumn = 14 } = options;
  const rows = drawableRows(network);
  if (!rows)
    throw new PoseDistillError(
      'BAD_MODEL',
      'The nodes of this network are named such that its stages have no order; names that begin alike should stand together.',
    );
  const { places, width, height } = layOut(rows, perColumn);
  const byPath = new Map(places.map((place) => [place.stage.path, place]));
  const most = Math.max(1, ...places.map(({ stage }) => stage.macs));
  const firsts = [...new Set(places.map(({ stage }) => firstPart(stage)))];
  const lines = places.flatMap((to) =>
    to.stage.inputs.map((input) => line(byPath.get(input)!, to)),
  );
  const boxes = places.map((place) => {
    const colour = COLOURS[firsts.indexOf(firstPart(place.stage)) % COLOURS.length]!;
    return box(place, colour, place.stage.macs / most);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(title)}"><style>${STYLE}</style><rect width="100%" height="100%" style="fill:#fff;stroke:none"/><text class="t" x="${MARGIN}" y="20">${escapeHtml(title)}</text>
${[...lines, ...boxes].join('\n')}
</svg>
`;
}

function layOut(
  rows: readonly (readonly Stage[])[],
  perColumn: number,
): { readonly places: Place[]; readonly width: number; readonly height: number } {
  const columns = Array.from({ length: Math.ceil(rows.length / perColumn) }, (_, column) =>
    rows.slice(column * perColumn, (column + 1) * perColumn),
  );
  const across = BOX.width + ROOM.across;
  let left = MARGIN;
  const places = columns.flatMap((column, index) => {
    const widest = Math.max(...column.map((row) => row.length));
    const start = left;
    const middle = left + (widest * across - ROOM.across) / 2;
    left += widest * across - ROOM.across + ROOM.column;
    return column.flatMap((row, down) =>
      row.map((stage, position) => ({
        stage,
        x: middle + (position - row.length / 2) * across + ROOM.across / 2,
        y: TITLE + MARGIN + down * (BOX.height + ROOM.down),
        column: index,
        left: start,
      })),
    );
  });
  const tallest = Math.min(perColumn, rows.length);
  return {
    places,
    width: left - ROOM.column + MARGIN + ROOM.across,
    height: TITLE + 2 * MARGIN + tallest * (BOX.height + ROOM.down) - ROOM.down,
  };
}

function box({ stage, x, y }: Place, colour: string, share: number): string {
  const { path, shape, parameters } = stage;
  const size = shape.length === 3 ? `${shape[0]}×${shape[1]}×${shape[2]}` : shape.join('×');
  const numbers = parameters > 0 ? `${size} · ${short(parameters)}` : size;
  const bar = Math.round(share * (BOX.width - 2));
  const hover = `${path}: [${shape}], ${parameters} parameters, ${stage.macs} multiply-accumulates`;
  return `<g><title>${escapeHtml(hover)}</title><rect x="${at(x)}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="5" style="fill:${colour}"/>${bar > 0 ? `<rect class="m" x="${at(x + 1)}" y="${y + BOX.height - 4}" width="${bar}" height="3"/>` : ''}<text class="n" x="${at(x + 9)}" y="${y + 16}">${escapeHtml(fitted(path))}</text><text class="q" x="${at(x + 9)}" y="${y + 31}">${numbers}</text></g>`;
}

/** Straight down to the next row, around the boxes between for a longer way, across to another column. */
function line(from: Place, to: Place): string {
  const [x1, y1] = [from.x + BOX.width / 2, from.y + BOX.height];
  const [x2, y2] = [to.x + BOX.width / 2, to.y];
  if (from.column !== to.column) {
    const right = from.x + BOX.width;
    const [ya, yb] = [from.y + BOX.height / 2, to.y + BOX.height / 2];
    const between = to.left - ROOM.column / 2;
    return `<path d="M${at(right)} ${ya}H${at(between)}V${yb}H${at(to.x)}"/>`;
  }
  const next = to.y - from.y <= BOX.height + ROOM.down;
  if (next)
    return `<path d="M${at(x1)} ${y1}C${at(x1)} ${y1 + ROOM.down / 2} ${at(x2)} ${y2 - ROOM.down / 2} ${at(x2)} ${y2}"/>`;
  const [right1, right2] = [from.x + BOX.width, to.x + BOX.width];
  const bend = Math.max(right1, right2) + ROOM.across - 2;
  const [ya, yb] = [from.y + BOX.height / 2, to.y + BOX.height / 2];
  return `<path class="s" d="M${at(right1)} ${ya}C${at(bend)} ${ya} ${at(bend)} ${yb} ${at(right2)} ${yb}"/>`;
}

const firstPart = ({ path }: Stage): string => path.split('.')[0]!;

const at = (value: number): string => String(Math.round(value * 10) / 10);

/** The end of a path says more than its beginning. */
function fitted(path: string): string {
  const room = 26;
  return path.length > room ? `…${path.slice(1 - room)}` : path;
}

function short(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(2)} M`;
  return count >= 1e3 ? `${(count / 1e3).toFixed(1)} k` : String(count);
}
