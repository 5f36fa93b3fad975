import { escapeHtml, htmlPage, htmlTable } from '@pose-distill/internal-sheets';
import { DatasetError } from '../../error.js';
import type { SampleProblem } from '../../examine/examine.js';
import type { PoseDataset } from '../../types.js';
import { captionOf } from './contact-sheet.js';
import { drawTile, tileFigure } from './tile.js';

/** Examples of one kind that are listed, and that are shown as pictures. */
const LISTED = 20;
const PICTURED = 8;

/** What was found in one split; pictures are shown where the data set could be opened. */
export interface CheckedSplit {
  readonly name: string;
  readonly problems: readonly SampleProblem[];
  readonly dataset?: PoseDataset;
}

/** Every kind of problem with its count, first examples and pictures of the people concerned, as one self-contained HTML page. */
export async function problemSheetHtml(
  title: string,
  splits: readonly CheckedSplit[],
): Promise<string> {
  const sections = [];
  for (const split of splits) sections.push(await splitSection(split));
  return htmlPage(title, sections.join(''));
}

async function splitSection({ name, problems, dataset }: CheckedSplit): Promise<string> {
  const kinds = groupProblems(problems);
  const people = dataset ? ` in ${dataset.samples.length} people to train on` : '';
  const head = `<h2>${escapeHtml(name)}: ${problems.length} problems${people}</h2>`;
  if (kinds.length === 0) return `${head}<p>Nothing was found.</p>`;
  const table = htmlTable(
    ['kind', 'severity', 'count'],
    kinds.map(({ code, severity, list }) => [code, severity, String(list.length)]),
  );
  const parts = [];
  for (const { code, list } of kinds) parts.push(await kindSection(code, list, dataset));
  return `${head}${table}${parts.join('')}`;
}

async function kindSection(
  code: string,
  list: readonly SampleProblem[],
  dataset: PoseDataset | undefined,
): Promise<string> {
  const rows = list
    .slice(0, LISTED)
    .map(({ path, message }) => `<li><b>${escapeHtml(path)}</b>: ${escapeHtml(message)}</li>`);
  if (list.length > LISTED) rows.push(`<li>and ${list.length - LISTED} more</li>`);
  return `<h3>${code} (${list.length})</h3>${await pictures(list, dataset)}<ul>${rows.join('')}</ul>`;
}

async function pictures(
  list: readonly SampleProblem[],
  dataset: PoseDataset | undefined,
): Promise<string> {
  if (!dataset) return '';
  const figures: string[] = [];
  for (const { sample } of list) {
    if (figures.length === PICTURED) break;
    if (!sample) continue;
    try {
      figures.push(tileFigure(await drawTile(dataset, sample), captionOf(sample)));
    } catch (error) {
      if (!(error instanceof DatasetError) || error.code === 'MISSING_PEER') throw error;
      // An unreadable picture is in the list of problems already.
    }
  }
  return `<div class="row">${figures.join('')}</div>`;
}

export interface ProblemKind {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly list: readonly SampleProblem[];
}

/** Problems by kind, errors first. */
export function groupProblems(problems: readonly SampleProblem[]): ProblemKind[] {
  const kinds = new Map<
    string,
    { code: string; severity: 'error' | 'warning'; list: SampleProblem[] }
  >();
  for (const problem of problems) {
    const { code, severity } = problem;
    const key = `${severity} ${code}`;
    const kind = kinds.get(key);
    if (kind) kind.list.push(problem);
    else kinds.set(key, { code, severity, list: [problem] });
  }
  return [...kinds.values()].sort(
    (a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'),
  );
}
