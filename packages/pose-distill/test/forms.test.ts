import { join } from 'node:path';
import { openDataset } from '@pose-distill/datasets/node';
// By name: threads start from the built package.
import { runJob, summarise } from 'pose-distill/node';
import { expect, it } from 'vitest';
import { createWorkplace } from './command.js';
import { type DataForm, writeForm } from './data-forms.js';

const { folder } = createWorkplace();
const ALWAYS = ['AP', 'AP50', 'PCK@0.2'];
const SCORES: Readonly<Record<DataForm, readonly string[]>> = {
  coco: ALWAYS,
  mpii: ALWAYS,
  crowdpose: [...ALWAYS, 'AP(E)', 'AP(M)', 'AP(H)'],
};

it.each([
  ['hhd', 'mpii', 'teacher,baseline,student'],
  ['okdhp', 'crowdpose', 'baseline,student'],
  ['lspd', 'coco', 'baseline,student'],
  ['ulpd', 'mpii', 'baseline,student'],
  ['park', 'crowdpose', 'teacher,baseline,student'],
  ['fpd', 'coco', 'teacher,initial,baseline,student'],
] as const)(
  '%s learns and is scored on data in the form of %s',
  {
    timeout: 60_000,
  },
  async (recipe, form, phases) => {
    const source = await writeForm(form, join(folder, recipe));
    const { skeleton } = await openDataset(source, { split: 'train' });
    const outcomes = await runJob(
      {
        ...{ recipe, source, baseline: true },
        options: {
          ...{ size: 'tiny', height: 32, width: 32, batchSize: 4, steps: 2 },
          keypoints: skeleton.keypoints,
        },
      },
      { directory: join(folder, `${recipe}-run`), workers: 1 },
    );
    expect(outcomes.map(({ phase }) => phase.name).join()).toBe(phases);
    const rows = await summarise(source, outcomes);
    expect(rows.map(({ name }) => name).join()).toBe(`mean pose,${phases}`);
    for (const { scores } of rows) expect(Object.keys(scores)).toEqual(SCORES[form]);
    // The mean pose of figures that stand is near: a form that is read wrongly, by a pixel from 1 or an area, would not be.
    expect(rows[0]!.scores['PCK@0.2']).toBeGreaterThan(form === 'crowdpose' ? 5 : 15);
    const { verdict } = outcomes.at(-1)!.result;
    expect(verdict!.output).toMatch(recipe === 'okdhp' ? /^branch[123]\.stack1$/ : /^heatmaps$/);
  },
);
