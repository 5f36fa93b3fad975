import { basename } from 'node:path';
import { evaluatePckh, type PckhEvaluation, type PckhRules } from '@pose-distill/metrics';
import { readMpiiGroundTruth, readPredictions } from '@pose-distill/metrics/read';
import { pckReport } from '@pose-distill/metrics/report';
import { mpii16 } from '@pose-distill/skeletons';
import { type Command, Option } from 'commander';
import { addJson } from './eval-flags.js';
import { aboutFiles, readBytes } from './eval-input.js';
import { printJson, printStats } from './eval-output.js';
import { sayReport, writePage } from './eval-report.js';
import { example } from './example.js';
import { parseNumber } from './parse.js';

interface MpiiFlags {
  readonly gt: string;
  readonly dt: string;
  readonly rules: PckhRules;
  readonly base: '0' | '1';
  readonly threshold: number;
  readonly report?: string;
  readonly json?: boolean;
}

export function addEvalMpii(evaluate: Command): void {
  const command = evaluate
    .command('mpii')
    .description('PCKh on the validation list of MPII, in percent.')
    .requiredOption('--gt <file>', "annotations: HRNet's gt_valid.mat, or its fields as JSON")
    .requiredOption('--dt <file>', 'predictions [N][16][2]: JSON, .npy, or a .mat with preds')
    .addOption(
      new Option(
        '--rules <name>',
        'hrnet: distances up to the threshold, mmpose: below it, in single precision',
      )
        .choices(['hrnet', 'mmpose'])
        .default('hrnet'),
    )
    .addOption(
      new Option('--base <number>', "the first pixel's number in the predictions")
        .choices(['0', '1'])
        .default('0'),
    )
    .option('--threshold <fraction>', 'in head sizes', parseNumber, 0.5)
    .option('--report <file>', 'also write an HTML page: keypoints, thresholds');
  addJson(command)
    .addHelpText(
      'after',
      example('eval mpii --gt gt_valid.mat --dt preds.npy --base 1 --rules hrnet --json'),
    )
    .action(async ({ gt, dt, rules, base, threshold, report, json }: MpiiFlags) => {
      const truth = await readBytes(gt).then((bytes) => fromFile(gt, readMpiiGroundTruth(bytes)));
      const predictions = await readBytes(dt).then((bytes) => fromFile(dt, readPredictions(bytes)));
      const options = { rules, base: base === '1' ? 1 : 0, threshold } as const;
      const evaluation = await aboutFiles({ gt, dt }, async () =>
        evaluatePckh(truth, predictions, options),
      );
      if (report) await writePage(report, draw(evaluation, { gt, dt, rules }));
      if (json) printJson(evaluation.stats);
      else {
        printStats(evaluation.stats, evaluation.reasons);
        console.log(`${evaluation.people} people; percent`);
      }
      if (report) sayReport(report);
    });
}

function draw(
  { stats, reasons, perKeypoint, annotated, curve, people }: PckhEvaluation,
  { gt, dt, rules }: Pick<MpiiFlags, 'gt' | 'dt' | 'rules'>,
): string {
  const share = (value: number | null): number | null => (value === null ? null : value / 100);
  return pckReport({
    ...{ stats, reasons, skeleton: mpii16, counted: annotated },
    title: `MPII evaluation: PCKh (${rules})`,
    notes: [
      `Annotations: ${basename(gt)}. Predictions: ${basename(dt)}. ${people.toLocaleString('en')} people.`,
    ],
    perKeypoint: perKeypoint.map(share),
    curve: { thresholds: curve.thresholds, shares: curve.means.map(share), unit: 'head size' },
  });
}

/** Says which file an error is about. */
async function fromFile<T>(file: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error) error.message = `${file}: ${error.message}`;
    throw error;
  }
}
