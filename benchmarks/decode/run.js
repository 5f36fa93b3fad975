/**
 * Decoding and encoding of 64 people x 17 heatmaps of 48x64 and cutting an input out of a 640x480 picture, on one core: plain, with
 * WebAssembly, and the usual NumPy and OpenCV programs on the same inputs in the same run.
 *
 * node decode/run.js [--rounds 3] [--samples 7] [--python python3]
 *
 * The programs take turns, round after round, so that a busy neighbour hits all of them. Their answers are compared. Writes
 * results/decode-<date>.json and prints a table. NumPy and OpenCV are left out, with a note, where they are not installed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, spread, writeReport } from '../shared/report.js';
import { writeInputs } from './inputs.js';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    samples: { type: 'string', default: '7' },
    python: { type: 'string', default: 'python3' },
  },
});
const here = fileURLToPath(new URL('.', import.meta.url));

function hasPeers() {
  try {
    execFileSync(options.python, ['-c', 'import numpy, cv2'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`NumPy and OpenCV are left out: '${options.python} -c "import cv2"' fails.`);
    return false;
  }
}

function start(command, args) {
  const output = execFileSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

/** Largest and mean difference of two programs' answers. */
function difference(folder, name, variant, peerName) {
  const read = (file) => new Uint8Array(readFileSync(`${folder}/${file.replaceAll(' ', '-')}`));
  const bytes = [read(`${name}.${variant}`), read(`${peerName}.peer`)];
  const [a, b] = name.includes('to bytes')
    ? bytes
    : bytes.map((array) => new Float32Array(array.buffer));
  if (a.length !== b.length) throw new Error(`${name}: ${a.length} numbers, peer ${b.length}`);
  let [largest, sum] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const distance = Math.abs(a[i] - b[i]);
    largest = Math.max(largest, distance);
    sum += distance;
  }
  return { largest, mean: sum / a.length };
}

const folder = mkdtempSync(join(tmpdir(), 'decode-'));
const where = machine();
const peers = hasPeers();
const runs = { plain: [], wasm: [], peer: [] };
let versions = {};
let report;
try {
  writeInputs(folder);
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const variant of ['plain', 'wasm']) {
      runs[variant].push(
        start(process.execPath, [`${here}ours.js`, folder, variant, options.samples]),
      );
    }
    if (peers) {
      const answer = start(options.python, [`${here}peers.py`, folder, options.samples]);
      runs.peer.push(answer.results);
      versions = answer.versions;
    }
  }
  const times = (list, name, kind) => spread(list.flatMap((results) => results[name][kind]));
  const results = [];
  for (const name of Object.keys(runs.plain[0])) {
    // NumPy has only the layout that suits it.
    const peerName = name.replace(/ (NCHW|NHWC)$/, '');
    const peer = peers && times(runs.peer, peerName, 'processor');
    for (const variant of ['plain', 'wasm']) {
      const processorMilliseconds = times(runs[variant], name, 'processor');
      const comparable = peers && !(name.startsWith('encode') && name.endsWith('NHWC'));
      results.push({
        name,
        variant,
        processorMilliseconds,
        wallMilliseconds: times(runs[variant], name, 'wall'),
        peerProcessorMilliseconds: peer || null,
        peerWallMilliseconds: peers ? times(runs.peer, peerName, 'wall') : null,
        timesAsFastAsPeer: peer ? peer.median / processorMilliseconds.median : null,
        difference: comparable ? difference(folder, name, variant, peerName) : null,
      });
    }
  }
  report = {
    benchmark: 'decode',
    machine: where,
    versions: { node: process.version, v8: process.versions.v8, ...versions },
    rounds: Number(options.rounds),
    samples: Number(options.samples),
    note: 'Milliseconds of one call, one thread. Ratios are of processor time, which a busy machine disturbs less than wall time.',
    results,
  };
} finally {
  rmSync(folder, { recursive: true, force: true });
}
writeReport(report);
for (const row of report.results) {
  console.log(
    `${row.name}, ${row.variant}`.padEnd(52),
    `${row.processorMilliseconds.median.toFixed(3)} ms`.padStart(10),
    (row.peerProcessorMilliseconds
      ? `peer ${row.peerProcessorMilliseconds.median.toFixed(3)} ms, ${row.timesAsFastAsPeer.toFixed(1)} x as fast`
      : ''
    ).padEnd(36),
    row.difference ? `largest difference ${row.difference.largest.toPrecision(2)}` : '',
  );
}
