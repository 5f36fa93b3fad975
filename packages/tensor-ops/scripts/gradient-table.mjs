/**
 * Prints which gradients agree with finite differences, tfjs's own and this package's, per backend.
 *
 *   node packages/tensor-ops/scripts/gradient-table.mjs [cpu] [wasm] [webgl] [webgpu]
 *
 * cpu and wasm run in Node; webgl and webgpu in a headless Chromium (CHROMIUM, or /usr/bin/chromium).
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const find = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const backends = process.argv.length > 2 ? process.argv.slice(2) : ['cpu', 'wasm'];
// One value in so many is tried: the tests try all of them on cpu and wasm.
const SAMPLES = 12;

const program = (backend, wasmFiles) => `
  import * as tf from '@tensorflow/tfjs-core';
  ${wasmFiles ? `import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'; setWasmPaths(${JSON.stringify(wasmFiles)});` : `import '@tensorflow/tfjs-backend-${backend}';`}
  import '@tensorflow/tfjs-core/dist/register_all_gradients';
  import { installGradients } from '../src/index.js';
  import { runGradientCases } from '../test/run-gradient-cases.js';
  export async function run() {
    if (!(await tf.setBackend('${backend}'))) throw new Error('no backend ${backend}');
    await tf.ready();
    const stock = await runGradientCases(${SAMPLES});
    const gradients = installGradients();
    const ours = await runGradientCases(${SAMPLES});
    gradients.undo();
    return { stock, ours };
  }
  globalThis.runGradientTable = run;
`;

async function bundle(backend, options) {
  const wasmFiles =
    backend === 'wasm' && `${dirname(find.resolve('@tensorflow/tfjs-backend-wasm'))}/`;
  const result = await build({
    stdin: { contents: program(backend, wasmFiles), resolveDir: here, loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
    ...options,
  });
  return result.outputFiles[0].text;
}

async function runInNode(backend) {
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
  const code = await bundle(backend, { platform: 'node', plugins: [deepInside] });
  const folder = await mkdtemp(join(here, '.table-'));
  try {
    const file = join(folder, 'run.mjs');
    await writeFile(file, code);
    return await (await import(pathToFileURL(file).href)).run();
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runInChromium(backend) {
  const { chromium } = await import('playwright-core');
  const code = await bundle(backend, { platform: 'browser' });
  const server = createServer((request, response) => {
    const isScript = request.url === '/run.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? code : '<!doctype html><script type="module" src="/run.js"></script>');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
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
for (const backend of backends) {
  const inNode = backend === 'cpu' || backend === 'wasm';
  tables[backend] = await (inNode ? runInNode(backend) : runInChromium(backend));
}

/** All cases of a kernel in one word; the worst outcome counts. */
function summary(results, kernel) {
  const alone = results.filter((r) => r.kernels.length === 1 && r.kernels[0] === kernel);
  const outcomes = alone.map((r) => r.outcome);
  const tried = outcomes.filter((outcome) => outcome !== 'skipped');
  const right = tried.filter((outcome) => outcome === 'right').length;
  if (tried.length === 0) return '–';
  if (right === tried.length) return 'right';
  return right === 0
    ? tried.includes('wrong')
      ? 'wrong'
      : 'fails'
    : `${right} of ${tried.length}`;
}

const first = Object.values(tables)[0].ours;
const kernels = [
  ...new Set(first.flatMap((r) => (r.kernels.length === 1 ? r.kernels : []))),
].sort();
const rows = kernels.map((kernel) => ({
  kernel,
  cells: backends.map((b) => [summary(tables[b].stock, kernel), summary(tables[b].ours, kernel)]),
}));
const plain = rows.filter(({ cells }) => cells.flat().every((cell) => cell === 'right'));
console.log(`| kernel | ${backends.map((b) => `${b}: stock / ours`).join(' | ')} |`);
console.log(`|---|${backends.map(() => '---|').join('')}`);
for (const { kernel, cells } of rows.filter((row) => !plain.includes(row))) {
  console.log(`| ${kernel} | ${cells.map(([stock, ours]) => `${stock} / ${ours}`).join(' | ')} |`);
}
console.log(`\nRight everywhere, stock and ours: ${plain.map((row) => row.kernel).join(', ')}.`);
for (const backend of backends) {
  for (const { name, outcome, detail } of tables[backend].ours) {
    if (outcome === 'wrong' || outcome === 'fails')
      console.log(`\n${backend}, ours, ${name}: ${outcome}, ${detail}`);
  }
}
