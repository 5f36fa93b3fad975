import { basename } from 'node:path';
import {
  type CocoKeypointFile,
  type CocoKeypointResult,
  evaluatePck,
  type PckEvaluation,
  type PckOptions,
} from '@pose-distill/metrics';
import { pckReport } from '@pose-distill/metrics/report';
import { skeletonFromKeypoints } from '@pose-distill/skeletons';
import { type Command, Option } from 'commander';
import { addFiles, addJson } from './eval-flags.js';
import { aboutFiles, checkForms, readAnnotations, readResults } from './eval-input.js';
import { printJson, printStats } from './eval-output.js';
import { sayReport, writePage } from './eval-report.js';
import { example } from './example.js';
import { parseNumber } from './parse.js';

interface PckFlags {
  readonly gt: string;
  readonly dt: string;
  readonly threshold: number;
  readonly by: 'torso' | 'box';
  readonly rules: 'pooled' | 'mmpose';
  readonly report?: string;
  readonly json?: boolean;
}

export function addEvalPck(evaluate: Command): void {
  const command = evaluate
    .command('pck')
    .description('PCK: keypoints within a fraction of the torso or of the box.');
  addFiles(command)
    .option(
      '--threshold <fraction>',
      'largest distance that counts, in units of the normaliser',
      parseNumber,
      0.2,
    )
    .addOption(
      new Option('--by <normaliser>', 'what a distance is divided by')
        .choices(['torso', 'box'])
        .default('torso'),
    )
    .addOption(
      new Option(
        '--rules <name>',
        'pooled: all labelled keypoints, <=; mmpose: mean over keypoints, strict <',
      )
        .choices(['pooled', 'mmpose'])
        .default('pooled'),
    )
    .option('--report <file>', 'also write an HTML page: keypoints, thresholds');
  addJson(command)
    .addHelpText(
      'after',
      example(
        'eval pck --gt person_keypoints_val.json --dt results.json --threshold 0.2 --by torso',
      ),
    )
    .action(async ({ gt, dt, threshold, by, rules, report, json }: PckFlags) => {
      await checkForms(gt, dt);
      const truth = await readAnnotations(gt);
      const results = await readResults(dt);
      const options = { threshold, by, rules };
      const evaluation = await aboutFiles({ gt, dt }, async () =>
        evaluatePck(truth, results, options),
      );
      if (report) {
        const notes = [`Annotations: ${basename(gt)}. Results: ${basename(dt)}.`];
        await writePage(report, draw(truth, results, evaluation, options, notes));
        sayReport(report);
      }
      if (json) {
        printJson({ PCK: evaluation.pck });
        return;
      }
      printStats({ [`PCK@${threshold} (${by})`]: evaluation.pck }, {}, 4);
      console.log(
        `${evaluation.people} people, ${evaluation.withoutResult} of them without a result`,
      );
      for (const { reason, count } of evaluation.leftOut) {
        console.log(`left out: ${count} (${reason})`);
      }
    });
}

const CURVE_THRESHOLDS = Array.from({ length: 20 }, (_, i) => (i + 1) / 40);

function draw(
  truth: CocoKeypointFile,
  results: readonly CocoKeypointResult[],
  evaluation: PckEvaluation,
  options: Required<Omit<PckOptions, 'skeleton'>>,
  notes: readonly string[],
): string {
  const { pck, perKeypoint, countedPerKeypoint, people, withoutResult, leftOut } = evaluation;
  const names = truth.categories.find(({ keypoints }) => keypoints)?.keypoints ?? [];
  const omitted = leftOut.map(({ reason, count }) => `${count} ${reason}`).join(', ');
  const counted = `${people} people, ${withoutResult} of them without a result; left out: ${omitted || 'nobody'}.`;
  return pckReport({
    stats: { [`PCK@${options.threshold}`]: pck === null ? null : 100 * pck },
    skeleton: skeletonFromKeypoints(names),
    perKeypoint,
    counted: countedPerKeypoint,
    title: `PCK by ${options.by} (${options.rules})`,
    notes: [...notes, counted],
    curve: {
      thresholds: CURVE_THRESHOLDS,
      shares: CURVE_THRESHOLDS.map(
        (threshold) => evaluatePck(truth, results, { ...options, threshold }).pck,
      ),
      unit: options.by,
    },
  });
}
