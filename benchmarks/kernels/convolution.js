/**
 * Convolution kernels, forward and both gradients, on one core: XNNPACK and tfjs's own (stock), ours without and with fused
 * multiply-add, without Winograd's algorithm (direct), with 256-bit vectors (Node 24), and the peak of fused multiply-adds.
 *
 * node kernels/convolution.js [--rounds 3] [--node24 <path of a node of version 24 or later>]
 *
 * Variants take turns. Rates are of the plain sums' operations, so that Winograd's algorithm may pass the peak. Writes
 * results/convolution-<date>.json.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, version, writeReport } from '../shared/report.js';
import { BATCH, shapes } from './convolution-shapes.js';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, node24: { type: 'string' } },
});
const script = fileURLToPath(new URL('./convolution-variant.js', import.meta.url));
const PARTS = ['forward', 'inputGradient', 'filterGradient'];

const hasWideVectors = Number.parseInt(process.versions.node, 10) >= 24;
const wide = options.node24 ?? (hasWideVectors ? process.execPath : undefined);
if (wide === undefined)
  console.log('256-bit vectors are left out: they need Node 24 (--node24 <path>).');
const variants = [
  ...['stock', 'plain', 'direct', 'relaxed'].map((variant) => [variant, process.execPath]),
  ...(wide === undefined ? [] : [['revectorized', wide]]),
];

const run = (variant, node) =>
  JSON.parse(
    execFileSync(node, [script, JSON.stringify({ variant })], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split('\n')
      .at(-1),
  );

const where = machine();
const runs = variants.map(() => []);
for (let round = 0; round < Number(options.rounds); round++) {
  for (const [i, [variant, node]] of variants.entries()) runs[i].push(run(variant, node));
}

const least = (list) => (list.includes(null) ? null : Math.min(...list));
const most = (list) => (list.includes(null) ? null : Math.max(...list));
const results = variants.map(([variant], i) => ({
  variant,
  node: runs[i][0].node,
  build: runs[i][0].build,
  revectorized: runs[i][0].revectorized,
  peakGflops: most(runs[i].map(({ peak }) => peak)),
  shapes: shapes.map(({ flops, ...shape }, row) => ({
    ...shape,
    ...Object.fromEntries(
      PARTS.map((part) => {
        const milliseconds = least(runs[i].map(({ rows }) => rows[row][part]));
        const gflops = milliseconds === null ? null : flops / milliseconds / 1e6;
        return [part, { milliseconds, gflops }];
      }),
    ),
  })),
}));

writeReport({
  benchmark: 'convolution',
  machine: where,
  versions: {
    v8: process.versions.v8,
    '@tensorflow/tfjs-backend-wasm': version('@tensorflow/tfjs-backend-wasm'),
  },
  rounds: Number(options.rounds),
  batch: BATCH,
  note: 'Least processor time of all runs, one thread. Rates count the operations of the plain sums.',
  results,
});

const show = (rate) => (rate === null ? '-' : rate.toFixed(0)).padStart(5);
console.log(
  'GFLOP/s: forward, input gradient, filter gradient'.padEnd(56),
  ...results.map(({ variant }) => variant.padEnd(17)),
);
for (const [i, shape] of shapes.entries()) {
  const { from, height, width, channels, out, kernel, stride, groups } = shape;
  const label = `${from}: ${height}x${width} ${channels} to ${out}, ${kernel}x${kernel}`;
  console.log(
    `${label}${stride > 1 ? ` stride ${stride}` : ''}${groups > 1 ? ` groups ${groups}` : ''}`.padEnd(
      56,
    ),
    ...results.map(({ shapes: rows }) =>
      PARTS.map((part) => show(rows[i][part].gflops))
        .join(' ')
        .padEnd(17),
    ),
  );
}
console.log('peak'.padEnd(56), ...results.map(({ peakGflops }) => show(peakGflops).padEnd(17)));
