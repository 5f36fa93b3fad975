import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, runPage } from './chromium.js';

const PACKAGES = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS = ['skeletons', 'heatmap-decode', 'metrics', 'datasets'];

/** Used as it stands in Node and in a page: plain ESM, no bundler. */
const PROGRAM = `
import { evaluateOks } from '@pose-distill/metrics';
import { decodeHeatmaps, encodeHeatmaps } from '@pose-distill/heatmap-decode';
import { parseCocoKeypoints, renderFigure } from '@pose-distill/datasets';
import { coco17 } from '@pose-distill/skeletons';

const { keypoints } = renderFigure({ seed: 1, index: 0, size: { width: 96, height: 96 } });
const triplets = coco17.keypoints.flatMap((_, k) => [keypoints[2 * k], keypoints[2 * k + 1], 2]);
const file = {
  images: [{ id: 1, file_name: 'a.png', width: 96, height: 96 }],
  categories: [{ id: 1, name: 'person', keypoints: coco17.keypoints }],
  annotations: [{
    id: 1, image_id: 1, category_id: 1, iscrowd: 0, num_keypoints: 17,
    keypoints: triplets, bbox: [0, 0, 96, 96], area: 2000,
  }],
};
const { samples } = parseCocoKeypoints(file);
const { heatmaps } = encodeHeatmaps(
  { keypoints: samples[0].keypoints, weights: new Float32Array(17).fill(1) },
  { batch: 1, keypointCount: 17, inputSize: { width: 96, height: 96 }, heatmapSize: { width: 48, height: 48 } },
);
const decoded = decodeHeatmaps({ data: heatmaps, shape: [1, 48, 48, 17], layout: 'NHWC' });
const found = { ...file.annotations[0], score: 0.9 };
const { stats } = evaluateOks(file, [found]);
export const outcome = { scores: [...decoded.scores], AP: stats.AP };
`;

const EXPECTED = { scores: new Array(17).fill(1), AP: 1 / (1 + 2 ** -52) };

describe('packed and installed in an empty project', () => {
  const project = mkdtempSync(join(tmpdir(), 'packed-'));
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  beforeAll(() => {
    const npm = (directory: string, ...words: string[]): string =>
      execFileSync('npm', words, { cwd: directory, encoding: 'utf8', stdio: 'pipe' });
    const tarballs = FOLDERS.map((folder) =>
      npm(join(PACKAGES, folder), 'pack', '--silent', '--pack-destination', project).trim(),
    );
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
    const files = tarballs.map((name) => `./${name}`);
    npm(project, 'install', '--offline', '--omit=peer', '--no-audit', '--no-fund', ...files);
    writeFileSync(join(project, 'program.js'), PROGRAM);
  }, 120_000);

  it('works in Node', () => {
    const script = `import('./program.js').then((module) => console.log(JSON.stringify(module.outcome)))`;
    const text = execFileSync(process.execPath, ['-e', script], { cwd: project, encoding: 'utf8' });
    expect(JSON.parse(text)).toEqual(EXPECTED);
  });

  it.skipIf(!findChromium())('works in a page without a bundler', async () => {
    const imports = Object.fromEntries(
      FOLDERS.map((folder) => [
        `@pose-distill/${folder}`,
        `/node_modules/@pose-distill/${folder}/dist/index.js`,
      ]),
    );
    const page = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">globalThis.outcome = (await import('/program.js')).outcome;</script>`;
    const outcome = await runPage((path) =>
      path === '/'
        ? { type: 'text/html', body: page }
        : path.endsWith('.js')
          ? { type: 'text/javascript', body: readFileSync(join(project, path)) }
          : undefined,
    );
    expect(outcome).toEqual(EXPECTED);
  });
});
