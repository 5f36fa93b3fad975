import {
  add,
  complexity,
  conv2d,
  defineNetwork,
  input,
  type Network,
  relu,
} from '@pose-distill/network';
import { describe, expect, it } from 'vitest';
import { buildNetwork, networkEntry, networkNames } from '../networks.js';
import { networkPicture } from './picture.js';
import { drawableRows, networkStages, stageRows } from './stages.js';

const whole = (name: string): Network =>
  buildNetwork(name, { inputSize: networkEntry(name).inputSize, keypoints: 17 });

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** `a.one` feeds `b.one`, which feeds `a.two`: `a` and `b` need each other. */
function interwoven(): Network {
  const image = input('image', { height: 4, width: 4, channels: 1 });
  const one = conv2d(image, { name: 'a.one', channels: 2 });
  const other = conv2d(one, { name: 'b.one', channels: 3 });
  const two = conv2d(other, { name: 'a.two', channels: 2 });
  const both = relu(add([one, two], { name: 'c' }));
  return defineNetwork({ inputs: [image], outputs: { both } });
}

describe('networkStages', () => {
  it.each(networkNames())('%s: its stages add up to the whole', (name) => {
    const network = whole(name);
    const { parameters, total } = complexity(network);
    for (const depth of [1, 2, 3]) {
      const stages = networkStages(network, depth);
      expect(sum(stages.map((stage) => stage.parameters))).toBe(parameters);
      expect(sum(stages.map((stage) => stage.macs))).toBe(total);
      const paths = new Set(stages.map(({ path }) => path));
      expect(paths.size).toBe(stages.length);
      for (const { inputs } of stages) for (const path of inputs) expect(paths).toContain(path);
    }
    expect(networkStages(network).length).toBeLessThanOrEqual(40);
  });

  it('cuts at the depth asked for, with the shape of the last node', () => {
    const stages = networkStages(whole('peleenet-duc'));
    expect(stages.map(({ path }) => path)).toEqual([
      'image',
      'encoder.stem',
      'encoder.stage1',
      'encoder.stage2',
      'encoder.stage3',
      'encoder.stage4',
      'decoder.step1',
      'decoder.step2',
      'decoder.head',
    ]);
    expect(stages.map(({ shape }) => shape.join('x'))).toEqual([
      ...['256x192x3', '64x48x32', '64x48x128', '32x24x256', '16x12x512', '8x6x704'],
      ...['16x12x352', '32x24x176', '64x48x17'],
    ]);
    expect(stages.slice(6).map(({ parameters }) => parameters)).toEqual([558_272, 139_744, 6_749]);
  });

  it('puts every stage behind what it needs, or says that it cannot', () => {
    for (const name of ['hrnet-w32', 'hourglass-2', 'litehrnet-18', 'resnet50-duc']) {
      const rows = drawableRows(whole(name))!;
      const seen = new Set<string>();
      for (const row of rows) {
        for (const { inputs } of row) for (const path of inputs) expect(seen).toContain(path);
        for (const { path } of row) seen.add(path);
      }
      expect(seen.size).toBeLessThanOrEqual(40);
    }
    expect(stageRows(networkStages(interwoven(), 1))).toBeUndefined();
    expect(drawableRows(interwoven())!.flat()).toHaveLength(5);
    expect(drawableRows(interwoven(), 4)).toBeUndefined();
  });
});

describe('networkPicture', () => {
  it.each(
    networkNames(),
  )('%s: a box for each stage inside the picture, a line for each map', (name) => {
    const network = whole(name);
    const svg = networkPicture(network, { title: `<${name}>` });
    const stages = drawableRows(network)!.flat();
    expect(svg.match(/<g>/g)).toHaveLength(stages.length);
    expect(svg.match(/<path /g)).toHaveLength(sum(stages.map(({ inputs }) => inputs.length)));
    expect(svg).toContain(`&lt;${name}&gt;</text>`);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const [, width, height] = /viewBox="0 0 (\S+) (\S+)"/.exec(svg)!.map(Number);
    for (const [, x, y] of svg.matchAll(/<rect x="(\S+)" y="(\S+)" width="206"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(0);
      expect(Number(x) + 206).toBeLessThanOrEqual(width!);
      expect(Number(y) + 40).toBeLessThanOrEqual(height!);
    }
  });
});
