import { type SummaryRow, summaryCells } from '../node/summary.js';
import { formatTable } from './table.js';

/** The comparison, one line a model. */
export function summaryTable(rows: readonly SummaryRow[]): string {
  const { head, body } = summaryCells(rows, '-');
  return formatTable(head, body);
}
