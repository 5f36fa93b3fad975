import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Figure, renderFigure } from './figure.js';

const SMALL = { width: 64, height: 80 };

function hash({ image, keypoints, visibility, box, area }: Figure): string {
  const labels = Float64Array.of(
    ...keypoints,
    ...visibility,
    box.x,
    box.y,
    box.width,
    box.height,
    area,
  );
  return createHash('sha256')
    .update(image.data)
    .update(new Uint8Array(labels.buffer))
    .digest('hex')
    .slice(0, 24);
}

describe('renderFigure', () => {
  it.each([
    [{ seed: 1, index: 0 }, '59785ee131916972db092d1f'],
    [{ seed: 1, index: 1 }, '68d7a3c96839beebb2b5776c'],
    [{ seed: 1, index: 2 }, '705a6d73360933e86ae70104'],
    [{ seed: 7, index: 2 ** 30 + 5 }, '6e6e14c3fb7c107d2350ea4f'],
    [{ seed: -3, index: 41, size: { width: 96, height: 96 } }, '3459b5e3ceb86cc83b993785'],
    [{ seed: 2 ** 40, index: 9, size: { width: 201, height: 131 } }, 'e98a91dcd4907cc29eda8816'],
  ])('draws %j to the last bit', (options, expected) => {
    expect(hash(renderFigure(options))).toBe(expected);
  });

  it('draws a picture from its seed, index and size alone', () => {
    const first = [3, 4, 5].map((index) => hash(renderFigure({ seed: 11, index })));
    renderFigure({ seed: 12, index: 4, size: { width: 250, height: 190 } });
    const again = [5, 4, 3].map((index) => hash(renderFigure({ seed: 11, index }))).reverse();
    expect(again).toEqual(first);
    expect(new Set(first).size).toBe(3);
    expect(hash(renderFigure({ seed: 13, index: 3 }))).not.toBe(first[0]);
  });

  it('hands out memory that later pictures leave alone', () => {
    const figure = renderFigure({ seed: 5, index: 0 });
    const before = hash(figure);
    renderFigure({ seed: 5, index: 1 });
    expect(hash(figure)).toBe(before);
  });

  it('gives sane labels for every picture of a long series', () => {
    let seen = 0;
    let labelled = 0;
    let hidden = 0;
    let wholeFigures = 0;
    const count = 150;
    for (let index = 0; index < count; index++) {
      const { image, keypoints, visibility, box, area } = renderFigure({
        seed: 99,
        index,
        size: SMALL,
      });
      expect(image.data.length).toBe(SMALL.width * SMALL.height * 3);
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(SMALL.width - 0.5);
      expect(box.y + box.height).toBeLessThanOrEqual(SMALL.height - 0.5);
      expect(Math.min(box.width, box.height), `size of box ${index}`).toBeGreaterThan(4);
      expect(Math.max(box.width, box.height), `size of box ${index}`).toBeGreaterThan(24);
      expect(area).toBeLessThanOrEqual((box.width + 1) * (box.height + 1));
      let here = 0;
      for (let k = 0; k < 17; k++) {
        const x = keypoints[2 * k]!;
        const y = keypoints[2 * k + 1]!;
        expect(Number.isFinite(x) && Number.isFinite(y)).toBe(true);
        const inside = x >= -0.5 && y >= -0.5 && x < SMALL.width - 0.5 && y < SMALL.height - 0.5;
        expect(visibility[k]! > 0, `keypoint ${k} of ${index} at ${x}, ${y}`).toBe(inside);
        if (inside) here++;
        if (visibility[k] === 2) {
          seen++;
          expect(x).toBeGreaterThanOrEqual(box.x - 1);
          expect(x).toBeLessThanOrEqual(box.x + box.width + 1);
          expect(y).toBeGreaterThanOrEqual(box.y - 1);
          expect(y).toBeLessThanOrEqual(box.y + box.height + 1);
        }
        if (visibility[k] === 1) hidden++;
      }
      labelled += here;
      if (here === 17) wholeFigures++;
      expect(here, `labelled keypoints of ${index}`).toBeGreaterThan(2);
    }
    // Most people are whole and most of their keypoints are seen, but by far not all.
    expect(wholeFigures / count).toBeGreaterThan(0.75);
    expect(labelled / count).toBeGreaterThan(15);
    expect(seen / (17 * count)).toBeGreaterThan(0.6);
    expect(hidden / (17 * count)).toBeGreaterThan(0.08);
  });

  it('varies light and colour, and never gives an empty picture', () => {
    const means: number[] = [];
    for (let index = 0; index < 40; index++) {
      const { data } = renderFigure({ seed: 4, index, size: SMALL }).image;
      const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
      const spread = Math.sqrt(
        data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length,
      );
      expect(spread).toBeGreaterThan(8);
      means.push(mean);
    }
    expect(Math.max(...means) - Math.min(...means)).toBeGreaterThan(60);
  });

  it.each([
    { seed: 0.5, index: 0 },
    { seed: 0, index: -1 },
    { seed: 0, index: Number.NaN },
    { seed: 0, index: 0, size: { width: 4, height: 100 } },
    { seed: 0, index: 0, size: { width: 100, height: 99.5 } },
  ])('refuses %j', (options) => {
    expect(() => renderFigure(options)).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
  });

  it('uses only arithmetic that every engine does alike', () => {
    const allowed = new Set(['sqrt', 'floor', 'ceil', 'round', 'min', 'max', 'abs']);
    const folder = fileURLToPath(new URL('.', import.meta.url));
    const files = readdirSync(folder).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
    );
    expect(files.length).toBeGreaterThan(20);
    for (const name of files) {
      const text = readFileSync(`${folder}/${name}`, 'utf8').replace(/`Math\.\w+`/g, '');
      for (const [, used] of text.matchAll(/Math\s*\.\s*(\w+)/g))
        expect(allowed, name).toContain(used);
      // No powers and no roundabout way to the rest of Math.
      expect(/\w \*\* \w|Math\[|= Math\b(?!\.)/.test(text), name).toBe(false);
    }
  });
});
