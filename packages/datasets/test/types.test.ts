import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, it } from 'vitest';
import * as api from '../src/index.js';
import * as node from '../src/node.js';

it('exports these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'DatasetError',
    'FIGURE_SIZE',
    'IMAGENET_DEVIATION',
    'IMAGENET_MEAN',
    'MIDPOINTS',
    'SCENE_SIZE',
    'batchSchedule',
    'changeColours',
    'checkAic',
    'checkCocoKeypoints',
    'checkLsp',
    'checkLspMat',
    'checkMpii',
    'checkMpiiMat',
    'convertSkeleton',
    'cropAffine',
    'crowdIndex',
    'describeDataset',
    'drawAugmentation',
    'epochOrder',
    'examineSamples',
    'makeBatch',
    'makeSample',
    'parseAic',
    'parseCocoKeypoints',
    'parseDetections',
    'parseLsp',
    'parseMpii',
    'parseMpiiMat',
    'readLspJoints',
    'renderFigure',
    'renderScene',
    'sampleRandom',
    'syntheticDataset',
  ]);
  expect(Object.keys(node).sort()).toEqual([
    'ANNOTATION_KINDS',
    'checkFolder',
    'contactSheetHtml',
    'contactSheetPng',
    'createBatchLoader',
    'createShardLoader',
    'decodeImage',
    'groupProblems',
    'openDataset',
    'openShards',
    'parseShare',
    'parseSource',
    'problemSheetHtml',
    'readImageFile',
    'readImageSize',
    'shareFromEnvironment',
    'statisticsRows',
    'statisticsSheetHtml',
    'writeFigures',
    'writeShards',
  ]);
});

it('has plain arrays and plain objects', () => {
  expectTypeOf<api.Batch['images']>().toEqualTypeOf<Float32Array>();
  expectTypeOf(api.checkCocoKeypoints).parameter(0).toBeUnknown();
  expectTypeOf<api.ParsedAnnotations['samples'][number]>().toEqualTypeOf<api.PoseSample>();
  expectTypeOf<node.BatchLoader>().toExtend<AsyncIterable<api.Batch>>();
});

it('keeps Node out of the entries for browsers', () => {
  const dist = new URL('../dist/', import.meta.url);
  const pending = ['index.js', 'web.js'];
  const seen = new Set<string>();
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(new URL(file, dist), 'utf8');
    for (const [, name] of text.matchAll(/(?<![.\w])(?:from|import)\s*\(?\s*["']([^"']+)["']/g)) {
      if (name!.startsWith('./')) pending.push(name!.slice(2));
      else expect(name).toMatch(/^@pose-distill\//);
    }
  }
});
