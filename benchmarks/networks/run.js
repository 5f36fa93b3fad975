/**
 * Images a second of every network of the table on one core: forward as deployed, and forward with backward. 256x192 and batches of
 * eight; networks of more than 3 G multiply-accumulates at 128x96 (or the next size they take), one image at a time.
 *
 * node networks/run.js [--rounds 2] [--times 3] [--networks peleenet-duc,hrnet-w32]
 *
 * Networks take turns, round after round, so that a busy neighbour hits all of them. Writes results/networks-<date>.json and prints a
 * table.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { complexity } from '@pose-distill/network';
import { buildNetwork, networkEntry, networkNames } from 'pose-distill/recipes';
import { machine, spread, version, writeReport } from '../shared/report.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    times: { type: 'string', default: '3' },
    networks: { type: 'string' },
  },
});
const KEYPOINTS = 17;
const HEAVY = 3e9;

const macsAt = (name, inputSize) =>
  complexity(buildNetwork(name, { inputSize, keypoints: KEYPOINTS })).total;

/** Size and batch in which a network is measured. */
function caseOf(name) {
  const { multiple } = networkEntry(name);
  const next = (length, of) => Math.ceil(length / of) * of;
  const sized = (height, width) => ({
    height: next(height, multiple.height),
    width: next(width, multiple.width),
  });
  const full = sized(256, 192);
  const isHeavy = macsAt(name, full) > HEAVY;
  const size = isHeavy ? sized(128, 96) : full;
  return { name, ...size, batch: isHeavy ? 1 : 8, macs: macsAt(name, size) };
}

function measure({ name, height, width, batch }) {
  const argument = JSON.stringify({ name, height, width, batch, times: Number(options.times) });
  const script = fileURLToPath(new URL('measure.js', import.meta.url));
  const output = execFileSync(process.execPath, [script, argument], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

const cases = (options.networks?.split(',') ?? networkNames()).map(caseOf);
const where = machine();
const runs = new Map(cases.map(({ name }) => [name, []]));
for (let round = 0; round < Number(options.rounds); round++)
  for (const one of cases) runs.get(one.name).push(measure(one));

const results = cases.map((one) => {
  const list = runs.get(one.name);
  const speed = (part) => {
    const milliseconds = spread(list.flatMap((run) => run[part]));
    const imagesPerSecond = (one.batch * 1000) / milliseconds.median;
    return { milliseconds, imagesPerSecond, atBest: (one.batch * 1000) / milliseconds.least };
  };
  return {
    ...one,
    build: list[0].build,
    forward: speed('forward'),
    forwardAndBackward: speed('both'),
    peakMebibytes: Math.max(...list.map((run) => run.peakMebibytes)),
  };
});

const cells = ['network', 'input', 'batch', 'MMACs', 'forward/s', 'both/s', 'MiB'];
const rows = results.map((row) => [
  row.name,
  `${row.height}x${row.width}`,
  row.batch,
  (row.macs / 1e6).toFixed(0),
  row.forward.imagesPerSecond.toFixed(1),
  row.forwardAndBackward.imagesPerSecond.toFixed(1),
  row.peakMebibytes.toFixed(0),
]);
for (const row of [cells, ...rows])
  console.log(row.map((cell, i) => (i ? String(cell).padStart(10) : cell.padEnd(34))).join(''));

writeReport({
  benchmark: 'networks',
  machine: where,
  versions: {
    node: process.version,
    '@tensorflow/tfjs-core': version('@tensorflow/tfjs-core'),
    '@tensorflow/tfjs-backend-wasm': version('@tensorflow/tfjs-backend-wasm'),
  },
  rounds: Number(options.rounds),
  note: 'Processor milliseconds of one batch on one thread; images a second at the median, and at the least time.',
  results,
});
