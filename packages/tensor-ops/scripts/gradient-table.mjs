/**
 * Which gradients agree with finite differences, tfjs's own and this package's, per backend.
 *
 *   node packages/tensor-ops/scripts/gradient-table.mjs [--write] [--samples n] [cpu] [wasm] [webgl] [webgpu]
 *
 * Prints the table, and with `--write` puts it into the README. cpu and wasm run in Node, wasm also with the kernels of
 * `@pose-distill/accelerate` (its build must be there); webgl and webgpu run in a headless Chromium (CHROMIUM, or
 * /usr/bin/chromium). Without names, every backend at hand. n values of each input are tried, spread evenly (12 if not
 * said; the tests try all of them on cpu and wasm).
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const find = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, samples: { type: 'string', default: '12' } },
});
const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const wanted = positionals.length > 0 ? positionals : ['cpu', 'wasm', 'webgl', 'webgpu'];
const accelerated = existsSync(join(here, '../../accelerate/dist/wasm.js'));

const program = (backend, wasmFiles, expected) => `
  import * as tf from '@tensorflow/tfjs-core';
  ${wasmFiles ? `import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'; setWasmPaths(${JSON.stringify(wasmFiles)});` : `import '@tensorflow/tfjs-backend-${backend}';`}
  import '@tensorflow/tfjs-core/dist/register_all_gradients';
  ${backend === 'wasm' && accelerated ? `import { accelerateWasm } from '../../accelerate/dist/wasm.js';` : ''}
  import { installGradients, registerFallbackKernels } from '@pose-distill/tensor-ops';
  import { forwardValues, runGradientCases } from '../test/run-gradient-cases.js';
  export async function run() {
    if (!(await tf.setBackend('${backend}').catch(() => false))) return undefined;
    await tf.ready();
    const cases = (expected) => runGradientCases(${Number(options.samples)}, /./, expected);
    const given = ${JSON.stringify(expected ?? null)};
    let expected = given;
    if (!given) {
      const { undo } = registerFallbackKernels('${backend}');
      expected = await forwardValues();
      undo();
    }
    const stock = await cases(expected);
    const undo = [installGradients().undo, registerFallbackKernels('${backend}').undo];
    const ours = await cases(expected);
    let fast;
    if (typeof accelerateWasm !== 'undefined') {
      await accelerateWasm();
      fast = await cases(expected);
    }
    for (const each of undo) each();
    return { expected, stock, ours, fast };
  }
  globalThis.runGradientTable = run;
`;

async function bundle(backend, expected, extra) {
  const wasmFiles =
    backend === 'wasm' && `${dirname(find.resolve('@tensorflow/tfjs-backend-wasm'))}/`;
  const result = await build({
    stdin: { contents: program(backend, wasmFiles, expected), resolveDir: here, loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
    // One copy, so that the kernels of accelerate are known to be exact.
    alias: { '@pose-distill/tensor-ops': join(here, '../src/index.ts') },
    ...extra,
  });
  return result.outputFiles[0].text;
}

async function runInNode(backend, expected) {
  // tfjs-core stays outside and its deep modules go inside, as in the built package.
  const deepInside = {
    name: 'deep-inside',
    setup: ({ onResolve }) => {
      onResolve({ filter: /^@tensorflow\/(tfjs-core|tfjs-backend-\w+)$/ }, ({ path }) => ({
        path,
        external: true,
      }));
    },
  };
  const code = await bundle(backend, expected, { platform: 'node', plugins: [deepInside] });
  const folder = await mkdtemp(join(here, '.table-'));
  try {
    const file = join(folder, 'run.mjs');
    await writeFile(file, code);
    return await (await import(pathToFileURL(file).href)).run();
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runInChromium(backend, expected) {
  const { chromium } = await import('playwright-core');
  const code = await bundle(backend, expected, { platform: 'browser' });
  const server = createServer((request, response) => {
    const isScript = request.url === '/run.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? code : '<!doctype html><script type="module" src="/run.js"></script>');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--enable-unsafe-webgpu', '--no-sandbox', '--disable-quic', '--no-first-run'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => 'runGradientTable' in globalThis);
    return await page.evaluate(() => globalThis.runGradientTable());
  } finally {
    await browser.close();
    server.close();
  }
}

const tables = {};
let expected;
for (const backend of ['cpu', ...wanted.filter((name) => name !== 'cpu')]) {
  const inNode = backend === 'cpu' || backend === 'wasm';
  const table =
    inNode || existsSync(chromiumPath)
      ? await (inNode ? runInNode : runInChromium)(backend, expected)
      : undefined;
  console.error(`${backend}: ${table ? 'done' : 'not at hand'}`);
  // What the corrected cpu backend gives is what all should give.
  expected ??= table.expected;
  if (table && wanted.includes(backend)) tables[backend] = table;
}

/** All cases of a kernel in one word; the worst outcome counts. */
function summary(results, kernel) {
  const outcomes = results
    .filter((r) => r.kernels.length === 1 && r.kernels[0] === kernel)
    .map((r) => r.outcome);
  const right = outcomes.filter((outcome) => outcome === 'right').length;
  if (right === outcomes.length) return 'right';
  if (right > 0) return `${right} of ${outcomes.length}`;
  return outcomes.every((outcome) => outcome === 'fails') ? 'fails' : 'wrong';
}

const columns = Object.entries(tables).flatMap(([backend, { stock, ours, fast }]) => [
  { title: `${backend}: stock / ours`, runs: [stock, ours] },
  ...(fast ? [{ title: `${backend} + accelerate`, runs: [fast] }] : []),
]);
const kernels = [
  ...new Set(columns[0].runs[0].flatMap((r) => (r.kernels.length === 1 ? r.kernels : []))),
].sort();
const rows = kernels.map((kernel) => ({
  kernel,
  cells: columns.map(({ runs }) => runs.map((results) => summary(results, kernel))),
}));
const plain = rows.filter(({ cells }) => cells.flat().every((cell) => cell === 'right'));
const line = (cells) => `| ${cells.join(' | ')} |`;
const text = [
  line(['kernel', ...columns.map(({ title }) => title)]),
  line(['---', ...columns.map(() => '---')]),
  ...rows
    .filter((row) => !plain.includes(row))
    .map(({ kernel, cells }) => line([kernel, ...cells.map((cell) => cell.join(' / '))])),
  '',
  `Right in every column: ${plain.map((row) => row.kernel).join(', ')}.`,
].join('\n');
console.log(text);

for (const { title, runs } of columns) {
  for (const { name, outcome, detail } of runs.at(-1)) {
    if (outcome !== 'right') console.log(`\n${title}, ${name}: ${outcome}, ${detail}`);
  }
}

if (options.write) {
  const readme = join(here, '../README.md');
  const [begin, end] = ['<!-- gradient table -->', '<!-- end of the gradient table -->'];
  const before = readFileSync(readme, 'utf8');
  const [from, to] = [before.indexOf(begin) + begin.length, before.indexOf(end)];
  if (to < from) throw new Error(`Expected ${begin} and ${end} in ${readme}.`);
  writeFileSync(readme, `${before.slice(0, from)}\n\n${text}\n\n${before.slice(to)}`);
}
