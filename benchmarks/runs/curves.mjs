// Draws PCK@0.2 on validation over the training of finished or running phases:
//   node benchmarks/runs/curves.mjs OUT.svg "TITLE" "NAME=PHASE_FOLDER" ...
// A phase folder is one with events.jsonl, such as runs/photos/student.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [out, title, ...phases] = process.argv.slice(2);
if (!phases.length) {
  console.error('usage: node benchmarks/runs/curves.mjs OUT.svg "TITLE" "NAME=PHASE_FOLDER" ...');
  process.exit(2);
}

/** The project's own charts, which are kept as TypeScript. */
async function importCharts() {
  const entry = fileURLToPath(
    new URL('../../packages/internal/sheets/src/index.ts', import.meta.url),
  );
  const { outputFiles } = await build({
    ...{ entryPoints: [entry], bundle: true, write: false, format: 'esm' },
  });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}

const series = phases.map((phase) => {
  const [name, folder] = phase.split('=');
  const events = readFileSync(join(folder, 'events.jsonl'), 'utf8').trim().split('\n');
  const points = events
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'validation')
    .map(({ step, result }) => [step, result['PCK@0.2']]);
  return { name, points };
});
const { lineChart } = await importCharts();
const chart = lineChart({ title, xLabel: 'step', series, width: 640, height: 360 });
const style = `<style>text { font: 12px system-ui, sans-serif; fill: #5b6675 } .title { fill: #1d2530; font-weight: 600 } .grid { stroke: #d5dbe3 }</style>`;
const ground = '<rect width="100%" height="100%" fill="#fff"/>';
const file = chart
  .replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')
  .replace(/<svg[^>]*>/, (tag) => tag + style + ground);
writeFileSync(out, `${file}\n`);
