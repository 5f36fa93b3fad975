// Does distillation help? Every recipe with and without it, same student and steps, several seeds:
//   node benchmarks/recipes/run.js [--recipes hhd,okdhp] [--seeds 1,2,3] [--size tiny] [--steps 800] [--figures 3000]
//     [--data synthetic|coco:DIR] [--set '{"ramp":0.3}'] [--validations 1] [--workers N] [--out runs/recipes]
// Writes benchmarks/results/recipes-<size>-<date>.json (--name for another). A training that is done is not done again; one that was stopped goes on.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '@pose-distill/datasets/node';
import { runJob } from 'pose-distill/node';
import { recipes } from 'pose-distill/recipes';
import { machine, version, writeReport } from '../shared/report.js';

const { values: flags } = parseArgs({
  options: {
    recipes: { type: 'string', default: 'hhd,okdhp,lspd,ulpd,park,fpd' },
    seeds: { type: 'string', default: '1,2,3' },
    size: { type: 'string', default: 'tiny' },
    steps: { type: 'string', default: '800' },
    figures: { type: 'string', default: '3000' },
    data: { type: 'string', default: 'synthetic' },
    set: { type: 'string', default: '{}' },
    validations: { type: 'string', default: '1' },
    workers: { type: 'string' },
    out: { type: 'string', default: 'runs/recipes' },
    name: { type: 'string' },
  },
});
const where = machine();
const steps = Number(flags.steps);

function sourceOf(seed) {
  if (flags.data !== 'synthetic') return flags.data;
  return { kind: 'synthetic', count: Number(flags.figures), validation: 500, seed };
}

/** Runs what a reference names, or takes what an earlier run left; returns its folder and scores. */
async function trained({ module, options }, source, init) {
  const key = createHash('sha256').update(JSON.stringify([module, options, source, init]));
  const folder = join(flags.out, `${module}-${options.seed}-${key.digest('hex').slice(0, 10)}`);
  const results = join(folder, 'student', 'results.json');
  if (!existsSync(results)) {
    const started = performance.now();
    await runJob(
      {
        ...{ recipe: module, options, source, baseline: false, ...(init && { init }) },
        validateEvery: Math.ceil(steps / Number(flags.validations)),
      },
      {
        directory: folder,
        resume: existsSync(join(folder, 'job.json')),
        ...(flags.workers && { workers: Number(flags.workers) }),
      },
    );
    console.error(`${folder}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  }
  const { output, scores, others } = JSON.parse(readFileSync(results, 'utf8'));
  return { folder, output, scores, others };
}

/** One recipe on one seed: teacher, start, student without and with distillation. */
async function compare(name, seed, keypoints) {
  const recipe = recipes[name];
  const source = sourceOf(seed);
  const given = { size: flags.size, keypoints, steps, seed, ...JSON.parse(flags.set) };
  const teacher = recipe.teacher && (await trained(recipe.teacher(given), source));
  const options = { ...given, ...(teacher && { teacher: join(teacher.folder, 'student') }) };
  const first = recipe.initial?.(options);
  const initial = first && (await trained(first, source));
  const init = initial && join(initial.folder, 'student');
  const alone = await trained(recipe.baseline(options), source, init);
  const distilled = await trained({ module: name, options }, source, init);
  const told = ({ folder: _, ...scores }) => scores;
  return {
    recipe: name,
    seed,
    ...(teacher && { teacher: told(teacher) }),
    ...(initial && { initial: told(initial) }),
    alone: told(alone),
    distilled: told(distilled),
  };
}

const runs = [];
for (const seed of flags.seeds.split(',').map(Number)) {
  const { skeleton } = await openDataset(sourceOf(seed), { split: 'train' });
  for (const name of flags.recipes.split(','))
    runs.push(await compare(name, seed, skeleton.keypoints));
}

const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
const told = (list) =>
  `${mean(list).toFixed(1)} (${Math.min(...list).toFixed(1)} to ${Math.max(...list).toFixed(1)})`;
console.log(
  '| recipe | teacher PCK@0.2 | alone | distilled | gain of each seed | AP alone | AP distilled |',
);
console.log('|---|---|---|---|---|---|---|');
for (const name of flags.recipes.split(',')) {
  const own = runs.filter(({ recipe }) => recipe === name);
  const score = (who, what) => own.map((run) => run[who]?.scores[what] ?? Number.NaN);
  const teacher = own[0].teacher
    ? told(score('teacher', 'PCK@0.2'))
    : Object.keys(own[0].distilled.others)
        .filter((output) => !/^branch/.test(output))
        .map(
          (output) =>
            `${output} ${told(own.map(({ distilled }) => distilled.others[output]['PCK@0.2']))}`,
        )
        .join();
  const [alone, distilled] = [score('alone', 'PCK@0.2'), score('distilled', 'PCK@0.2')];
  const gains = distilled.map((value, i) => (value - alone[i]).toFixed(1)).join(', ');
  console.log(
    `| ${name} | ${teacher} | ${told(alone)} | ${told(distilled)} | ${gains} | ${told(score('alone', 'AP'))} | ${told(score('distilled', 'AP'))} |`,
  );
}
writeReport({
  benchmark: flags.name ?? `recipes-${flags.size}`,
  // Not where things lie on this machine.
  settings: { ...flags, data: flags.data.replace(/:.*\//, ':'), out: undefined },
  versions: { node: process.versions.node, 'tfjs-core': version('@tensorflow/tfjs-core') },
  machine: where,
  runs,
});
