import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { barChart, colourKey, extentOf, stickFigure, tiles } from './index.js';

const numbers = (svg: string, attribute: string): number[] =>
  [...svg.matchAll(new RegExp(` ${attribute}="([-\\d.]+)"`, 'g'))].map(([, text]) => Number(text));

describe('bars', () => {
  it('lie within the picture, whatever their sizes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { maxLength: 4 }), {
          maxLength: 5,
        }),
        (rows) => {
          const svg = barChart({
            title: 't',
            width: 400,
            rows: rows.map((sizes, i) => ({
              label: `row ${i}`,
              parts: sizes.map((size) => ({ size, colour: 'red' })),
              value: '1.0',
            })),
          });
          const height = Number(/viewBox="0 0 400 (\d+)"/.exec(svg)![1]);
          const [xs, widths] = [/<rect[^>]* x="([\d.]+)"[^>]* width="([\d.]+)"/g, svg] as const;
          for (const [, x, width] of widths.matchAll(xs)) {
            expect(Number(x) + Number(width)).toBeLessThanOrEqual(400);
          }
          for (const y of numbers(svg, 'y')) expect(y).toBeLessThanOrEqual(height);
          expect(svg).not.toContain('NaN');
        },
      ),
    );
  });

  it('put parts one after the other, and start where they are told', () => {
    const svg = barChart({
      title: 't',
      width: 300,
      labelWidth: 100,
      valueWidth: 100,
      rows: [
        {
          label: 'a',
          from: 0.2,
          parts: [
            { size: 0.3, colour: 'red' },
            { size: 0.5, colour: 'blue' },
          ],
          value: '',
        },
      ],
    });
    expect(svg).toContain('x="120.0" y="34" width="30.0"');
    expect(svg).toContain('x="150.0" y="34" width="50.0"');
  });

  it('shorten long labels and keep them for hovering', () => {
    const label = 'a'.repeat(40);
    const svg = barChart({ title: '', rows: [{ label, parts: [], value: '' }] });
    expect(svg).toContain(`${'a'.repeat(27)}…<title>${label}</title>`);
  });
});

describe('stick figures', () => {
  it('fit the extent into the frame without stretching it', () => {
    const svg = stickFigure(
      [{ keypoints: [0, 0, 10, 20], limbs: [[0, 1]], colour: 'red' }],
      { left: 0, top: 0, width: 10, height: 20 },
      { width: 100, height: 100, label: 'l' },
    );
    expect(svg).toContain('x1="25.0" y1="0.0" x2="75.0" y2="100.0"');
  });

  it('leave out what is not shown or not finite', () => {
    const svg = stickFigure(
      [
        {
          keypoints: [0, 0, 1, 1, Number.NaN, 2],
          limbs: [
            [0, 1],
            [1, 2],
          ],
          shown: [1, 1, 1],
          colour: 'red',
        },
        { keypoints: [5, 5], limbs: [], shown: [0], colour: 'red' },
      ],
      extentOf([[0, 0]]),
      { width: 10, height: 10, label: '' },
    );
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg.match(/<line/g)).toHaveLength(1);
    expect(svg).not.toContain('NaN');
  });

  it('have an extent even of nothing', () => {
    expect(extentOf([])).toEqual({ left: 0, top: 0, width: 1, height: 1 });
    expect(extentOf([[3, 4]], 0.5)).toEqual({ left: 2.5, top: 3.5, width: 1, height: 1 });
  });
});

it('every text of a file is escaped', () => {
  const evil = '"><script>alert(1)</script>';
  const html = [
    barChart({
      title: evil,
      rows: [
        { label: evil, parts: [{ size: 1, colour: evil, name: evil }], value: evil, note: evil },
      ],
    }),
    colourKey([{ name: evil, colour: evil }]),
    tiles([{ name: evil, value: evil, reason: evil }]),
    stickFigure(
      [{ keypoints: [0, 0], limbs: [], colour: evil, colours: [evil], names: [evil] }],
      extentOf([]),
      { width: 1, height: 1, label: evil },
      [{ from: [0, 0], to: [1, 1], colour: evil }],
    ),
  ].join('');
  expect(html).not.toContain('<script');
  expect(html).not.toContain('"">');
});
