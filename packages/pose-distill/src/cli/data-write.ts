import type { SyntheticSkeleton } from '@pose-distill/datasets';
import { openDataset, writeFigures, writeShards } from '@pose-distill/datasets/node';
import { type Command, Option } from 'commander';
import type { About } from './data.js';
import { example } from './example.js';
import { parseCount, parseNumber, parseSeed } from './parse.js';

interface WriteFlags {
  readonly out: string;
  readonly train: number;
  readonly val: number;
  readonly seed: number;
  readonly people?: number;
  readonly crowding?: number;
  readonly skeleton?: SyntheticSkeleton;
}

export function addWrite(data: Command): void {
  data
    .command('write')
    .description('Write synthetic figures as a COCO-form folder.')
    .requiredOption('--out <folder>', 'where to')
    .option('--train <count>', 'pictures for training', parseCount, 1000)
    .option('--val <count>', 'pictures for validation', parseCount, 200)
    .option('--seed <seed>', 'seed', parseSeed, 1)
    .option('--people <count>', 'people in a picture (default: one figure)', parseCount)
    .option('--crowding <share>', 'how close they stand, 0 to 1', parseNumber)
    .addOption(
      new Option('--skeleton <name>', 'whose keypoints are labelled (default coco17)').choices([
        'coco17',
        'mpii16',
        'crowdpose14',
        'lsp14',
        'aic14',
        'jhmdb15',
      ] satisfies SyntheticSkeleton[]),
    )
    .addHelpText('after', example('data write --out ./figures --train 1000 --val 200'))
    .action(async ({ out, ...options }: WriteFlags) => {
      await writeFigures(out, options);
      const { train, val } = options;
      console.log(
        `${train} pictures for training and ${val} for validation are in ${out}; train on them with --data coco:${out}`,
      );
    });
}

interface ShardFlags {
  readonly split?: 'train' | 'val';
  readonly out: string;
  readonly maxCount: number;
}

export function addShards(about: About): void {
  about('shards', 'Pack a split as tar archives in WebDataset form, to train from in sequence.')
    .requiredOption('--out <folder>', 'where to; it must hold no archives yet')
    .option('--max-count <pictures>', 'pictures in an archive', parseCount, 10_000)
    .addHelpText('after', example('data shards coco:./photos --split train --out ./shards'))
    .action(async (source: string, { split = 'train', out, maxCount }: ShardFlags) => {
      const dataset = await openDataset(source, { split });
      const { manifest } = await writeShards(dataset, out, { name: split, maxCount });
      console.log(
        `${manifest.samples} people are in ${manifest.shards.length} archives in ${out}; train on them with --shards ${out}`,
      );
    });
}
