import { describe, expect, it } from 'vitest';
import { htmlPage, htmlTable, lineChart, posePicture } from './index.js';

describe('sheets', () => {
  it('escapes what people wrote', () => {
    expect(htmlPage('a <b>', htmlTable(['<i>'], [['"&"']]))).toContain('&lt;i&gt;');
    expect(htmlTable([], [['<script>']])).not.toContain('<script>');
  });

  it('draws every point inside the chart, and leaves out what a logarithm cannot show', () => {
    const points = [
      [0, 1],
      [1, 0.1],
      [2, 0],
      [3, Number.NaN],
      [4, 0.01],
    ] as const;
    const svg = lineChart({
      title: 't',
      xLabel: 'x',
      logarithmic: true,
      series: [{ name: 's', points }],
    });
    const drawn = [.../cx="([\d.]+)" cy="([\d.]+)"/g[Symbol.matchAll](svg)];
    expect(drawn).toHaveLength(3);
    for (const [, x, y] of drawn) {
      expect(Number(x)).toBeLessThanOrEqual(500);
      expect(Number(y)).toBeLessThanOrEqual(300);
    }
    expect(svg).not.toContain('NaN');
  });

  it('survives a chart without points or with one', () => {
    expect(lineChart({ title: 't', xLabel: 'x', series: [] })).not.toContain('NaN');
    const one = lineChart({ title: 't', xLabel: 'x', series: [{ name: 's', points: [[5, 5]] }] });
    expect(one).not.toContain('NaN');
  });

  it('puts a keypoint at the centre of its pixel and hides those not shown', () => {
    const svg = posePicture('data:,', { width: 10, height: 10 }, [
      { keypoints: [2, 3, 7, 8], limbs: [[0, 1]], colour: 'red', shown: [1, 0] },
    ]);
    expect(svg).toContain('cx="2.5" cy="3.5"');
    expect(svg).not.toContain('cx="7.5"');
    expect(svg).not.toContain('<line');
  });
});
