import { type Command, Option } from 'commander';
import type { CacheCodec } from '../cache/codec.js';
import { PoseDistillError } from '../errors.js';
import { type CacheEvent, writeTeacherCache } from '../node/write-teacher-cache.js';
import { example } from './example.js';
import { interruptible } from './interrupt.js';
import type { CommandContext } from './main.js';
import { parseCount, parseDataName, parseShareName } from './parse.js';

interface CacheFlags {
  readonly teacher: string;
  readonly data: string;
  readonly split: 'train' | 'val';
  readonly codec: CacheCodec['kind'];
  readonly top?: number;
  readonly outputs?: readonly string[];
  readonly shard?: string;
  readonly batchSize?: number;
  readonly out: string;
}

export function addCache(program: Command, context: CommandContext): void {
  program
    .command('cache')
    .description(
      'Run a teacher once over a data set and keep its maps, for train --teacher cache:DIR. Run again: only missing parts are made.',
    )
    .requiredOption('--teacher <folder>', 'a finished run or model folder')
    .requiredOption('--data <source>', 'synthetic, coco:DIR or another data set', parseDataName)
    .addOption(
      new Option('--split <name>', 'whose samples').choices(['train', 'val']).default('train'),
    )
    .addOption(
      new Option('--codec <name>', 'every pixel, or the largest of each map only')
        .choices(['float16', 'topk'])
        .default('float16'),
    )
    .option('--top <count>', 'with --codec topk: values kept of each map (default 32)', parseCount)
    .option(
      '--outputs <names>',
      "which of the teacher's maps, with commas between (default heatmaps)",
      (text: string) => text.split(','),
    )
    .option('--shard <i/n>', 'make every n-th part only, counted from 0', parseShareName)
    .option('--batch-size <count>', 'people the teacher sees at once (default 32)', parseCount)
    .requiredOption('--out <folder>', "the cache's folder")
    .addHelpText(
      'after',
      example(
        'cache --teacher runs/teacher --data coco:./photos --out runs/cache',
        'train --teacher cache:runs/cache --data coco:./photos --out runs/student',
      ),
    )
    .action(
      async ({ teacher, data, split, outputs, shard, batchSize, out, ...flags }: CacheFlags) => {
        const progress = createCacheProgress(process.stderr);
        const done = await interruptible(
          (signal) =>
            writeTeacherCache({
              ...{ teacher, source: data, split, directory: out, codec: codecOf(flags), signal },
              ...(outputs && { outputs }),
              ...(shard && { shard }),
              ...(batchSize && { batchSize }),
              log: progress.event,
            }),
          () => progress.say('Stopping after this batch; press Ctrl-C again to stop at once.'),
        ).finally(progress.end);
        const { written, there, parts, bytesPerSample, interrupted } = done;
        if (interrupted) {
          console.error(
            `Stopped. ${there + written} whole parts are in ${out}; run the same command again to go on.`,
          );
          context.fail();
          return;
        }
        const kilobytes = Math.ceil(bytesPerSample / 1000);
        console.log(
          `Cache: ${out}, ${written} parts written, ${there} already there, ${parts} in all; ${kilobytes} kB a person`,
        );
      },
    );
}

function codecOf({ codec, top }: Pick<CacheFlags, 'codec' | 'top'>): CacheCodec {
  if (codec === 'topk') return { kind: 'topk', count: top ?? 32 };
  if (top === undefined) return { kind: 'float16' };
  throw new PoseDistillError(
    'BAD_OPTION',
    '--top belongs to --codec topk; float16 keeps every pixel.',
  );
}

/** A live line on a terminal, a line for each tenth otherwise. */
function createCacheProgress(stream: NodeJS.WriteStream): {
  event(event: CacheEvent): void;
  say(line: string): void;
  end(): void;
} {
  const live = stream.isTTY === true;
  const clear = (): void => {
    if (live) stream.write('\r\x1b[2K');
  };
  const say = (line: string): void => {
    clear();
    stream.write(`${line}\n`);
  };
  let [total, tenth, began] = [0, 0, 0];
  return {
    say,
    end: clear,
    event(event) {
      if (event.type === 'start') {
        const { parts, there, samples } = event;
        total = samples;
        began = performance.now();
        if (there > 0) say(`cache: ${there} of ${parts} parts are already there`);
        if (samples > 0) say(`cache: ${samples} people to go`);
      }
      if (event.type !== 'progress') return;
      const { done } = event;
      const rate = (1000 * done) / (performance.now() - began);
      const line = `cache: ${done} of ${total} people, ${rate.toFixed(0)} a second`;
      if (live) stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
      else if (Math.floor((10 * done) / total) > tenth) say(line);
      tenth = Math.floor((10 * done) / total);
    },
  };
}
