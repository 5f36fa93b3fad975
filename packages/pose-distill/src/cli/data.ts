import { checkFolder, writeFigures } from '@pose-distill/datasets/node';
import { type Command, Option } from 'commander';
import { example } from './eval.js';
import type { CommandContext } from './main.js';
import { parseCount, parseSeed } from './parse.js';

export function addData(program: Command, context: CommandContext): void {
  const data = program.command('data').description('Look at training data.');
  data
    .command('check')
    .description(
      'List every problem of a data folder at once; exit status 1 when there are errors.',
    )
    .argument('<source>', 'coco:DIR or synthetic')
    .addOption(new Option('--split <name>', 'only this split').choices(['train', 'val']))
    .option('--json', 'print the problems as JSON')
    .addHelpText('after', example('data check coco:./lsp'))
    .action(
      async (source: string, { split, json }: { split?: 'train' | 'val'; json?: boolean }) => {
        const splits = split ? [split] : (['train', 'val'] as const);
        const reports = [];
        for (const name of splits)
          reports.push({
            split: name,
            ...(await checkFolder(source, { split: name, images: 'pixels' })),
          });
        if (reports.some(({ problems }) => problems.some(({ severity }) => severity === 'error')))
          context.fail();
        if (json) console.log(JSON.stringify(reports));
        else for (const report of reports) console.log(describe(report));
      },
    );
  data
    .command('write')
    .description('Write synthetic figures as a COCO-form folder.')
    .requiredOption('--out <folder>', 'where to')
    .option('--train <count>', 'training figures', parseCount, 1000)
    .option('--val <count>', 'validation figures', parseCount, 200)
    .option('--seed <seed>', 'seed', parseSeed, 1)
    .addHelpText('after', example('data write --out ./figures --train 1000 --val 200'))
    .action(async ({ out, train, val, seed }) => {
      await writeFigures(out, { train, val, seed });
      console.log(
        `${train} training and ${val} validation figures are in ${out}; train on them with --data coco:${out}`,
      );
    });
}

type Report = { split: string } & Awaited<ReturnType<typeof checkFolder>>;

/** Counts by kind of problem with the first examples of each. */
function describe({ split, problems, sampleCount }: Report): string {
  const kinds = new Map<string, (typeof problems)[number][]>();
  for (const problem of problems)
    kinds.set(problem.code, [...(kinds.get(problem.code) ?? []), problem]);
  const lines = [`${split}: ${sampleCount} people to train on, ${problems.length} problems`];
  for (const [code, list] of kinds) {
    lines.push(`  ${list.length} x ${code} (${list[0]!.severity})`);
    for (const { path, message } of list.slice(0, 3)) lines.push(`    ${path}: ${message}`);
    if (list.length > 3) lines.push(`    and ${list.length - 3} more (--json lists all)`);
  }
  return lines.join('\n');
}
