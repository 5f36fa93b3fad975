import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type CocoKeypointFile,
  type CocoKeypointResult,
  evaluateOks,
  MetricsError,
} from '@pose-distill/metrics';
import { evaluateOksFiles } from '@pose-distill/metrics/node';
import { afterAll, describe, expect, it } from 'vitest';

const golden = fileURLToPath(new URL('./golden/oks/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pose-distill-metrics-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = <T>(name: string, file: string): T =>
  JSON.parse(readFileSync(join(golden, name, file), 'utf8')) as T;
const truthOf = (name: string): CocoKeypointFile => read(name, 'gt.json');
const resultsOf = (name: string): CocoKeypointResult[] => read(name, 'dt.json');
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('evaluateOksFiles', () => {
  const names = readdirSync(golden).filter(
    (name) => !readdirSync(join(golden, name)).includes('params.json'),
  );

  it.each(names)('gives what evaluateOks gives, with one thread or several: %s', async (name) => {
    const { oks: _, matches, ...whole } = evaluateOks(truthOf(name), resultsOf(name));
    for (const workers of [1, 2, 3]) {
      const [truth, results] = ['gt.json', 'dt.json'].map((path) => join(golden, name, path));
      const evaluation = await evaluateOksFiles(truth!, results!, { workers });
      const { matches: found, ...rest } = evaluation;
      expect(rest).toEqual(whole);
      expect(found()).toEqual(matches());
    }
  });

  it('is not misled by commas in strings and nested lists', async () => {
    const [truth, results] = [truthOf('basic'), resultsOf('basic')];
    const odd = results.map((result) => ({
      ...result,
      parts: [{ a: 1 }, { b: '},{' }],
      text: '},{"x":[',
    }));
    const path = file('odd.json', JSON.stringify(odd));
    const { stats } = await evaluateOksFiles(join(golden, 'basic/gt.json'), path, { workers: 4 });
    expect(stats).toEqual(evaluateOks(truth, results).stats);
  });

  it('tells mistakes with their places in the whole file', async () => {
    const results = resultsOf('basic');
    const bad = results.map((result, i) =>
      i === results.length - 2 ? { ...result, keypoints: [] } : result,
    );
    const path = file('bad.json', JSON.stringify(bad));
    await expect(
      evaluateOksFiles(join(golden, 'basic/gt.json'), path, { workers: 2 }),
    ).rejects.toThrow(`results[${results.length - 2}].keypoints`);
    const boxes = results.map((result, i) =>
      i < results.length - 1 ? { ...result, bbox: [0, 0, 9, 9] } : result,
    );
    const mixed = file('boxes.json', JSON.stringify(boxes));
    await expect(
      evaluateOksFiles(join(golden, 'basic/gt.json'), mixed, { workers: 2 }),
    ).rejects.toThrow(`results[${results.length - 1}].bbox`);
  });

  it('refuses an empty list, a missing file and half a worker', async () => {
    const truth = join(golden, 'basic/gt.json');
    const empty = file('empty.json', '[]');
    await expect(evaluateOksFiles(truth, empty, { workers: 2 })).rejects.toThrow(
      'at least one, got none',
    );
    await expect(evaluateOksFiles(truth, join(folder, 'none.json'))).rejects.toThrow('ENOENT');
    await expect(evaluateOksFiles(truth, empty, { workers: 0.5 })).rejects.toThrow(MetricsError);
  });
});
