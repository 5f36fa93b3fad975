import { describe, expect, it } from 'vitest';
import { changeColours } from './colour.js';

const NONE = { brightness: 1, contrast: 1, saturation: 1 };
const changed = (pixels: number[], factors: Partial<typeof NONE>): number[] => {
  const values = Float32Array.from(pixels);
  changeColours(values, { ...NONE, ...factors });
  return [...values];
};

describe('changeColours', () => {
  const pixels = [0.25, 0.5, 0.75, 0, 0.125, 1];

  it('leaves pixels alone with factors of 1', () => {
    for (const [i, value] of changed(pixels, {}).entries())
      expect(value).toBeCloseTo(pixels[i]!, 6);
  });

  it('multiplies by the brightness and clips', () => {
    expect(changed([0.25, 0.5, 0.75], { brightness: 0.5 })).toEqual([0.125, 0.25, 0.375]);
    const bright = changed([0.25, 0.75, 1], { brightness: 2 });
    for (const [i, value] of [0.5, 1, 1].entries()) expect(bright[i]).toBeCloseTo(value, 6);
  });

  it('turns grey at contrast 0: every pixel is the mean grey', () => {
    const greys = [0, 3].map(
      (i) => 0.299 * pixels[i]! + 0.587 * pixels[i + 1]! + 0.114 * pixels[i + 2]!,
    );
    const mean = (greys[0]! + greys[1]!) / 2;
    for (const value of changed(pixels, { contrast: 0 })) expect(value).toBeCloseTo(mean, 6);
  });

  it('takes colour away at saturation 0 and keeps the grey', () => {
    const grey = changed(pixels, { saturation: 0 });
    expect(grey[0]).toBeCloseTo(0.299 * 0.25 + 0.587 * 0.5 + 0.114 * 0.75, 6);
    expect(grey[1]).toBeCloseTo(grey[0]!, 6);
    expect(grey[2]).toBeCloseTo(grey[0]!, 6);
  });

  it('leaves grey pixels alone whatever the saturation', () => {
    for (const value of changed([0.5, 0.5, 0.5], { saturation: 1.7 }))
      expect(value).toBeCloseTo(0.5, 6);
  });

  it('does nothing to no pixels', () => {
    expect(changed([], { contrast: 0.5 })).toEqual([]);
  });
});
