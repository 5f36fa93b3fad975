import { readFile } from 'node:fs/promises';
import {
  type CocoKeypointFile,
  type CocoKeypointResult,
  evaluateOks,
  evaluatePck,
} from '@pose-distill/metrics';
import { coco17, skeletonFromKeypoints } from '@pose-distill/skeletons';
import { type Command, Option } from 'commander';
import { PoseDistillError } from '../errors.js';
import { parseNumber } from './parse.js';
import { formatTable } from './table.js';

interface Files {
  readonly gt: string;
  readonly dt: string;
  readonly json?: boolean;
}

export function addEval(program: Command): void {
  const evaluate = program.command('eval').description('Score results against annotations.');
  const withFiles = (name: string, what: string): Command =>
    evaluate
      .command(name)
      .description(what)
      .requiredOption('--gt <file>', 'COCO-form annotations')
      .requiredOption(
        '--dt <file>',
        'results: a JSON list of {image_id, category_id, keypoints, score}',
      )
      .option('--json', 'print {"stats": ...} at full precision');

  withFiles('coco', 'COCO keypoint AP and AR, as pycocotools computes them.')
    .option(
      '--sigmas <file>',
      "JSON list of OKS sigmas, one a keypoint (default: COCO's for 17 keypoints, else by name)",
    )
    .addHelpText(
      'after',
      example('eval coco --gt person_keypoints_val.json --dt results.json --json'),
    )
    .action(async ({ gt, dt, json, sigmas }: Files & { sigmas?: string }) => {
      const truth = await readJson<CocoKeypointFile>(gt);
      const oksSigmas = sigmas ? await readJson<number[]>(sigmas) : sigmasOf(truth);
      const { stats } = evaluateOks(truth, await readJson<CocoKeypointResult[]>(dt), { oksSigmas });
      print(json, stats, stats);
    });

  withFiles('pck', 'PCK: keypoints within a fraction of the torso or of the box.')
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
    .addHelpText(
      'after',
      example(
        'eval pck --gt person_keypoints_val.json --dt results.json --threshold 0.2 --by torso',
      ),
    )
    .action(async ({ gt, dt, json, threshold, by, rules }: Files & PckOptions) => {
      const truth = await readJson<CocoKeypointFile>(gt);
      const evaluation = evaluatePck(truth, await readJson<CocoKeypointResult[]>(dt), {
        threshold,
        by,
        rules,
      });
      print(
        json,
        { PCK: evaluation.pck },
        { [`PCK@${threshold} (${by})`]: evaluation.pck, ...evaluation },
      );
    });
}

interface PckOptions {
  readonly threshold: number;
  readonly by: 'torso' | 'box';
  readonly rules: 'pooled' | 'mmpose';
}

/** COCO's sigmas for 17 keypoints whatever they are called, as pycocotools does; for other counts by the keypoints' names. */
function sigmasOf(truth: CocoKeypointFile): readonly number[] {
  const names = truth.categories?.[0]?.keypoints ?? coco17.keypoints;
  return (names.length === 17 ? coco17 : skeletonFromKeypoints(names)).oksSigmas;
}

function print(json: boolean | undefined, stats: object, shown: object): void {
  if (json) console.log(JSON.stringify({ stats }));
  else
    console.log(
      formatTable(
        ['', ''],
        Object.entries(shown)
          .filter(([, value]) => value === null || typeof value === 'number')
          .map(([name, value]) => [name, value === null ? 'no data' : String(value)]),
      ),
    );
}

async function readJson<T>(file: string): Promise<T> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new PoseDistillError(
      'MISSING_FILE',
      `Cannot read ${file}: ${(error as Error).message}. Check the path.`,
    );
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new PoseDistillError(
      'BAD_FILE',
      `${file} is not JSON: ${(error as Error).message}. It may be cut short; write it again.`,
    );
  }
}

export function example(command: string): string {
  return `\nExample:\n  pose-distill ${command}`;
}
