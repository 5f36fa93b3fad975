/**
 * COCO keypoint AP of made-up files, side by side on one machine in one run: pycocotools (and faster-coco-eval, where installed),
 * `evaluateOks` on parsed files, and `evaluateOksFiles` with one and two threads.
 *
 * node metrics/run.js [--rounds 3] [--python python3] [--images 5000] [--people 50000] [--results 100000]
 *
 * Variants take turns, each in a process of its own. Writes results/metrics-<date>.json and prints a table. Peers are left out,
 * with a note, where they are not installed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, spread, writeReport } from '../shared/report.js';
import { generate } from './generate.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    images: { type: 'string', default: '5000' },
    people: { type: 'string', default: '50000' },
    results: { type: 'string', default: '100000' },
  },
});
const here = fileURLToPath(new URL('.', import.meta.url));
const where = machine();
const PEERS = { pycocotools: 'pycocotools', 'faster-coco-eval': 'faster_coco_eval' };

const peers = Object.keys(PEERS).filter((peer) => {
  try {
    execFileSync(options.python, ['-c', `import ${PEERS[peer]}`], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`${peer} is left out: '${options.python} -c "import ${PEERS[peer]}"' fails.`);
    return false;
  }
});
const variants = [...peers, 'evaluateOks', 'files-1', 'files-2'];

const folder = mkdtempSync(join(tmpdir(), 'pose-distill-benchmark-'));
const files = { truth: join(folder, 'truth.json'), results: join(folder, 'results.json') };
const counts = generate({
  truthFile: files.truth,
  resultFile: files.results,
  images: Number(options.images),
  people: Number(options.people),
  results: Number(options.results),
});
const mebibytes = (path) => statSync(path).size / 2 ** 20;
const inputs = {
  ...counts,
  truthMebibytes: mebibytes(files.truth),
  resultMebibytes: mebibytes(files.results),
};

function measure(variant) {
  const [command, script] = peers.includes(variant)
    ? [options.python, 'coco_eval.py']
    : [process.execPath, 'evaluate.js'];
  const output = execFileSync(command, [here + script, JSON.stringify({ variant, ...files })], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

const runs = new Map(variants.map((variant) => [variant, []]));
try {
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const variant of variants) runs.get(variant).push(measure(variant));
  }
} finally {
  rmSync(folder, { recursive: true });
}

const expected = runs.get(peers[0] ?? variants[0])[0];
const rows = variants.map((variant) => {
  const list = runs.get(variant);
  const times = (clock) =>
    Object.fromEntries(
      ['load', 'evaluate', 'total']
        .filter((part) => list[0][clock][part] !== null)
        .map((part) => [part, spread(list.map((run) => run[clock][part]))]),
    );
  return {
    variant,
    build: list[0].build,
    processorMilliseconds: times('processor'),
    wallMilliseconds: times('wall'),
    peakMebibytes: spread(list.map((run) => run.peakMebibytes)),
    sameTables: list.every((run) =>
      Object.entries(run.tables).every(([name, hash]) => expected.tables[name] === hash),
    ),
    sameStats: list.every((run) =>
      run.stats.every((value, i) => (value ?? -1) === expected.stats[i]),
    ),
  };
});

/** How many times less than pycocotools; threads by wall time, everything else by processor time. */
const reference = rows.find(({ variant }) => variant === 'pycocotools');
for (const row of rows) {
  if (!reference) break;
  const clock = row.variant === 'files-2' ? 'wallMilliseconds' : 'processorMilliseconds';
  row.timesLessThanPycocotools = Object.fromEntries([
    ...Object.entries(row[clock]).map(([part, { median }]) => [
      part,
      reference[clock][part].median / median,
    ]),
    ['memory', reference.peakMebibytes.median / row.peakMebibytes.median],
  ]);
}
writeReport({
  benchmark: 'metrics',
  machine: where,
  versions: { node: process.version, v8: process.versions.v8 },
  rounds: Number(options.rounds),
  inputs,
  note: 'Processor time is that of all threads. Ratios are of processor time, for two threads of wall time.',
  results: rows,
});

for (const row of rows) {
  const times = Object.entries(row.processorMilliseconds).map(
    ([part, { median }]) => `${part} ${median.toFixed(0)}`,
  );
  const ratios = Object.entries(row.timesLessThanPycocotools ?? {}).map(
    ([part, ratio]) => `${part} 1/${ratio.toFixed(1)}`,
  );
  console.log(
    row.variant.padEnd(17),
    `${times.join(', ')} ms, wall ${row.wallMilliseconds.total.median.toFixed(0)} ms`.padEnd(56),
    `${row.peakMebibytes.median.toFixed(0)} MiB`.padEnd(9),
    ratios.join(', ').padEnd(54),
    row.sameTables ? 'same tables' : 'OTHER TABLES',
  );
}
