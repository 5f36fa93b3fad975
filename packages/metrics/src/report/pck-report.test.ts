import { defineSkeleton, mpii16 } from '@pose-distill/skeletons';
import { describe, expect, it } from 'vitest';
import { pckReport } from './pck-report.js';

const shares = mpii16.keypoints.map((_, k) => (k === 6 ? null : k / 16));
const input = {
  stats: { Head: 95.94, Mean: null },
  reasons: { Mean: 'joint pelvis is annotated nowhere' },
  skeleton: mpii16,
  perKeypoint: shares,
  counted: mpii16.keypoints.map(() => 2958),
};

describe('a PCK report', () => {
  it('holds the numbers, and why one is missing', () => {
    const html = pckReport({
      ...input,
      notes: ['gt_valid.mat'],
      curve: { thresholds: [0, 0.25, 0.5], shares: [0, null, 0.8], unit: 'head size' },
    });
    for (const text of ['95.9', 'no data', 'annotated nowhere', 'left wrist', '2,958 labelled'])
      expect(html).toContain(text);
    expect(html).toContain('head size');
    expect(html).not.toMatch(/NaN|undefined|Infinity|<script|https?:/);
  });

  it('draws the bar of each keypoint as long as its share', () => {
    const html = pckReport(input);
    const widths = [...html.matchAll(/width="([\d.]+)" height="14" style="fill:var\(--good\)"/g)];
    // Of 16 joints one has no data and one a share of 0.
    expect(widths).toHaveLength(14);
    const first = Number(widths[0]![1]);
    widths.forEach(([, width], i) => {
      const k = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15][i]!;
      expect(Math.abs(Number(width) - k * first)).toBeLessThan(1.6);
    });
  });

  it('escapes names, and goes without a figure for names that say nothing', () => {
    const evil = defineSkeleton({ name: 'x', keypoints: ['<b>', 'c'], oksSigmas: [1, 1] });
    const html = pckReport({ ...input, skeleton: evil, perKeypoint: [1, 0], counted: [1, 1] });
    expect(html).toContain('&lt;b&gt;');
    expect(html).not.toContain('<figure');
  });
});
