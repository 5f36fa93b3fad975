import { evaluateOks, type OksOptions, type OksSummary } from '@pose-distill/metrics';
import { evaluateOksFiles } from '@pose-distill/metrics/node';
import type { Command } from 'commander';
import { addFiles, addJson, addOksOptions, type OksFlags } from './eval-flags.js';
import {
  aboutFiles,
  checkForms,
  readAnnotations,
  readCategories,
  readOksOptions,
  readResults,
  sigmasOf,
} from './eval-input.js';
import { printJson, printStats } from './eval-output.js';
import { sayReport, writeOksReport } from './eval-report.js';
import { example } from './example.js';
import { parseCount } from './parse.js';

export function addEvalCoco(evaluate: Command): void {
  const command = evaluate
    .command('coco')
    .description('COCO keypoint AP and AR, as pycocotools computes them.');
  addFiles(command);
  addOksOptions(command, "COCO's for 17 keypoints, else by name");
  addJson(command)
    .option('--workers <count>', 'threads that read the results (not with --report)', parseCount, 1)
    .addHelpText(
      'after',
      example(
        'eval coco --gt person_keypoints_val2017.json --dt results.json --json',
        'eval coco --gt person_keypoints_val2017.json --dt results.json --report report.html',
      ),
    )
    .action(evaluateCoco);
}

interface CocoFlags extends OksFlags {
  readonly workers: number;
}

async function evaluateCoco(flags: CocoFlags): Promise<void> {
  const { gt, dt, report, json, workers } = flags;
  await checkForms(gt, dt);
  const given = await readOksOptions(flags);
  const { stats, reasons } = report
    ? await evaluateWithReport(flags, report, given)
    : await aboutFiles(flags, async () => {
        const categories = await readCategories(gt);
        const oksSigmas = given.oksSigmas ?? sigmasOf(categories);
        return evaluateOksFiles(gt, dt, { ...given, oksSigmas, workers });
      });
  if (json) printJson({ ...stats });
  else printStats({ ...stats }, reasons);
  if (report) sayReport(report);
}

/** The page shows people and results, so here both files are read whole. */
async function evaluateWithReport(
  flags: CocoFlags,
  report: string,
  given: OksOptions,
): Promise<OksSummary> {
  const { gt, dt } = flags;
  const groundTruth = await readAnnotations(gt);
  const results = await readResults(dt);
  const options = { ...given, oksSigmas: given.oksSigmas ?? sigmasOf(groundTruth.categories) };
  const { stats, reasons } = await aboutFiles(flags, async () =>
    evaluateOks(groundTruth, results, options),
  );
  await writeOksReport(report, {
    ...{ groundTruth, results, options, gt, dt, reasons },
    stats: { ...stats },
    title: 'COCO keypoint evaluation',
  });
  return { stats, reasons };
}
