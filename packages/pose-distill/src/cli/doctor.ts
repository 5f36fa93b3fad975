import { cpus, totalmem } from 'node:os';
import { chooseBackend } from '@pose-distill/accelerate';
import type { Command } from 'commander';
import { revectorize, startBackend } from '../node/backend.js';
import { example } from './example.js';
import type { CommandContext } from './main.js';

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
      const findings = [...machine(), await images(), ...(await backends())];
      if (json) console.log(JSON.stringify(findings));
      else {
        const width = Math.max(...findings.map(({ what }) => what.length));
        for (const { what, found } of findings) console.log(`${what.padEnd(width)}  ${found}`);
        for (const { what, advice } of findings) if (advice) console.log(`\n${what}: ${advice}`);
      }
      if (findings.some(({ ok }) => !ok)) context.fail();
    });
}

function machine(): Finding[] {
  const major = Number(process.versions.node.split('.')[0]);
  const processors = cpus();
  return [
    { what: 'Node', found: process.versions.node, ok: major >= 20 },
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

async function backends(): Promise<Finding[]> {
  await startBackend();
  const {
    backend: chosen,
    reports,
    advice,
  } = await chooseBackend({
    candidates: ['wasm', 'webgpu'],
    revectorize: revectorize(),
  });
  const findings = reports.map(({ backend, state, reason, rate, accelerated }): Finding => {
    if (!rate) return { what: backend, found: `${state}: ${reason}`, ok: true };
    const kernels =
      accelerated &&
      `${accelerated.kernels.length} kernels of ours, ${accelerated.build} SIMD${accelerated.revectorized ? ' of 256 bits' : ''}`;
    const parts = [
      ...(kernels ? [kernels] : []),
      `3x3 convolution ${rate.convolution.toFixed(1)} GFLOP/s, depthwise ${rate.depthwise.toFixed(1)}, forward and gradients`,
    ];
    return { what: backend, found: parts.join('; '), ok: true };
  });
  return [
    ...findings,
    { what: 'training runs on', found: chosen, ok: true },
    ...advice.map((text) => ({
      what: 'faster',
      found: text.replace('accelerateWasm({ revectorize: true })', 'POSE_DISTILL_REVECTORIZE=1'),
      ok: true,
    })),
  ];
}
