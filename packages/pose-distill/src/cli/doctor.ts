import { cpus, totalmem } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import type { Command } from 'commander';
import { startBackend } from '../node/backend.js';
import { example } from './example.js';
import type { CommandContext } from './main.js';
import { formatTable } from './table.js';

/** One finding; `ok: false` means training cannot run. */
interface Finding {
  readonly what: string;
  readonly found: string;
  readonly ok: boolean;
  readonly advice?: string;
}

export function addDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('What training would run on here, at what rate, and what is missing.')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', example('doctor'))
    .action(async ({ json }: { json?: boolean }) => {
      const findings = [...machine(), await images(), ...(await backend())];
      if (json) console.log(JSON.stringify(findings));
      else {
        console.log(
          formatTable(
            ['', ''],
            findings.map(({ what, found }) => [what, found]),
          ),
        );
        for (const { what, advice } of findings) if (advice) console.log(`\n${what}: ${advice}`);
      }
      if (findings.some(({ ok }) => !ok)) context.fail();
    });
}

function machine(): Finding[] {
  const major = Number(process.versions.node.split('.')[0]);
  const processors = cpus();
  return [
    {
      what: 'Node',
      found: process.versions.node,
      ok: major >= 20,
      ...(major < 22 && {
        advice: 'Node 22 and later have relaxed SIMD switched on, which our kernels use.',
      }),
    },
    {
      what: 'processors',
      found: `${processors.length} x ${processors[0]?.model ?? 'unknown'}`,
      ok: true,
    },
    { what: 'memory', found: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`, ok: true },
  ];
}

async function images(): Promise<Finding> {
  try {
    const { default: sharp } = await import('sharp');
    return { what: 'images (sharp)', found: sharp.versions.sharp ?? 'present', ok: true };
  } catch {
    return {
      what: 'images (sharp)',
      found: 'missing',
      ok: false,
      advice:
        'Photographs are read through sharp: npm install sharp. Synthetic figures work without it.',
    };
  }
}

async function backend(): Promise<Finding[]> {
  const { name, build, kernels } = await startBackend();
  return [
    {
      what: 'backend',
      found: `${name}, ${build} SIMD, ${kernels.length} kernels of ours`,
      ok: true,
    },
    {
      what: '3x3 convolution, 64 channels, forward',
      found: `${(await convolutionRate()).toFixed(1)} GFLOP/s`,
      ok: true,
    },
    { what: 'WebGPU', found: 'not used for training yet', ok: true },
  ];
}

/** Rate of a 3x3 convolution, 64 to 64 channels, 64x48, batch 8: median of 9. */
async function convolutionRate(): Promise<number> {
  const x = tf.randomNormal<tf.Rank.R4>([8, 64, 48, 64]);
  const filter = tf.randomNormal<tf.Rank.R4>([3, 3, 64, 64]);
  const seconds: number[] = [];
  for (let i = 0; i < 11; i++) {
    const start = performance.now();
    const y = tf.conv2d(x, filter, 1, 'same');
    seconds.push((performance.now() - start) / 1000);
    y.dispose();
  }
  tf.dispose([x, filter]);
  const median = seconds.slice(2).sort((a, b) => a - b)[4]!;
  return (2 * 8 * 64 * 48 * 9 * 64 * 64) / median / 1e9;
}
