import { readFile } from 'node:fs/promises';
import {
  aic14,
  coco17,
  crowdpose14,
  jhmdb15,
  lsp14,
  mpii16,
  type Skeleton,
  skeletonFromKeypoints,
} from '@pose-distill/skeletons';
import { type Command, Option } from 'commander';
import { PoseDistillError } from '../errors.js';
import { firstOf } from '../first-of.js';
import { checkpointNames } from '../model/checkpoint-names.js';
import { type ImportReport, importCheckpoint } from '../model/import-checkpoint.js';
import type { DecodeRule } from '../model/model.js';
import { buildNetwork, NETWORK_NAMES } from '../networks.js';
import { saveNewModel } from '../node/models.js';
import { example } from './example.js';
import { parseCount, parseNumber, parseSize } from './parse.js';

const SKELETONS = [coco17, mpii16, crowdpose14, lsp14, aic14, jhmdb15];
/** What a number of keypoints means when only one well-known data set has so many. */
const BY_COUNT = [coco17, mpii16];

interface ImportFlags {
  readonly from: string;
  readonly network: string;
  readonly keypoints?: number;
  readonly skeleton?: string;
  readonly input: { readonly height: number; readonly width: number };
  readonly out: string;
  readonly decode: 'quarter' | 'dark' | 'none' | 'integral';
  readonly beta: number;
  readonly partial?: boolean;
  readonly json?: boolean;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description(
      'Make a model folder of a PyTorch checkpoint: .pth, .pt or .safetensors, under the names of torchvision, timm, mmpose and others.',
    )
    .requiredOption('--from <file>', 'the checkpoint')
    .requiredOption('--network <name>', NETWORK_NAMES)
    .option(
      '--keypoints <count>',
      'number of keypoints (default 17, or the skeleton’s)',
      parseCount,
    )
    .addOption(
      new Option('--skeleton <name>', 'what the keypoints are').choices(
        SKELETONS.map(({ name }) => name),
      ),
    )
    .option('--input <HEIGHTxWIDTH>', 'input size', parseSize, { height: 256, width: 192 })
    .requiredOption('--out <folder>', 'the model folder to write; must not be there yet')
    .option('--partial', 'let the head start anew where the checkpoint has none that fits')
    .addOption(
      new Option('--decode <rule>', 'how the maps become keypoints')
        .choices(['quarter', 'dark', 'none', 'integral'])
        .default('quarter'),
    )
    .option(
      '--beta <number>',
      'with --decode integral: sharpness of the soft-argmax',
      parseNumber,
      10,
    )
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      example(
        'import --from pose_hrnet_w32_256x192.pth --network hrnet-w32 --keypoints 17 --input 256x192 --out models/hrnet',
      ),
    )
    .action(async (flags: ImportFlags) => {
      const { from, network: name, input: inputSize, out, partial = false } = flags;
      const skeleton = skeletonOf(flags);
      const keypoints = skeleton.keypoints.length;
      const network = buildNetwork(name, { inputSize, keypoints });
      const file = await readFile(from).catch((error: NodeJS.ErrnoException) => {
        throw new PoseDistillError('MISSING_FILE', `Cannot read ${from}: ${error.message}.`);
      });
      const { weights, report } = importCheckpoint(network, file, {
        ...checkpointNames(name),
        partial,
        place: from,
      });
      await saveNewModel(out, { network, weights, skeleton, decode: decodeRule(flags) });
      console.log(flags.json ? JSON.stringify(report) : `${describeReport(report)}\nModel: ${out}`);
    });
}

function skeletonOf({ keypoints, skeleton: name }: ImportFlags): Skeleton {
  const named = SKELETONS.find((skeleton) => skeleton.name === name);
  if (named && keypoints !== undefined && named.keypoints.length !== keypoints)
    throw new PoseDistillError(
      'BAD_OPTION',
      `${named.name} has ${named.keypoints.length} keypoints, not ${keypoints}; leave one of the two options out.`,
    );
  const count = keypoints ?? coco17.keypoints.length;
  return (
    named ??
    BY_COUNT.find((skeleton) => skeleton.keypoints.length === count) ??
    skeletonFromKeypoints(Array.from({ length: count }, (_, index) => `keypoint${index + 1}`))
  );
}

function decodeRule({ decode, beta }: ImportFlags): DecodeRule {
  return decode === 'integral' ? { kind: 'integral', beta } : { kind: 'heatmap', refine: decode };
}

/** The report in a few lines. */
function describeReport({ scheme, matched, unused, kept }: ImportReport): string {
  const numbers = matched.reduce(
    (sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1),
    0,
  );
  const lines = [
    `Taken: ${matched.length} tensors, ${numbers.toLocaleString('en')} numbers, by the names of ${scheme}.`,
  ];
  if (kept.length > 0)
    lines.push(`Not in the checkpoint, start anew: ${firstOf(kept)}. Train before use.`);
  if (unused.length > 0)
    lines.push(
      `Not needed: ${firstOf(unused.map(({ tensor, shape }) => `${tensor} [${shape}]`))}.`,
    );
  return lines.join('\n');
}
