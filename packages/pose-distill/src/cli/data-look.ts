import { DatasetError, type DatasetStatistics, describeDataset } from '@pose-distill/datasets';
import {
  checkFolder,
  contactSheetHtml,
  contactSheetPng,
  type FolderReport,
  groupProblems,
  openDataset,
  problemSheetHtml,
  statisticsRows,
  statisticsSheetHtml,
} from '@pose-distill/datasets/node';
import { Option } from 'commander';
import { PoseDistillError } from '../errors.js';
import { writeWhole } from '../node/directory-store.js';
import type { About } from './data.js';
import { example } from './example.js';
import type { CommandContext } from './main.js';
import { parseCount, parseSeed } from './parse.js';
import { formatTable } from './table.js';

type Split = 'train' | 'val';

interface CheckOptions {
  readonly split?: Split;
  readonly images: 'header' | 'pixels';
  readonly json?: boolean;
  readonly report?: string;
}

export function addCheck(about: About, context: CommandContext): void {
  about('check', 'List every problem of a data set at once; exit status 1 when there are errors.')
    .addOption(
      new Option('--images <how>', 'decode pictures whole, or read only their headers')
        .choices(['header', 'pixels'])
        .default('pixels'),
    )
    .option('--json', 'print the problems as JSON')
    .option('--report <file>', 'write an HTML page with pictures of the people concerned')
    .addHelpText('after', example('data check coco:./photos --report problems.html'))
    .action(async (source: string, { split, images, json, report }: CheckOptions) => {
      const reports = await overSplits(source, split, async (name) => ({
        split: name,
        ...(await checkFolder(source, { split: name, images })),
      }));
      if (reports.some(({ problems }) => problems.some(({ severity }) => severity === 'error')))
        context.fail();
      if (report) {
        const checked = reports.map((split) => ({ name: split.split, ...split }));
        await writeWhole(report, await problemSheetHtml(`Check of ${source}`, checked));
      }
      if (json) console.log(JSON.stringify(reports.map(withoutPeople)));
      else {
        for (const found of reports) console.log(describeProblems(found));
        if (report) console.log(`Pictures are in ${report}`);
      }
    });
}

interface StatsOptions {
  readonly split?: Split;
  readonly json?: boolean;
  readonly report?: string;
}

export function addStats(about: About): void {
  about('stats', 'Count what a data set holds.')
    .option('--json', 'print the statistics as JSON')
    .option('--report <file>', 'write an HTML page with charts')
    .addHelpText('after', example('data stats crowdpose:./crowdpose --split val'))
    .action(async (source: string, { split, json, report }: StatsOptions) => {
      const splits = await overSplits(source, split, async (name) => ({
        name,
        statistics: describeDataset(await openForLooking(source, name)),
      }));
      if (report) await writeWhole(report, statisticsSheetHtml(source, splits));
      if (json) console.log(JSON.stringify(splits));
      else for (const found of splits) console.log(describeStatistics(found));
    });
}

interface DrawOptions {
  readonly split?: Split;
  readonly out: string;
  readonly count: number;
  readonly seed: number;
}

export function addDraw(about: About): void {
  about('draw', 'Draw people with their annotations.')
    .requiredOption('--out <file>', 'sheet.html or sheet.png')
    .option('--count <people>', 'how many', parseCount, 48)
    .option('--seed <seed>', 'which ones', parseSeed, 1)
    .addHelpText('after', example('data draw mpii:./mpii --split val --out sheet.html'))
    .action(async (source: string, { split = 'train', out, count, seed }: DrawOptions) => {
      const draw = { '.html': contactSheetHtml, '.png': contactSheetPng }[
        /\.\w+$/.exec(out)?.[0] ?? ''
      ];
      if (!draw) {
        throw new PoseDistillError(
          'BAD_OPTION',
          `--out: expected FILE.html or FILE.png, got ${out}.`,
        );
      }
      const dataset = await openForLooking(source, split);
      await writeWhole(out, await draw(dataset, { count, seed }));
      const shown = Math.min(count, dataset.samples.length);
      console.log(`${shown} of ${dataset.samples.length} people are drawn in ${out}`);
    });
}

/** Annotations that can be used, with or without their pictures. */
function openForLooking(source: string, split: Split): ReturnType<typeof openDataset> {
  return openDataset(source, { split, onBadRecord: 'skip', onMissingImage: 'skip' });
}

/** Runs for one split, or for those that a data set has: at least one must be there. A single file has no splits. */
async function overSplits<T>(
  source: string,
  only: Split | undefined,
  run: (split: Split) => Promise<T>,
): Promise<T[]> {
  if (only) return [await run(only)];
  if (source.endsWith('.json')) return [await run('train')];
  const found: T[] = [];
  let absent: unknown;
  for (const split of ['train', 'val'] as const) {
    try {
      found.push(await run(split));
    } catch (error) {
      if (!(error instanceof DatasetError) || error.code !== 'NOT_FOUND') throw error;
      absent = error;
    }
  }
  if (found.length === 0) throw absent;
  return found;
}

type SplitReport = { readonly split: Split } & FolderReport;

function withoutPeople({ dataset: _, problems, ...report }: SplitReport): object {
  return { ...report, problems: problems.map(({ sample: __, ...problem }) => problem) };
}

/** Examples shown of each kind of problem. */
const SHOWN = 3;

/** Counts by kind of problem with the first examples of each. */
function describeProblems({ split, problems, sampleCount }: SplitReport): string {
  const lines = [`${split}: ${sampleCount} people to train on, ${problems.length} problems`];
  for (const { code, severity, list } of groupProblems(problems)) {
    lines.push(`  ${list.length} x ${code} (${severity})`);
    for (const { path, message } of list.slice(0, SHOWN)) lines.push(`    ${path}: ${message}`);
    if (list.length > SHOWN)
      lines.push(`    and ${list.length - SHOWN} more (--json lists all, --report shows pictures)`);
  }
  return lines.join('\n');
}

function describeStatistics({
  name,
  statistics,
}: {
  readonly name: string;
  readonly statistics: DatasetStatistics;
}): string {
  const { keypoints, sampleCount, skeleton } = statistics;
  const percent = (count: number, of: number): string =>
    of === 0 ? 'none' : `${((100 * count) / of).toFixed(1)} %`;
  const rows = keypoints.map((keypoint) => [
    keypoint.name,
    percent(keypoint.labelled, sampleCount),
    percent(keypoint.hidden, keypoint.labelled),
  ]);
  return [
    `${name} (${skeleton})`,
    formatTable(
      ['', ''],
      statisticsRows(statistics).map((row) => [...row]),
    ),
    '',
    formatTable(['keypoint', 'labelled', 'of these hidden'], rows),
    '',
  ].join('\n');
}
