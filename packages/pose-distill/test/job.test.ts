import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coco17 } from '@pose-distill/skeletons';
// By name: phases are threads of the built package.
import { type Job, type JobRunOptions, runJob } from 'pose-distill/node';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'pose-distill-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PHASES = ['teacher', 'initial', 'baseline', 'student'];
const STEPS = 100;

const job: Job = {
  recipe: 'fpd',
  options: {
    ...{ size: 'tiny', keypoints: coco17.keypoints, height: 32, width: 32 },
    ...{ network: 'hourglass-1x8d1', teacherNetwork: 'hourglass-1x16d1' },
    ...{ steps: STEPS, batchSize: 4, warmUpSteps: 4 },
  },
  source: { kind: 'synthetic', count: 16, validation: 4 },
  baseline: true,
};

const file = (run: string, phase: string, name: string): Buffer =>
  readFileSync(join(folder, run, phase, name));

it('fpd, interrupted in each phase, ends with the weights of a run that was not', async () => {
  const begun: string[] = [];
  const options = (run: string): JobRunOptions => ({ directory: join(folder, run), workers: 1 });
  const whole = await runJob(job, {
    ...options('whole'),
    log: ({ name }, event) => event.type === 'start' && begun.push(name),
  });
  expect(begun).toEqual(PHASES);
  expect(whole.every(({ result }) => !result.interrupted)).toBe(true);

  for (const [i, interrupted] of PHASES.entries()) {
    const stop = new AbortController();
    const started: [string, number][] = [];
    const outcomes = await runJob(job, {
      ...options('parts'),
      resume: i > 0,
      signal: stop.signal,
      log({ name }, event) {
        if (event.type === 'start') started.push([name, event.step]);
        if (event.type === 'loss' && name === interrupted) stop.abort();
      },
    });
    expect(outcomes.map(({ phase }) => phase.name)).toEqual(PHASES.slice(0, i + 1));
    expect(outcomes.at(-1)!.result.interrupted).toBe(true);
    // What was finished is not begun again; what was interrupted goes on.
    expect(started.map(([name]) => name)).toEqual(PHASES.slice(Math.max(0, i - 1), i + 1));
    if (i > 0) expect(started[0]![1]).toBeGreaterThan(0);
  }
  const rest = await runJob(job, { ...options('parts'), resume: true });
  expect(rest.map(({ result }) => result)).toEqual(whole.map(({ result }) => result));
  for (const phase of PHASES)
    for (const name of ['model/model.json', 'model/weights.safetensors', 'results.json'])
      expect(
        file('parts', phase, name).equals(file('whole', phase, name)),
        `${phase}/${name}`,
      ).toBe(true);

  // Student and baseline start from the same model, and only the student has a teacher.
  for (const phase of ['baseline', 'student'])
    expect(file('parts', phase, 'events.jsonl').toString()).toMatch(
      /"type":"initial".*"drawn":\[\]/,
    );
  const weights = (phase: string): Buffer => file('parts', phase, 'model/weights.safetensors');
  expect(weights('student').equals(weights('baseline'))).toBe(false);
}, 300_000);
