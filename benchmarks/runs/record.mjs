// Records finished runs as JSON: node benchmarks/runs/record.mjs OUT.json "COMMAND" RUN_FOLDER...
// A run folder is one that `pose-distill train` or `demo` wrote.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { basename, join } from 'node:path';

const [out, command, ...folders] = process.argv.slice(2);
if (!folders.length) {
  console.error('usage: node benchmarks/runs/record.mjs OUT.json "COMMAND" RUN_FOLDER...');
  process.exit(2);
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const round = (value, digits = 2) => (value === null ? null : Number(value?.toFixed(digits)));

/** What one phase did: its options, its rate, and every validation. */
function recordPhase(folder) {
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const events = readFileSync(join(folder, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const rates = events.filter(({ type }) => type === 'loss').map((event) => event.imagesPerSecond);
  const { keypoints, teacher, ...options } = config.options;
  return {
    recipe: config.module,
    options: { ...options, keypoints: keypoints.length },
    imagesPerSecondMedian: round(median(rates.filter(Boolean)), 1),
    validations: events
      .filter(({ type }) => type === 'validation')
      .map(({ step, result }) => ({
        step,
        ...Object.fromEntries(Object.entries(result).map(([name, value]) => [name, round(value)])),
      })),
  };
}

const phases = {};
for (const folder of folders)
  for (const name of readdirSync(folder).sort())
    if (existsSync(join(folder, name, 'results.json')))
      phases[`${basename(folder)}/${name}`] = recordPhase(join(folder, name));

const record = {
  command,
  date: new Date().toISOString().slice(0, 10),
  hardware: {
    processor: cpus()[0].model,
    cores: cpus().length,
    memoryGiB: round(totalmem() / 2 ** 30, 1),
  },
  node: process.versions.node,
  phases,
};
writeFileSync(out, `${JSON.stringify(record, undefined, 2)}\n`);
