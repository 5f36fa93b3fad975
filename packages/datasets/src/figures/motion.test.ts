import { describe, expect, it } from 'vitest';
import { smear } from './motion.js';

describe('smear', () => {
  const [width, height] = [15, 9];
  const dot = (): Float32Array => {
    const data = new Float32Array(width * height * 2);
    data[(4 * width + 7) * 2] = 1;
    data[(4 * width + 7) * 2 + 1] = 3;
    return data;
  };

  it.each([
    [4, 0],
    [0, -4],
    [4, 4],
    [5.6, 2.2],
  ])('spreads a dot evenly along (%d, %d), about its middle', (x, y) => {
    const data = dot();
    smear(data, width, height, 2, { x, y });
    let [sum, other, right, down] = [0, 0, 0, 0];
    data.forEach((value, i) => {
      const at = Math.floor(i / 2);
      if (i % 2 === 1) other += value;
      else {
        sum += value;
        right += value * (at % width);
        down += value * Math.floor(at / width);
      }
    });
    expect(sum).toBeCloseTo(1, 5);
    expect(other).toBeCloseTo(3, 5);
    expect(Math.abs(right - 7)).toBeLessThan(0.5);
    expect(Math.abs(down - 4)).toBeLessThan(0.5);
    const most = Math.max(...data.filter((_, i) => i % 2 === 0));
    expect(most).toBeLessThan(0.35);
  });

  it('leaves an even picture and a way below a pixel alone', () => {
    const even = new Float32Array(width * height).fill(0.25);
    smear(even, width, height, 1, { x: 3, y: -2 });
    for (const value of even) expect(value).toBeCloseTo(0.25, 6);
    const data = dot();
    smear(data, width, height, 2, { x: 0, y: 0 });
    expect(data).toEqual(dot());
  });
});
