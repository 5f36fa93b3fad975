import type { SummaryRow } from '../node/summary.js';
import { formatTable } from './table.js';

const number = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined ? '-' : value.toFixed(digits);

/** The comparison, one line a model. */
export function summaryTable(rows: readonly SummaryRow[]): string {
  return formatTable(
    ['', 'AP', 'PCK@0.2', 'parameters', 'MACs (M)', 'ms/image'],
    rows.map(({ name, AP, pck, parameters, macs, milliseconds }) => [
      name,
      number(AP, 1),
      number(pck, 1),
      parameters?.toLocaleString('en') ?? '-',
      number(macs === undefined ? undefined : macs / 1e6, 1),
      number(milliseconds, 1),
    ]),
  );
}
