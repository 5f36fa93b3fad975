import { describe, expect, it } from 'vitest';
import { type AugmentOptions, drawAugmentation, sampleRandom } from './augment.js';
import { DatasetError } from './error.js';

const DRAWS = 20000;
const draws = (options?: AugmentOptions) =>
  Array.from({ length: DRAWS }, (_, i) => drawAugmentation(sampleRandom(11, 0, i), options));
const share = <T>(list: readonly T[], test: (value: T) => boolean): number =>
  list.filter(test).length / list.length;
/** Five standard deviations of a share of `DRAWS`. */
const SHARE = 5 * Math.sqrt(0.25 / DRAWS);

describe('drawAugmentation', () => {
  it('draws what HRNet draws', () => {
    const all = draws();
    expect(Math.abs(share(all, ({ flipped }) => flipped) - 0.5)).toBeLessThan(SHARE);
    for (const { scale } of all) {
      expect(scale).toBeGreaterThanOrEqual(0.75);
      expect(scale).toBeLessThanOrEqual(1.25);
    }
    // Beyond one standard deviation the normal is clipped: 15.87 % on each side.
    expect(Math.abs(share(all, ({ scale }) => scale === 1.25) - 0.15866)).toBeLessThan(SHARE);
    expect(Math.abs(share(all, ({ scale }) => scale === 0.75) - 0.15866)).toBeLessThan(SHARE);
    expect(Math.abs(share(all, ({ rotation }) => rotation === 0) - 0.4)).toBeLessThan(SHARE);
    const turned = all.map(({ rotation }) => rotation).filter((rotation) => rotation !== 0);
    expect(Math.max(...turned)).toBe(60);
    expect(Math.min(...turned)).toBe(-60);
    // 68.27 % of a normal lie within one standard deviation.
    expect(Math.abs(share(turned, (r) => Math.abs(r) < 30) - 0.68269)).toBeLessThan(2 * SHARE);
    for (const { shift, colour } of all) {
      expect(Math.abs(shift.x) + Math.abs(shift.y)).toBe(0);
      expect(colour).toBeUndefined();
    }
  });

  it('keeps a shift within its extent', () => {
    const all = draws({ shift: 0.16 });
    expect(Math.abs(share(all, ({ shift }) => shift.x !== 0) - 0.3)).toBeLessThan(SHARE);
    const extent = Math.max(
      ...all.map(({ shift }) => Math.max(Math.abs(shift.x), Math.abs(shift.y))),
    );
    expect(extent).toBeLessThanOrEqual(0.16);
    expect(extent).toBeGreaterThan(0.15);
  });

  it('draws colour factors about 1', () => {
    for (const { colour } of draws({ colour: { contrast: 0.5 } })) {
      expect(Math.abs(colour!.brightness - 1)).toBeLessThanOrEqual(0.2);
      expect(Math.abs(colour!.contrast - 1)).toBeLessThanOrEqual(0.5);
      expect(Math.abs(colour!.saturation - 1)).toBeLessThanOrEqual(0.2);
    }
  });

  it('does nothing when every extent is 0', () => {
    const none = { flip: 0, scale: 0, rotation: 0 };
    for (const drawn of draws(none)) {
      expect(drawn.flipped).toBe(false);
      expect(drawn.scale).toBe(1);
      expect(drawn.rotation).toBeCloseTo(0, 15);
    }
  });

  it('lets one option change nothing about the others', () => {
    for (let i = 0; i < 100; i++) {
      const plain = drawAugmentation(sampleRandom(1, 2, i));
      const other = drawAugmentation(sampleRandom(1, 2, i), { flip: 0, shift: 0.1, colour: {} });
      expect(other.scale).toBe(plain.scale);
      expect(other.rotation).toBe(plain.rotation);
    }
  });

  it('depends on seed, epoch and sample', () => {
    const of = (...counters: [number, number, number]) =>
      drawAugmentation(sampleRandom(...counters));
    expect(of(1, 2, 3)).toEqual(of(1, 2, 3));
    expect(of(1, 2, 3)).not.toEqual(of(2, 2, 3));
    expect(of(1, 2, 3)).not.toEqual(of(1, 3, 3));
    expect(of(1, 2, 3)).not.toEqual(of(1, 2, 4));
  });

  it.each<AugmentOptions>([
    { flip: 1.5 },
    { scale: 1 },
    { scale: -0.1 },
    { rotation: Number.NaN },
    { rotationProbability: -1 },
    { shift: 2 },
    { colour: { brightness: 3 } },
    { halfBody: 2 },
    { halfBody: { preferUpper: -1 } },
    { halfBody: { padding: 0 } },
    { mirror: 'image' as never },
    { distribution: 'normal' as never },
  ])('refuses %j', (options) => {
    expect(() => drawAugmentation(sampleRandom(0, 0, 0), options)).toThrow(DatasetError);
  });
});
