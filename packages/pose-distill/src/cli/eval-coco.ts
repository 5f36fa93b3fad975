import { evaluateOks } from '@pose-distill/metrics';
import type { Command } from 'commander';
import { addFiles, addJson, addOksOptions, type OksFlags } from './eval-flags.js';
import {
  checkForms,
  readAnnotations,
  readOksOptions,
  readResults,
  sigmasOf,
} from './eval-input.js';
import { printJson, printStats } from './eval-output.js';
import { sayReport, writeOksReport } from './eval-report.js';
import { example } from './example.js';

export function addEvalCoco(evaluate: Command): void {
  const command = evaluate
    .command('coco')
    .description('COCO keypoint AP and AR, as pycocotools computes them.');
  addFiles(command);
  addOksOptions(command, "COCO's for 17 keypoints, else by name");
  addJson(command)
    .addHelpText(
      'after',
      example(
        'eval coco --gt person_keypoints_val2017.json --dt results.json --json',
        'eval coco --gt person_keypoints_val2017.json --dt results.json --report report.html',
      ),
    )
    .action(evaluateCoco);
}

async function evaluateCoco(flags: OksFlags): Promise<void> {
  const { gt, dt, report, json } = flags;
  await checkForms(gt, dt);
  const given = await readOksOptions(flags);
  const groundTruth = await readAnnotations(gt);
  const results = await readResults(dt);
  const options = { ...given, oksSigmas: given.oksSigmas ?? sigmasOf(groundTruth.categories) };
  const evaluation = evaluateOks(groundTruth, results, options);
  const [stats, reasons] = [{ ...evaluation.stats }, evaluation.reasons];
  const title = 'COCO keypoint evaluation';
  if (report) {
    await writeOksReport(report, { groundTruth, results, options, title, gt, dt, stats, reasons });
  }
  if (json) printJson(stats);
  else printStats(stats, reasons);
  if (report) sayReport(report);
}
