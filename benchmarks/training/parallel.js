/**
 * Training on one thread and on several, of two networks, global batch 16 at 128x96: images a second, how well they scale, what the
 * threads spend on each other, beside PyTorch with as many threads.
 *
 * node training/parallel.js [--rounds 3] [--workers 2] [--python python3]
 *
 * Variants take turns, round after round. Writes results/training-parallel-<date>.json and prints a table. PyTorch is left out, with
 * a note, where it is not installed.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, spread, version, writeReport } from '../shared/report.js';
import { hasTorch } from '../shared/torch.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    python: { type: 'string', default: 'python3' },
  },
});
const here = fileURLToPath(new URL('.', import.meta.url));
const rounds = Number(options.rounds);
const most = Number(options.workers);
const SETTINGS = { batch: 16, height: 128, width: 96, steps: 12, warmup: 4 };

const VARIANTS = [
  { name: 'ours, 1 thread', threads: 1 },
  { name: `ours, ${most} threads`, threads: most },
  { name: `ours, ${most} threads, batch norm over all`, threads: most, syncBatchNorm: true },
  ...(hasTorch(options.python)
    ? [
        { name: 'PyTorch, 1 thread', threads: 1, torch: true },
        { name: `PyTorch, ${most} threads`, threads: most, torch: true },
      ]
    : []),
];

function measure(network, { threads, torch, syncBatchNorm = false }) {
  const [command, script] = torch
    ? [options.python, 'torch_step.py']
    : [process.execPath, 'parallel-step.js'];
  const argument = { network, ...SETTINGS, threads, workers: threads, syncBatchNorm };
  const output = execFileSync(command, [here + script, JSON.stringify(argument)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads) },
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
const where = machine();
const results = [];
for (const network of ['mobile', 'dense']) {
  const runs = new Map(VARIANTS.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round++)
    for (const variant of VARIANTS) runs.get(variant).push(measure(network, variant));
  const rows = [...runs].map(([{ name, threads, torch = false }, list]) => {
    const wall = spread(list.flatMap(({ times }) => times));
    return {
      ...{ network, variant: name, threads, torch, ...SETTINGS },
      wallMilliseconds: wall,
      imagesPerSecond: (1000 * SETTINGS.batch) / wall.median,
      imagesPerSecondAtBest: (1000 * SETTINGS.batch) / wall.least,
      ...(!torch && {
        processorMilliseconds: mean(list.map((run) => run.processorMilliseconds)),
        exchangeShare: mean(list.map((run) => run.exchangeShare)),
        waitingShare: mean(list.map((run) => run.waitingShare)),
        heapMebibytes: Math.max(...list.map((run) => run.heapMebibytes ?? 0)),
      }),
    };
  });
  for (const row of rows) {
    const alone = rows.find(({ torch, threads }) => torch === row.torch && threads === 1);
    row.speedUp = row.imagesPerSecond / alone.imagesPerSecond;
    row.efficiency = row.speedUp / row.threads;
    print(row);
  }
  results.push(...rows);
}

function print(row) {
  const percent = (value) => `${(100 * value).toFixed(1)} %`;
  console.log(
    row.network.padEnd(7),
    row.variant.padEnd(38),
    `${row.imagesPerSecond.toFixed(0)} images/s (best ${row.imagesPerSecondAtBest.toFixed(0)})`.padEnd(
      30,
    ),
    `${row.speedUp.toFixed(2)} x, efficiency ${percent(row.efficiency)}`.padEnd(28),
    row.torch || row.threads === 1
      ? ''
      : `adding up ${percent(row.exchangeShare)}, waiting ${percent(row.waitingShare)}`,
  );
}

writeReport({
  benchmark: 'training-parallel',
  machine: where,
  versions: {
    node: process.version,
    v8: process.versions.v8,
    '@tensorflow/tfjs-core': version('@tensorflow/tfjs-core'),
    torch: VARIANTS.some(({ torch }) => torch)
      ? execFileSync(options.python, ['-c', 'import torch; print(torch.__version__)'], {
          encoding: 'utf8',
        }).trim()
      : null,
  },
  rounds,
  note: 'Wall time of a whole step of the trainer, targets and exchange included; PyTorch without targets. Shares are of the time of a worker, over the whole run.',
  results,
});
