import { evaluatePck } from '@pose-distill/metrics';
import { type Command, Option } from 'commander';
import { addFiles, addJson } from './eval-flags.js';
import { checkForms, readAnnotations, readResults } from './eval-input.js';
import { printJson, printStats } from './eval-output.js';
import { example } from './example.js';
import { parseNumber } from './parse.js';

interface PckFlags {
  readonly gt: string;
  readonly dt: string;
  readonly threshold: number;
  readonly by: 'torso' | 'box';
  readonly rules: 'pooled' | 'mmpose';
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
    );
  addJson(command)
    .addHelpText(
      'after',
      example(
        'eval pck --gt person_keypoints_val.json --dt results.json --threshold 0.2 --by torso',
      ),
    )
    .action(async ({ gt, dt, threshold, by, rules, json }: PckFlags) => {
      await checkForms(gt, dt);
      const truth = await readAnnotations(gt);
      const options = { threshold, by, rules };
      const evaluation = evaluatePck(truth, await readResults(dt), options);
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
