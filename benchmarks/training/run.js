/**
 * One training step (forward, loss, backward, Adam) of four networks on one core, side by side: tfjs with composed kernels, the
 * accelerated kernels, and PyTorch on the same machine in the same run.
 *
 * node training/run.js [--rounds 3] [--python python3] [--node24 node] [--cases mobile-128x96,dense-128x96]
 *
 * Variants take turns, round after round, so that a busy neighbour hits all of them. Writes results/training-<date>.json and
 * prints a table. PyTorch is left out, with a note, where it is not installed; `--node24` adds Node 24 with and without 256-bit SIMD.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { memoryRate, peak } from '../shared/peak.js';
import { machine, spread, version, writeReport } from '../shared/report.js';
import { hasTorch } from '../shared/torch.js';
import { buildNetwork } from './networks.js';
import { stepLimit } from './roofline.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    node24: { type: 'string' },
    cases: { type: 'string' },
  },
});
const here = fileURLToPath(new URL('.', import.meta.url));
const rounds = Number(options.rounds);
const BATCH = 8;

/** Steps a round; what needs no other size is measured at the small one only. */
const CASES = [
  { network: 'mobile', height: 128, width: 96, steps: 20, all: true },
  { network: 'dense', height: 128, width: 96, steps: 20, all: true },
  { network: 'mobile', height: 256, width: 192, steps: 6 },
  { network: 'dense', height: 256, width: 192, steps: 6 },
  { network: 'pelee', height: 256, width: 192, steps: 3 },
  { network: 'hourglass', height: 256, width: 192, steps: 2 },
].map((one) => ({ ...one, name: `${one.network}-${one.height}x${one.width}` }));

/** Speed relative to PyTorch 1.13, one thread, that the first prototype of these kernels had on another machine. */
const PROTOTYPE = { mobile: 0.75, dense: 0.38 };

const torch = hasTorch(options.python);
const variantsOf = ({ all }) => [
  ...(all ? ['compositions'] : []),
  'accelerated',
  ...(all ? ['accelerated-plain'] : []),
  ...(options.node24 ? ['node24', 'node24-revectorized'] : []),
  ...(torch ? ['pytorch'] : []),
];

function measure({ network, height, width, steps }, variant) {
  const few = variant === 'compositions';
  const argument = JSON.stringify({
    ...{ network, variant, height, width, batch: BATCH },
    steps: few ? 3 : steps,
    warmup: few ? 1 : Math.min(5, steps),
  });
  const engine = variant.startsWith('node24') ? options.node24 : process.execPath;
  const [command, script] =
    variant === 'pytorch' ? [options.python, 'torch_step.py'] : [engine, 'step.js'];
  const output = execFileSync(command, [here + script, argument], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

const wanted = options.cases?.split(',');
const cases = CASES.filter(({ name }) => !wanted || wanted.includes(name));
const where = machine();
const rates = { flops: peak() * 1e9, bytes: memoryRate() * 1e9 };
const results = [];
for (const one of cases) {
  const variants = variantsOf(one);
  const runs = new Map(variants.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round++)
    for (const variant of variants) runs.get(variant).push(measure(one, variant));
  const { flops, ...seconds } = stepLimit(buildNetwork(one.network, one), BATCH, rates);
  const rows = [...runs].map(([variant, list]) => {
    const { build, parameters, losses, leakedTensors, revectorized } = list[0];
    const processor = spread(list.flatMap((run) => run.processorTimes));
    return {
      ...{
        case: one.name,
        network: one.network,
        variant,
        build,
        revectorized,
        parameters,
        losses,
        leakedTensors,
      },
      ...{ batch: BATCH, height: one.height, width: one.width },
      processorMilliseconds: processor,
      wallMilliseconds: spread(list.flatMap((run) => run.times)),
      peakMebibytes: Math.max(...list.map((run) => run.peakMebibytes)),
      gigaflopsPerSecond: flops / 1e6 / processor.median,
      limit: {
        computeMilliseconds: seconds.compute * 1000,
        memoryMilliseconds: seconds.memory * 1000,
        milliseconds: seconds.limit * 1000,
        share: (seconds.limit * 1000) / processor.median,
      },
    };
  });
  const of = (variant) => rows.find((row) => row.variant === variant)?.processorMilliseconds;
  for (const row of rows) {
    const { median, least } = row.processorMilliseconds;
    row.timesFasterThanCompositions = of('compositions')
      ? of('compositions').median / median
      : null;
    row.speedOfPytorch = of('pytorch') ? of('pytorch').median / median : null;
    row.speedOfPytorchAtTheLeast = of('pytorch') ? of('pytorch').least / least : null;
    row.prototypeToPytorch1 =
      one.all && row.variant === 'accelerated' ? PROTOTYPE[one.network] : null;
  }
  results.push(...rows);
  for (const row of rows) print(row);
}

function print(row) {
  const { median, lowerQuartile, upperQuartile, least } = row.processorMilliseconds;
  const ratio = (value, text) => (value === null ? '' : `${value.toFixed(2)} x ${text}`);
  console.log(
    row.case.padEnd(18),
    row.variant.padEnd(20),
    `${median.toFixed(0)} ms (${lowerQuartile.toFixed(0)}-${upperQuartile.toFixed(0)}, least ${least.toFixed(0)})`.padEnd(
      34,
    ),
    ratio(row.timesFasterThanCompositions, 'compositions').padEnd(20),
    ratio(row.speedOfPytorch, "PyTorch's speed").padEnd(24),
    `${row.gigaflopsPerSecond.toFixed(1)} GFLOP/s, ${(100 * row.limit.share).toFixed(0)} % of the limit`,
    `${row.peakMebibytes.toFixed(0)} MiB`,
  );
}

writeReport({
  benchmark: 'training',
  machine: where,
  versions: {
    node: process.version,
    v8: process.versions.v8,
    '@tensorflow/tfjs-core': version('@tensorflow/tfjs-core'),
    '@tensorflow/tfjs-backend-wasm': version('@tensorflow/tfjs-backend-wasm'),
    torch: results.find((row) => row.variant === 'pytorch')?.build ?? null,
    node24: options.node24
      ? execFileSync(options.node24, ['--version'], { encoding: 'utf8' }).trim()
      : null,
  },
  rounds,
  peak: {
    multiplyAddGigaflops: rates.flops / 1e9,
    memoryGigabytes: rates.bytes / 1e9,
    note: 'one core: 128-bit fused multiply-add in a loop without memory; copying 64 MiB, read and written',
  },
  note: 'Times per step, one thread. Ratios are of processor time, which a busy machine disturbs less than wall time.',
  results,
});
