import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, runPage } from './chromium.js';
import { LOSSES_EXPECTED, LOSSES_PROGRAM } from './packed-losses.js';

const PACKAGES = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS = [
  'skeletons',
  'heatmap-decode',
  'network',
  'metrics',
  'backbones',
  'datasets',
  'hhd-align',
  'kd-losses',
];

/** Used as it stands in Node and in a page: plain ESM, no bundler. */
const PROGRAM = `
import { analyseOks, evaluateOks } from '@pose-distill/metrics';
import { oksReport } from '@pose-distill/metrics/report';
import { decodeHeatmaps, encodeHeatmaps } from '@pose-distill/heatmap-decode';
import { decodeHeatmaps as decodeFast, hasWasm } from '@pose-distill/heatmap-decode/wasm';
import { parseCocoKeypoints, renderFigure } from '@pose-distill/datasets';
import { coco17 } from '@pose-distill/skeletons';
import { ducDecoder, peleeNet, stackedHourglass } from '@pose-distill/backbones';
import { ensembleInputs, featureAggregation } from '@pose-distill/kd-losses/fau';
import { complexity, defineNetwork, input } from '@pose-distill/network';

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
const maps = { data: heatmaps, shape: [1, 48, 48, 17], layout: 'NHWC' };
const decoded = decodeHeatmaps(maps);
const same = decodeFast(maps).keypoints.every((x, i) => x === decoded.keypoints[i]);
const found = { ...file.annotations[0], score: 0.9 };
const { stats } = evaluateOks(file, [found]);
const page = oksReport({ groundTruth: file, results: [found], analysis: analyseOks(file, [found]) });

const image = input('image', { height: 256, width: 192, channels: 3 });
const features = peleeNet(image, { name: 'encoder' }).at(32);
const student = ducDecoder(features, { name: 'decoder', keypoints: 17 });
const { stem, branches } = stackedHourglass(image, { name: 'net', keypoints: 16, branches: [1, 2] });
const { ensemble } = featureAggregation(stem, ensembleInputs({ branches }), { name: 'fau' });
const parameters = [student, ensemble].map(
  (value) => complexity(defineNetwork({ inputs: [image], outputs: { value } })).parameters,
);
export const outcome = {
  parameters,
  scores: [...decoded.scores], AP: stats.AP, fast: hasWasm() && same, page: page.includes('</html>'),
};
`;

const EXPECTED = {
  parameters: [2_802_013, 12_053_008],
  scores: new Array(17).fill(1),
  AP: 1 / (1 + 2 ** -52),
  fast: true,
  page: true,
};

const PEERS = fileURLToPath(new URL('../../../../node_modules/@tensorflow', import.meta.url));

/** tfjs's own ESM builds. Node's modules are named in them, but not used in a page; seedrandom only by random numbers. */
const TFJS_IMPORTS = {
  ...Object.fromEntries(
    ['core', 'backend-cpu', 'backend-wasm', 'backend-webgl'].map((name) => [
      `@tensorflow/tfjs-${name}`,
      `/node_modules/@tensorflow/tfjs-${name}/dist/tf-${name}.fesm.js`,
    ]),
  ),
  ...Object.fromEntries(
    ['seedrandom', 'fs', 'path', 'perf_hooks', 'os'].map((name) => [
      name,
      'data:text/javascript,export default {}',
    ]),
  ),
};

const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  wasm: 'application/wasm',
};

/** Every entry of an installed package and the file that it leads to. */
function entriesOf(folder: string): [name: string, file: string][] {
  const manifest = JSON.parse(readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8'));
  return Object.entries<{ default?: string }>(manifest.exports).flatMap(([entry, target]) => {
    if (!target.default) return [];
    const name = `@pose-distill/${folder}`;
    return [[name + entry.slice(1), `/node_modules/${name}/${target.default.slice(2)}`] as const];
  }) as [string, string][];
}

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
    symlinkSync(PEERS, join(project, 'node_modules/@tensorflow'));
    writeFileSync(join(project, 'program.js'), PROGRAM);
    writeFileSync(join(project, 'losses.js'), LOSSES_PROGRAM);
  }, 120_000);

  /** What an expression gives in Node, in the project. */
  const inNode = (expression: string): unknown => {
    const script = `(async () => console.log(JSON.stringify(await (${expression}))))()`;
    const text = execFileSync(process.execPath, ['-e', script], {
      cwd: project,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(text.trim().split('\n').at(-1)!);
  };

  /** The same in a page of Chromium, with an import map and no bundler. */
  const inPage = (expression: string): Promise<unknown> => {
    const imports = { ...Object.fromEntries(FOLDERS.flatMap(entriesOf)), ...TFJS_IMPORTS };
    const page = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module">globalThis.outcome = await (${expression});</script>`;
    return runPage((path) => {
      if (path === '/') return { type: 'text/html', body: page };
      const type = TYPES[path.split('.').at(-1)!];
      const file = join(project, path);
      return type && existsSync(file) ? { type, body: readFileSync(file) } : undefined;
    });
  };

  const decode = "import('./program.js').then(({ outcome }) => outcome)";

  it('works in Node', () => {
    expect(inNode(decode)).toEqual(EXPECTED);
  });

  it.skipIf(!findChromium())('works in a page without a bundler', async () => {
    expect(await inPage(decode)).toEqual(EXPECTED);
  });

  const losses = "import('./losses.js').then(({ lossesOnStockTfjs }) => lossesOnStockTfjs())";

  /** Values and gradients in single precision beside those in double precision. */
  const expectLosses = (outcome: unknown): string[] => {
    const { registered, ...backends } = outcome as Record<string, typeof LOSSES_EXPECTED>;
    expect(registered).toEqual([]);
    for (const name of ['tensor-ops', 'accelerate'])
      expect(existsSync(join(project, 'node_modules/@pose-distill', name))).toBe(false);
    for (const [backend, found] of Object.entries(backends)) {
      expect(Object.keys(found)).toEqual(Object.keys(LOSSES_EXPECTED));
      for (const [name, expected] of Object.entries(LOSSES_EXPECTED))
        expected.forEach((number, i) => {
          const error = Math.abs(found[name]![i]! - number);
          expect(error, `${name} on ${backend}`).toBeLessThan(1e-5 * Math.abs(number) + 1e-7);
        });
    }
    return Object.keys(backends);
  };

  it('losses and their gradients on stock tfjs in Node', () => {
    expect(expectLosses(inNode(losses))).toEqual(['cpu', 'wasm']);
  });

  it.skipIf(!findChromium())('losses and their gradients on stock tfjs in a page', async () => {
    // webgl where the browser has it.
    expect(expectLosses(await inPage(losses)).slice(0, 2)).toEqual(['cpu', 'wasm']);
  });
});
