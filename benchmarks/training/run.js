/**
 * One training step (forward, loss, backward, Adam) of two small networks on one core, side by side:
 * tfjs with composed kernels, the accelerated kernels, and PyTorch on the same machine in the same run.
 *
 * node training/run.js [--rounds 3] [--python python3]
 *
 * Variants take turns, round after round, so that a busy neighbour hits all of them. Writes
 * results/training-<date>.json and prints a table. PyTorch is left out, with a note, where it is not installed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
  },
});
const here = fileURLToPath(new URL('.', import.meta.url));
const rounds = Number(options.rounds);

/** Steps per round; the slow variant gets fewer. */
const STEPS = { compositions: 3, accelerated: 20, 'accelerated-plain': 20, pytorch: 20 };

function hasTorch() {
  try {
    execFileSync(options.python, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`PyTorch is left out: '${options.python} -c "import torch"' fails.`);
    return false;
  }
}

function measure(network, variant) {
  const argument = JSON.stringify({
    network,
    variant,
    steps: STEPS[variant],
    warmup: variant === 'compositions' ? 1 : 5,
  });
  const [command, script] =
    variant === 'pytorch' ? [options.python, 'torch_step.py'] : [process.execPath, 'step.js'];
  const output = execFileSync(command, [here + script, argument], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.round(q * (list.length - 1))];
const spread = (list) => ({
  median: quantile(list, 0.5),
  lowerQuartile: quantile(list, 0.25),
  upperQuartile: quantile(list, 0.75),
  least: Math.min(...list),
  count: list.length,
});

const variants = Object.keys(STEPS).filter((variant) => variant !== 'pytorch' || hasTorch());
const loadBefore = os.loadavg();
const results = [];
for (const network of ['mobile', 'dense']) {
  const runs = new Map(variants.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of variants) runs.get(variant).push(measure(network, variant));
  }
  for (const [variant, list] of runs) {
    const { build, batch, height, width, parameters, losses, leakedTensors } = list[0];
    results.push({
      ...{ network, variant, build, batch, height, width, parameters, losses, leakedTensors },
      processorMilliseconds: spread(list.flatMap((run) => run.processorTimes)),
      wallMilliseconds: spread(list.flatMap((run) => run.times)),
    });
  }
}

for (const network of ['mobile', 'dense']) {
  const of = (variant) => results.find((row) => row.network === network && row.variant === variant);
  for (const row of results.filter((candidate) => candidate.network === network)) {
    const time = row.processorMilliseconds.median;
    row.timesFasterThanCompositions = of('compositions').processorMilliseconds.median / time;
    row.ratioToPytorch = of('pytorch') ? time / of('pytorch').processorMilliseconds.median : null;
  }
}

const version = (name) =>
  JSON.parse(
    readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8'),
  ).version;
const date = new Date().toISOString().slice(0, 10);
const report = {
  benchmark: 'training',
  date,
  machine: {
    processor: os.cpus()[0].model.trim(),
    cores: os.cpus().length,
    memoryGibibytes: Math.round(os.totalmem() / 2 ** 30),
    platform: `${os.type()} ${os.release()} ${os.arch()}`,
    loadBefore,
    loadAfter: os.loadavg(),
  },
  versions: {
    node: process.version,
    v8: process.versions.v8,
    '@tensorflow/tfjs-core': version('@tensorflow/tfjs-core'),
    '@tensorflow/tfjs-backend-wasm': version('@tensorflow/tfjs-backend-wasm'),
    torch: results.find((row) => row.variant === 'pytorch')?.build ?? null,
  },
  rounds,
  note: 'Times per step, one thread. Ratios are of processor time, which a busy machine disturbs less than wall time.',
  results,
};
mkdirSync(new URL('../results/', import.meta.url), { recursive: true });
writeFileSync(
  new URL(`../results/training-${date}.json`, import.meta.url),
  `${JSON.stringify(report, null, 2)}\n`,
);
for (const row of results) {
  const { median, lowerQuartile, upperQuartile } = row.processorMilliseconds;
  const ratio =
    row.ratioToPytorch === null ? '' : `${row.ratioToPytorch.toFixed(2)} x PyTorch's time`;
  console.log(
    row.network.padEnd(7),
    row.variant.padEnd(18),
    `${median.toFixed(0)} ms (${lowerQuartile.toFixed(0)}-${upperQuartile.toFixed(0)})`.padEnd(22),
    `${row.timesFasterThanCompositions.toFixed(1)} x compositions`.padEnd(22),
    ratio,
  );
}
