import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DatasetError } from '../../error.js';
import { examineSamples } from '../../examine/examine.js';
import { describeDataset } from '../../examine/statistics.js';
import { syntheticDataset } from '../../synthetic.js';
import type { PoseDataset, PoseSample } from '../../types.js';
import { contactSheetHtml, contactSheetPng } from './contact-sheet.js';
import { groupProblems, problemSheetHtml } from './problem-sheet.js';
import { statisticsSheetHtml } from './statistics-sheet.js';
import { drawTile, TILE } from './tile.js';

const figures = syntheticDataset({ kind: 'synthetic', count: 6 }, 'train');

/** A figure with other values; samples read their values lazily, so a spread would lose them. */
function changed(change: Partial<PoseSample>): PoseSample {
  const { id, imageId, file, imageSize, keypoints, visibility, box, area } = figures.samples[0]!;
  return { id, imageId, file, imageSize, keypoints, visibility, box, area, ...change };
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

describe('contact sheets', () => {
  it('show as many people as asked for, or all', async () => {
    const html = await contactSheetHtml(figures, { count: 4 });
    expect(count(html, 'data:image/jpeg;base64,')).toBe(4);
    expect(html).toContain('4 of 6 people');
    expect(count(await contactSheetHtml(figures), '<figure>')).toBe(6);
  });

  it('are the same for the same seed', async () => {
    const [first, again, other] = await Promise.all(
      [3, 3, 4].map((seed) => contactSheetHtml(figures, { count: 3, seed })),
    );
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('can be one picture', async () => {
    const { width, height, format } = await sharp(await contactSheetPng(figures)).metadata();
    expect({ format, height }).toEqual({ format: 'png', height: 2 * 8 + TILE });
    expect(width).toBe(8 + 6 * (TILE + 8));
  });

  it('draw the annotation where it is: a dot on a white pixel', async () => {
    const pixels = new Uint8Array(300 * 200 * 3);
    pixels.fill(255, (150 * 300 + 200) * 3, (150 * 300 + 201) * 3);
    const dotted: PoseDataset = {
      ...figures,
      readImage: async () => ({ data: pixels, width: 300, height: 200 }),
    };
    const keypoints = new Float32Array(34).fill(-1);
    keypoints.set([200, 150]);
    const visibility = new Uint8Array(17);
    visibility[0] = 2;
    const box = { x: 180, y: 130, width: 60, height: 40 };
    const tile = await drawTile(dotted, changed({ keypoints, visibility, box }));
    const [, cx, cy] = /cx="([\d.]+)" cy="([\d.]+)"/.exec(tile.overlay)!;
    const { data, info } = await sharp(tile.jpeg).raw().toBuffer({ resolveWithObject: true });
    let brightest = 0;
    for (let i = 0; i < data.length; i += info.channels) {
      if (data[i]! > data[brightest]!) brightest = i;
    }
    const at = brightest / info.channels;
    expect(Math.abs((at % info.width) + 0.5 - Number(cx))).toBeLessThan(2);
    expect(Math.abs(Math.floor(at / info.width) + 0.5 - Number(cy))).toBeLessThan(2);
  });
});

describe('problem sheets', () => {
  const huge = changed({ file: '<b>.jpg', area: 1e9 });
  const problems = examineSamples([huge], figures.skeleton);

  it('list each kind with its people', async () => {
    const html = await problemSheetHtml('Check', [{ name: 'train', problems, dataset: figures }]);
    expect(html).toContain('AREA_DISAGREES (1)');
    expect(html).toContain('&lt;b&gt;.jpg');
    expect(html).not.toContain('<b>.jpg');
    expect(count(html, '<figure>')).toBe(1);
  });

  it('go on without pictures that cannot be read', async () => {
    const unreadable: PoseDataset = {
      ...figures,
      readImage: () => Promise.reject(new DatasetError('BAD_IMAGE', 'cut off')),
    };
    const html = await problemSheetHtml('Check', [
      { name: 'train', problems, dataset: unreadable },
    ]);
    expect(count(html, '<figure>')).toBe(0);
  });

  it('put errors first', () => {
    const at = { path: 'a', message: 'b' };
    const kinds = groupProblems([
      { ...at, severity: 'warning', code: 'SIDES_SWAPPED' },
      { ...at, severity: 'error', code: 'EMPTY_BOX' },
      { ...at, severity: 'error', code: 'EMPTY_BOX' },
    ]);
    expect(kinds.map(({ code, list }) => [code, list.length])).toEqual([
      ['EMPTY_BOX', 2],
      ['SIDES_SWAPPED', 1],
    ]);
  });
});

describe('statistics sheets', () => {
  it('have a bar for each keypoint, and survive an empty data set', () => {
    const html = statisticsSheetHtml('figures', [
      { name: 'train', statistics: describeDataset(figures) },
    ]);
    for (const name of figures.skeleton.keypoints) expect(html).toContain(`>${name}</text>`);
    const nobody: PoseDataset = {
      ...figures,
      samples: [],
      groundTruth: () => ({ images: [], annotations: [], categories: [] }),
    };
    const empty = statisticsSheetHtml('none', [
      { name: 'val', statistics: describeDataset(nobody) },
    ]);
    expect(empty).not.toContain('NaN');
    expect(empty).toContain('none');
  });
});
